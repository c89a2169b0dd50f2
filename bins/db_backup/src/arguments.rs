//! What is asked for.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use common::{Database, Jobs, Project, Result, Side};
use db_backup::store::Store;

/// Backs up one database, in one snapshot, by parallel streams, into files that psql can read.
///
/// Without a command, a backup is made. It is a logical one: no point-in-time recovery, no physical
/// copy of the server. Roles and tablespaces belong to the server rather than to a database; what
/// `pg_dumpall --globals-only` says of them goes into globals.sql, without passwords, where the role
/// may read it.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub place: Place,

    #[command(flatten)]
    pub jobs: Jobs,

    /// gzip level: at 6 the files are within 8 % of gzip's own size, made in less than half of its
    /// time; 0 does not compress
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(0..=9))]
    pub level: u8,

    /// Only this schema (repeatable)
    #[arg(long = "schema", value_name = "SCHEMA")]
    pub schemas: Vec<String>,

    /// Only this table, with its partitions (repeatable)
    #[arg(long = "table", value_name = "TABLE")]
    pub tables: Vec<String>,

    /// Leave out the rows of this table (repeatable)
    #[arg(long, value_name = "TABLE")]
    pub exclude_table_data: Vec<String>,

    /// Command through which every file is written, such as `age -r age1…` or `gpg -e -r me`
    #[arg(long, value_name = "CMD", env = "BACKUP_FILTER_CMD")]
    pub filter: Option<String>,

    /// Command that undoes --filter, with which the new files are read back; recorded for people
    #[arg(long, value_name = "CMD", env = "BACKUP_UNFILTER_CMD")]
    pub unfilter: Option<String>,

    /// Afterwards remove all but the newest N backups of this database (see prune)
    #[arg(long, value_name = "N")]
    pub keep: Option<usize>,

    /// Afterwards remove the backups of this database that are older than this (see prune)
    #[arg(long, value_name = "DAYS")]
    pub keep_days: Option<u32>,

    /// Seconds to wait for a table that somebody is changing
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub lock_wait: u32,

    /// Folder of pg_dump, instead of looking for it
    #[arg(long, value_name = "DIR")]
    pub bindir: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum Command {
    /// List the backups
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show what a backup holds
    Show {
        /// Name, path, or latest
        #[arg(default_value = "latest")]
        backup: String,
        /// The manifest as it is
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Prove a backup: every file against the manifest
    Verify {
        /// Name, path, or latest
        #[arg(default_value = "latest")]
        backup: String,
        /// Restore it into a scratch database too, and compare
        #[arg(long)]
        restore: bool,
        /// Command that undoes the filter; one that the backup names is not run
        #[arg(long, value_name = "CMD", env = "BACKUP_UNFILTER_CMD")]
        unfilter: Option<String>,
        /// Folder of pg_restore, instead of looking for it
        #[arg(long, value_name = "DIR", requires = "restore")]
        bindir: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Remove old backups of this database; never the last verified one, nor one being restored
    #[command(group(ArgGroup::new("rule").args(["keep", "keep_days"]).required(true).multiple(true)))]
    Prune {
        /// Keep the newest N
        #[arg(long, value_name = "N")]
        keep: Option<usize>,
        /// Keep those that are younger than this
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
        #[command(flatten)]
        place: Place,
    },
}

/// Which database, and where its backups are.
#[derive(Args)]
pub struct Place {
    /// Folder of the project
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    pub project: PathBuf,

    /// The old database instead of the new one
    #[arg(long)]
    pub old: bool,

    /// Folder of the backups
    #[arg(long, env = "BACKUP_DIR", default_value = "backups")]
    pub dir: PathBuf,
}

impl Place {
    pub fn database(&self) -> Result<Database> {
        let side = if self.old { Side::Old } else { Side::New };
        Database::of(side, &Project::open(&self.project)?)
    }

    /// For commands that read backups only and need no server: the database whose backups are
    /// meant, where one is configured.
    pub fn database_name(&self) -> Option<String> {
        self.database().ok().map(|database| database.name)
    }

    pub fn store(&self) -> Store {
        Store::new(&self.dir)
    }
}
