//! What the command line says.

use std::env;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use common::former_flags::as_commands;
use common::settings::variable;
use common::{Database, Error, Jobs, Project, Result, Side};
use db_backup::store::{Backup, Store};
use db_restore::plan::{Part, Selection};
use db_restore::scratch::Purpose;

/// Restores a backup beside the live database, proves rows and objects against the manifest, and
/// only then swaps the two; the former database is kept under another name.
///
/// A restore that was interrupted goes on where it stopped. Chosen tables, and rows alone, go into
/// a database that exists in one transaction. There is no point-in-time recovery and no physical
/// backup. Roles and tablespaces are not restored: the backup's globals.sql, which `pg_dumpall
/// --globals-only` wrote, creates them, without passwords.
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub wanted: Wanted,
    #[command(flatten)]
    pub place: Place,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the backups
    List,
    /// Restore a backup into a scratch database, prove it, and drop it
    Check(Source),
    /// Drop the former databases that restores have kept, and no other that is only named so
    DropOld {
        /// Only these [default: all that were kept of the database]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Drop what interrupted restores and checks have left
    Discard,
}

/// The flags that have become commands.
const FORMER_FLAGS: [&str; 4] = ["list", "check", "drop-old", "discard"];

/// What is restored, and by what.
#[derive(Args, Debug)]
pub struct Source {
    /// A backup by its name, by a path, or `latest` of the database
    #[arg(default_value = "latest")]
    backup: String,
    /// The command that decodes files which db_backup --filter wrote; one that the backup names is not run
    #[arg(long, value_name = "CMD", env = "BACKUP_UNFILTER_CMD")]
    unfilter: Option<String>,
    /// The folder of pg_restore and pg_dump, rather than the first that fits on this machine
    #[arg(long, value_name = "DIR")]
    pub bindir: Option<PathBuf>,
}

/// What of it, and how it takes the live database's place.
#[derive(Args, Debug, Default)]
pub struct Wanted {
    /// Only this table, with what it needs; may be given several times
    #[arg(long = "table", value_name = "TABLE")]
    tables: Vec<String>,
    /// Only the definitions, no rows
    #[arg(long, conflicts_with = "data_only")]
    schema_only: bool,
    /// Only the rows, into the empty tables of a database that exists
    #[arg(long)]
    data_only: bool,
    /// Keep the former database as NAME_before_TIME; this is the default
    #[arg(long)]
    keep_old: bool,
    /// End the sessions of the live database when it is replaced
    #[arg(long)]
    pub disconnect: bool,
}

/// Where backups and databases are, for every command.
#[derive(Args, Debug)]
pub struct Place {
    /// The database to restore to [default: the one that was backed up]
    #[arg(long, value_name = "NAME", global = true)]
    to: Option<String>,
    /// Restore the old database, not the new one
    #[arg(long, global = true)]
    old: bool,
    #[command(flatten)]
    pub jobs: Jobs,
    /// The folder of the backups
    #[arg(long, env = "BACKUP_DIR", default_value = "backups", global = true)]
    pub dir: PathBuf,
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY, global = true)]
    pub project: PathBuf,
}

impl Arguments {
    /// As they were typed; a flag that has become a command is read as that.
    pub fn of_process() -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(as_commands(env::args_os(), &FORMER_FLAGS))
    }
}

impl Source {
    /// The wanted backup; `latest` is the latest of the configured database.
    pub fn find(&self, place: &Place, configured: &Database) -> Result<Backup> {
        let store = Store::new(&place.dir);
        let backup = store.find(&self.backup, Some(&configured.name))?;
        Ok(backup.with_unfilter(self.unfilter.clone()))
    }
}

impl Wanted {
    pub fn selection(&self) -> Selection {
        Selection { tables: self.tables.clone(), part: self.part() }
    }

    /// Whether the restore adds to a database that exists, rather than to take its place.
    ///
    /// # Errors
    /// --data-only has no database to fill.
    pub fn adds(&self, target_exists: bool) -> Result<bool> {
        if self.data_only && !target_exists {
            return Err(Error::usage("--data-only fills a database that exists")
                .hint("Without it the tables are created, too. Nothing was changed."));
        }
        Ok(target_exists && (self.data_only || !self.tables.is_empty()))
    }

    fn part(&self) -> Part {
        match (self.schema_only, self.data_only) {
            (true, _) => Part::SchemaOnly,
            (_, true) => Part::DataOnly,
            _ => Part::Everything,
        }
    }
}

impl Place {
    /// The database that the settings name.
    pub fn configured(&self) -> Result<Database> {
        let side = if self.old { Side::Old } else { Side::New };
        Database::of(side, &Project::open(&self.project)?)
    }

    /// The command that drops what an interrupted restore to this target leaves, and nothing else.
    pub fn discard_command(&self, target: &str, configured: &Database) -> String {
        let mut command = "db_restore discard".to_owned();
        if self.old {
            command += " --old";
        }
        if target != configured.name {
            command += &format!(" --to {}", shell_word(target));
        }
        let project = variable("PROJECT").map(PathBuf::from);
        // The next command finds by itself what the environment or `.env` names.
        if self.project != project.unwrap_or_else(|| common::project::DEFAULT_DIRECTORY.into()) {
            command += &format!(" --project {}", shell_word(&self.project.to_string_lossy()));
        }
        command
    }

    /// The database to restore to when nothing is restored.
    pub fn named<'a>(&'a self, configured: &'a Database) -> &'a str {
        self.to.as_deref().unwrap_or(&configured.name)
    }

    /// The database to restore to. A backup of another database than the configured one is not
    /// put in that one's place unless --to says so.
    pub fn target(
        &self,
        backup: &Backup,
        configured: &Database,
        purpose: Purpose,
    ) -> Result<String> {
        let of = &backup.manifest.database.name;
        if let Some(to) = &self.to {
            if to.is_empty() || to.len() > 63 {
                return Err(Error::usage("--to: a name has 1 to 63 bytes"));
            }
            return Ok(to.clone());
        }
        // A check takes nobody's place.
        if *of == configured.name || purpose == Purpose::Check {
            return Ok(of.clone());
        }
        Err(Error::usage(format!(
            "{}: the backup is of `{of}`, and {} names `{}`",
            backup.label(),
            configured.origin,
            configured.name
        ))
        .hint(format!(
            "`--to {of}` restores it under its own name, --to NAME under another. Nothing was changed."
        )))
    }
}

/// A word of a command that somebody may paste into a shell.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
