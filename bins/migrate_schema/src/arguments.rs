//! The verbs, after Alembic's.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use common::project::DEFAULT_DIRECTORY;

/// Brings a database to any revision of its schema, and back.
///
/// TARGET is `head`, `heads`, `base`, a revision or the beginning of its id, `+N`, `-N`, `ID+N`,
/// `ID-N`, `LABEL@head`, `LABEL@+N`.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Args {
    /// The project's folder.
    #[arg(long, env = "PROJECT", default_value = DEFAULT_DIRECTORY, global = true)]
    pub project: PathBuf,
    /// Say more: each revision as it is done, the path of each file.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Apply revisions up to TARGET.
    Upgrade {
        /// `heads` applies every branch; `head` refuses when there are several.
        #[arg(default_value = "head", allow_negative_numbers = true)]
        target: String,
        /// Print the script instead of running it; TARGET may be a range FROM:TO.
        #[arg(long)]
        sql: bool,
        #[command(flatten)]
        patience: Patience,
    },
    /// Undo revisions down to TARGET, which stays.
    Downgrade {
        #[arg(allow_negative_numbers = true)]
        target: String,
        /// Print the script instead of running it; TARGET is a range FROM:TO.
        #[arg(long)]
        sql: bool,
        #[command(flatten)]
        patience: Patience,
    },
    /// Show where the database is.
    Current {
        #[command(flatten)]
        form: Form,
    },
    /// List the revisions, newest first.
    History {
        /// Only those from A (not itself) up to B, as `A:B`; either end may be left out.
        #[arg(short, long = "rev-range", value_name = "A:B")]
        range: Option<String>,
        /// Mark where the database is.
        #[arg(short, long)]
        indicate_current: bool,
        #[command(flatten)]
        form: Form,
    },
    /// List the revisions that nothing comes after.
    Heads {
        #[command(flatten)]
        form: Form,
    },
    /// List the revisions that several come after.
    Branches {
        #[command(flatten)]
        form: Form,
    },
    /// Show one revision.
    Show {
        revision: String,
        #[command(flatten)]
        form: Form,
    },
    /// Look for hazards before they run: locks, rewrites, blocking builds, rows thrown away.
    ///
    /// Needs no server. Tables that an earlier revision of the range makes are new: nobody waits for
    /// them. `-- squawk-ignore RULE -- REASON` above a statement accepts a hazard that is meant,
    /// `-- squawk-ignore-file RULE` in the header all of its kind. Exit code 3 if any is left.
    Lint {
        /// One revision, or those from A (not itself) up to B, as `A:B` [default: all].
        range: Option<String>,
        /// Only those that the database has not applied yet.
        #[arg(long)]
        pending: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Record that the database is at a revision, without running anything.
    Stamp {
        #[arg(required = true)]
        targets: Vec<String>,
        /// Forget every row of the version table first, also of revisions that have no file here.
        #[arg(long)]
        purge: bool,
    },
    /// Write a new revision: empty, or with --autogenerate what leads to schema/*.sql.
    Revision(NewRevision),
    /// Compare the database with schema/*.sql; if they differ, say how, with exit code 3.
    Check {
        /// Exit code 3 also if an object is of a kind that is not compared.
        #[arg(long)]
        strict: bool,
    },
    /// Run every revision up, down and up again in a scratch database, and compare the schemas.
    Prove,
    /// Print the statements that lead from one live database to another.
    Diff {
        /// A URL, or the name of an environment variable that holds one.
        from: String,
        to: String,
        #[command(flatten)]
        aims: Aims,
    },
    /// Write a database's schema as ordered SQL files, one per object, to start schema/ from.
    Dump {
        /// An empty or new folder; `-` prints one script.
        folder: PathBuf,
    },
    /// Write a revision that joins several heads.
    Merge {
        /// The revisions to join, or `heads` for all heads.
        #[arg(required = true)]
        revisions: Vec<String>,
        #[arg(short, long, env = "MSG")]
        message: Option<String>,
    },
    /// Lay out a new project folder, with a first revision that runs.
    Init {
        /// Such as sql/crm.
        folder: PathBuf,
    },
    /// Write the revisions of an Alembic project as files here, graph and SQL kept.
    ///
    /// The project's own Alembic renders them, offline. What it cannot render is named; such an
    /// upgrade stops with the reason, and the exit code is 3.
    ImportAlembic {
        /// The folder that holds alembic.ini, or that file.
        alembic: PathBuf,
        /// The Python that runs the project's Alembic.
        #[arg(long, default_value = "python3")]
        python: PathBuf,
    },
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct Form {
    /// Print a JSON array, one object per revision.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct NewRevision {
    /// What it does, in a few words; asked for on a terminal.
    #[arg(short, long, env = "MSG")]
    pub message: Option<String>,
    /// The revision it comes after, or `base`; default: the only head.
    #[arg(long)]
    pub head: Option<String>,
    /// Let it come after a revision that is not a head, which begins a branch.
    #[arg(long)]
    pub splice: bool,
    /// A name for the branch that begins here.
    #[arg(long)]
    pub branch_label: Vec<String>,
    /// A revision of another branch that must be applied first.
    #[arg(long)]
    pub depends_on: Vec<String>,
    /// Its id; default: twelve random hexadecimal digits.
    #[arg(long)]
    pub rev_id: Option<String>,
    /// Write into it what leads from the database, at the head, to schema/*.sql, proved both ways.
    #[arg(long)]
    pub autogenerate: bool,
    #[command(flatten)]
    pub aims: Aims,
}

/// What a plan may do.
#[derive(Clone, Copy, Debug, Default, ClapArgs)]
pub struct Aims {
    /// Allow what throws rows or values away, such as DROP COLUMN.
    #[arg(long)]
    pub allow_data_loss: bool,
    /// Build indexes CONCURRENTLY, in a revision of their own without a transaction.
    #[arg(long)]
    pub online: bool,
    /// Exit with 3 if an object is of a kind that is not compared.
    #[arg(long)]
    pub strict: bool,
}

/// How long to wait for what.
#[derive(Clone, Debug, ClapArgs)]
pub struct Patience {
    /// Longest wait for a lock, such as `3s` or `500ms`; others queue behind us for that long.
    #[arg(long, default_value = sql_script::Patience::LOCK_TIMEOUT, value_parser = duration)]
    pub lock_timeout: String,
    /// How often a transaction that did not get a lock is tried again.
    #[arg(long, default_value_t = sql_script::Patience::RETRIES)]
    pub lock_retries: u32,
    /// Longest run of one statement; 0 is no limit.
    #[arg(long, default_value = "0", value_parser = duration)]
    pub statement_timeout: String,
}

impl Default for Patience {
    /// As the flags say.
    fn default() -> Patience {
        Patience {
            lock_timeout: sql_script::Patience::LOCK_TIMEOUT.to_owned(),
            lock_retries: sql_script::Patience::RETRIES,
            statement_timeout: "0".to_owned(),
        }
    }
}

/// A time as PostgreSQL reads it: a number of milliseconds, or one with a unit.
fn duration(text: &str) -> Result<String, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[digits.len()..].trim();
    let number = digits.trim();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && ["", "us", "ms", "s", "min", "h", "d"].contains(&unit) {
        Ok(text.to_owned())
    } else {
        Err("a time is a whole number with ms, s, min or h, such as 3s".to_owned())
    }
}
