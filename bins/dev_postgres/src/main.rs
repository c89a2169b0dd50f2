//! A private local PostgreSQL, made from the machine's own server binaries: one that stays under
//! `.pg/`, or a throw-away one for a single command.

mod account; // who the server runs as: PostgreSQL refuses root
mod binaries; // where initdb and postgres are, or the line that installs them
mod connect; // url, shell, status: the databases that the settings name
mod databases; // the project's two databases: made where missing, made anew
mod private; // the cluster under .pg/
mod server; // one data folder: initdb, start, stop
mod throw_away; // run -- CMD
mod which; // old or new

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use common::{Outcome, Project, Result, project};

use crate::which::Which;

/// A private local PostgreSQL, made from the machine's own server binaries.
#[derive(Parser)]
#[command(version)]
struct Args {
    #[command(subcommand)]
    command: Command,
    /// The project folder, which names the two databases
    #[arg(long, env = "PROJECT", default_value = project::DEFAULT_DIRECTORY, global = true)]
    project: PathBuf,
    /// The folder of initdb and postgres, instead of searching for them
    #[arg(long, value_name = "DIR", global = true)]
    bindir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server under .pg/, creating it if there is none, and create the databases
    Start {
        /// Do nothing if the environment or .env names a database
        #[arg(long)]
        unless_configured: bool,
    },
    /// Stop the server under .pg/; its data stays
    Stop,
    /// Say where the two databases are and whether they answer
    Status,
    /// Print a database's URL; the password stays in a file that the URL points to
    Url { which: Option<Which> },
    /// Open psql on a database; what follows `--` is for psql
    Shell {
        which: Option<Which>,
        #[arg(last = true, value_name = "ARGUMENT")]
        arguments: Vec<OsString>,
    },
    /// Drop the project's databases and create them again, empty
    Reset(databases::Reset),
    /// Run a command on a throw-away server, which DATABASE_URL, OLD_DATABASE_URL and PG* name
    Run {
        #[arg(trailing_var_arg = true, required = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    common::run("dev_postgres", Args::try_parse, dev_postgres)
}

fn dev_postgres(args: Args) -> Result<Outcome> {
    let bindir = args.bindir.as_deref();
    let project = || Project::open(&args.project);
    match args.command {
        Command::Start { unless_configured: true } if common::any_is_configured() => {
            Ok(Outcome::Done)
        }
        Command::Start { unless_configured } => {
            private::start(&project()?, bindir, unless_configured)
        }
        Command::Stop => private::stop(),
        Command::Status => connect::status(&project()?),
        Command::Url { which } => connect::url(&project()?, which),
        Command::Shell { which, arguments } => connect::shell(&project()?, which, &arguments),
        Command::Reset(reset) => databases::reset(&project()?, &reset),
        Command::Run { command } => throw_away::run(&command, bindir),
    }
}
