//! What the command line says.

use std::env;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use common::former_flags::as_commands;
use common::{Error, Jobs, Pool, Project, Result};
use migrate_data::mapping::{Mapping, MaxRejects};
use migrate_data::report::Form;
use migrate_data::route::Route;
use migrate_data::{progress, throttle};

/// Moves every row of the old database into the new one, as the project's mapping.toml says:
/// loaded, merged into another, or quarantined with a reason; never anything else.
///
/// Without a command it runs: a run that was killed goes on where it stopped; a finished run that is
/// run again carries over what changed in the old database since, and writes nothing if nothing
/// changed. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 more rows quarantined than allowed.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Typed>,
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    pub options: Options,
}

#[derive(Debug, Subcommand)]
enum Typed {
    #[command(flatten)]
    Ours(Command),
    /// What `propose_schema profile` was called
    #[command(hide = true)]
    Profile { table: Option<String> },
    /// What `propose_schema mapping` was called
    #[command(hide = true)]
    Suggest { file: Option<PathBuf> },
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Load the rows, or carry over what changed since; this is the default
    Run(Run),
    /// Count what would become of every row; write nothing
    DryRun {
        /// Only this target or source, with the sources that it looks up
        #[arg(long, value_name = "TABLE")]
        only: Option<String>,
    },
    /// Show what becomes of one source row, column by column
    Explain {
        source: String,
        #[arg(allow_negative_numbers = true)]
        key: String,
    },
    /// Show the quarantined rows of the last run by reason, three of each
    Rejects,
    /// Write the quarantined rows of the last run to a CSV file
    Export { file: PathBuf },
    /// Try the quarantined rows again, once a rule of the mapping is fixed
    Replay {
        /// Delete the rows that no longer come from any row of the old database
        #[arg(long)]
        prune: bool,
    },
}

/// The flags that have become commands.
const FORMER_FLAGS: [&str; 7] =
    ["dry-run", "explain", "rejects", "export", "replay", "profile", "suggest"];

#[derive(Args, Clone, Debug, Default)]
pub struct Run {
    /// Only this target or source, with the sources that it looks up
    #[arg(long, value_name = "TABLE", conflicts_with = "restart")]
    pub only: Option<String>,
    /// In a later run, delete the rows that no longer come from any row of the old database
    #[arg(long, conflicts_with = "restart")]
    pub prune: bool,
    /// Empty the mapped tables and start over
    #[arg(long)]
    pub restart: bool,
    /// Do not ask before --restart empties tables
    #[arg(long, requires = "restart")]
    pub yes: bool,
}

/// What every command takes.
#[derive(Args, Debug)]
pub struct Options {
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY, global = true)]
    pub project: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
    /// Stop with exit code 3 when more rows of one source are quarantined; overrides the mapping
    #[arg(long, value_name = "ROWS", global = true)]
    max_rejects: Option<i64>,
    /// Read no more rows than this per second from the old database, all workers together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), global = true)]
    max_rows_per_second: Option<u32>,
    /// Print results as JSON, and progress as lines of JSON on stderr
    #[arg(long, global = true)]
    json: bool,
}

impl Arguments {
    /// As they were typed; a flag that has become a command is read as that.
    pub fn of_process() -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(as_commands(env::args_os(), &FORMER_FLAGS))
    }

    /// # Errors
    /// What it asks for is another program's by now.
    pub fn command(&self) -> Result<Command> {
        match &self.command {
            Some(Typed::Profile { table }) => {
                let table = table.as_deref().unwrap_or("TABLE");
                Err(moved("--profile", &format!("propose_schema profile {table}")))
            }
            Some(Typed::Suggest { file }) => {
                let file = file.as_deref().map(|file| format!(" {}", file.display()));
                let file = file.unwrap_or_default();
                Err(moved("--suggest", &format!("propose_schema mapping{file}")))
            }
            Some(Typed::Ours(command)) => Ok(command.clone()),
            None => Ok(Command::Run(self.run.clone())),
        }
    }
}

fn moved(flag: &str, command: &str) -> Error {
    Error::usage(format!("{flag} is called `{command}` now")).hint("Nothing was changed.")
}

impl Command {
    /// The part of the plan that is asked for; `None` is all of it.
    pub fn only(&self) -> Option<&str> {
        match self {
            Command::Run(Run { only, .. }) | Command::DryRun { only } => only.as_deref(),
            _ => None,
        }
    }
}

impl Options {
    pub fn form(&self) -> Form {
        if self.json { Form::Machines } else { Form::People }
    }

    /// What holds for all that the process reads and says.
    pub fn set_out(&self) {
        if self.json {
            progress::as_json();
        }
        if let Some(rows) = self.max_rows_per_second {
            throttle::limit(rows);
        }
    }

    /// The project's mapping, under the limit of rejects that is asked for.
    pub fn mapping(&self, project: &Project) -> Result<Mapping> {
        let mut mapping = Mapping::open(project.mapping())?;
        match self.max_rejects {
            Some(rows) if rows < 0 => return Err(Error::usage("--max-rejects is below zero")),
            Some(rows) => mapping.settings.max_rejects = Some(MaxRejects::Rows(rows)),
            None => {}
        }
        Ok(mapping)
    }

    /// As many workers as asked for, within what the pools can serve: each worker holds a
    /// connection, and the coordinator up to five.
    pub fn route<'a>(&self, old: &'a Pool, new: &'a Pool) -> Result<Route<'a>> {
        let most = old.size().min(new.size()).saturating_sub(5) as usize;
        if most == 0 {
            return Err(Error::usage(
                "the connection pool is too small: at least 6 connections are needed",
            )
            .hint("DATABASE_POOL_SIZE and DATABASE_MAX_OVERFLOW set the limit."));
        }
        Ok(Route { old, new, workers: self.jobs.wanted().min(most) })
    }
}
