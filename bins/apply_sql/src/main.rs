//! Applies a project's optimisation scripts, `optimize/NNN_name.sql`, to the new database in the
//! order of their numbers: each once, or again whenever it has to be.

mod apply; // one script: in one transaction, or online, and its row in the log
mod due; // which scripts have to run, and why
mod log; // pgrefit.script_log: what ran, when, in which version
mod made; // what the scripts made, counted in the catalog
mod online; // CREATE INDEX CONCURRENTLY: no invalid index before, none after
mod scripts; // the folder: numbers, names, headers

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use common::locking::Turn;
use common::pooling::refuse_shared_backends;
use common::{Database, Outcome, Project, Result, Session, Side, Terms, progress, say};
use sql_script::{Patience, StatementProgress};

/// Apply the project's optimisation scripts to the new database, in order.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Only these, by number or by name [default: all]
    scripts: Vec<String>,
    /// Show each script and whether it has to run; change nothing
    #[arg(long)]
    list: bool,
    /// How long a statement waits for a table's lock before it gives way and is tried again
    #[arg(long, value_name = "TIME", default_value = Patience::LOCK_TIMEOUT)]
    lock_timeout: String,
    /// The project's folder
    #[arg(long, value_name = "DIR", env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    project: PathBuf,
}

fn main() -> ExitCode {
    common::run("apply_sql", Args::try_parse, |args| apply_sql(&args))
}

fn apply_sql(args: &Args) -> Result<Outcome> {
    let start = Instant::now();
    let project = Project::open(&args.project)?;
    let scripts = scripts::chosen(&project.optimize(), &args.scripts)?;
    if scripts.is_empty() {
        say(format_args!("nothing to do, no scripts in {}", project.optimize().display()));
        return Ok(Outcome::Done);
    }
    let database = Database::of(Side::New, &project)?;
    let mut session = Session::open(&database, Terms::Users)?;
    if args.list {
        return due::list(&scripts, &log::read(&mut session)?);
    }
    refuse_shared_backends(&mut session, &database)?;
    // A load sets indexes and keys aside, and must not find the table itself replaced when it
    // puts them back.
    Turn::REVISIONS.take(&mut session)?;
    Turn::LOAD.take(&mut session)?;
    let due = due::due(&scripts, &log::read(&mut session)?)?;
    if due.is_empty() {
        let all = progress::count(scripts.len() as i64, "script");
        say(format_args!("nothing to do ({all} up to date)"));
        return Ok(Outcome::Done);
    }
    let before = made::count(&mut session)?;
    let pid = session.query_one("SELECT pg_backend_pid()", &[])?.get(0);
    let told = StatementProgress::of(&database, pid);
    let (database, lock_timeout) = (&database, args.lock_timeout.as_str());
    let patience = Patience { database, pid, lock_timeout, retries: Patience::RETRIES };
    apply::all(&mut session, &told, &due, patience)?;
    let made = made::since(&before, &made::count(&mut session)?);
    let applied = progress::count(due.len() as i64, "script");
    say(format_args!("{applied} applied{made} in {}", progress::seconds(start.elapsed())));
    Ok(Outcome::Done)
}
