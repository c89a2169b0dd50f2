//! What is asked for.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use common::Jobs;
use common::project::DEFAULT_DIRECTORY;
use migrate_schema::arguments::Patience;

/// Keeps a copy of a schema of one database in another, in lower case: `StackOverflow2010.dbo`
/// becomes `dw__stackoverflow2010__dbo`.
///
/// The source is SOURCE_DATABASE_URL or SOURCE_PG_*, the target TARGET_DATABASE_URL or TARGET_PG_*.
/// Without a command: finds what changed in the source, writes it as a revision, applies it, and
/// compares the two.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub which: Which,

    /// Say what would change, and change nothing; exit code 3 if anything would
    #[arg(long, conflicts_with = "sql")]
    pub plan: bool,

    /// Write migration.sql for review, and change nothing else
    #[arg(long)]
    pub sql: bool,

    /// Copy the rows, too, of tables that are empty in the mirror
    #[arg(long)]
    pub with_data: bool,

    /// With --with-data: bring over what changed in tables that hold rows, by key and in one
    /// transaction. Where rows are gone from the source, --allow-data-loss removes them; without
    /// it they are counted, and no row is changed
    #[arg(long, requires = "with_data")]
    pub refresh: bool,

    #[command(flatten)]
    pub jobs: Jobs,

    /// Drop columns and tables that are gone from the source although they hold rows here; with
    /// --refresh, remove the rows that are gone from it
    #[arg(long)]
    pub allow_data_loss: bool,

    #[command(flatten)]
    pub patience: Patience,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show where each mirror is
    Status {
        #[command(flatten)]
        which: Which,
    },
    /// Undo revisions of the mirror: the last one, down to REVISION, or all of them
    Rollback {
        /// `-1`, `-N`, a revision or the beginning of its id, or `base`
        #[arg(default_value = "-1", allow_negative_numbers = true)]
        target: String,
        /// After `base`, drop the empty schema, too
        #[arg(long)]
        drop_schema: bool,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        patience: Patience,
    },
}

/// Which schemas and tables, and where their files are.
#[derive(Debug, ClapArgs)]
pub struct Which {
    /// Schema of the source (repeatable)
    #[arg(
        long = "schema",
        env = "SOURCE_PG_SCHEMA",
        value_delimiter = ',',
        default_value = "public"
    )]
    pub schemas: Vec<String>,

    /// `all`, or the tables to mirror, with their schema where there are several
    #[arg(long, env = "TABLES", value_delimiter = ',', default_value = "all")]
    pub tables: Vec<String>,

    /// Folder of the mirrors' files
    #[arg(long, env = "MIRROR_DIR", default_value = "sql/mirror")]
    pub dir: PathBuf,

    /// Folder of the project, whose private databases are the source and the target where neither
    /// is set
    #[arg(long, env = "PROJECT", default_value = DEFAULT_DIRECTORY)]
    pub project: PathBuf,
}
