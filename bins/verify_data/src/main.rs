//! Proves that nothing was lost or invented: the ledger against both databases, key by key; every
//! check of the project; and, where the old database has an answer key, value by value.

mod accounts; // read = loaded + merged + quarantined, by count and by key
mod answer_key; // schema `truth` of the old database
mod checks; // checks/*.sql, each of which returns what is wrong
mod findings; // what is wrong, as it is told

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use common::{Database, Outcome, Project, Result, Session, Side, say};
use findings::Findings;
use migrate_data::mapping::Mapping;
use migrate_data::plan;

/// Proves that nothing was lost or invented by migrate_data. Writes nothing.
///
/// Exit codes: 0 all holds, 1 could not be looked at, 2 asked wrongly, 3 something does not hold.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    project: PathBuf,
}

fn main() -> ExitCode {
    common::run("verify_data", Arguments::parse, verify_data)
}

fn verify_data(arguments: Arguments) -> Result<Outcome> {
    let project = Project::open(&arguments.project)?;
    let mapping = Mapping::open(project.mapping())?;
    let new_database = Database::of(Side::New, &project)?;
    let mut old = Session::open(&Database::of(Side::Old, &project)?)?;
    let mut new = Session::open(&new_database)?;
    let plan = plan::plan(&mapping, &mut old, &mut new, &new_database)?;

    let run = accounts::finished_run(&mut new, &plan)?;
    let mut findings = Findings::default();
    accounts::verify(&mut old, &mut new, &plan, run, &mut findings)?;
    let checks = checks::verify(&project, &mut new, &mut findings)?;
    let answers = answer_key::verify(&mut old, &mut new, &plan, run, &mut findings)?;

    let parts: Vec<String> = [
        Some(findings.accounts()),
        Some(checks.sentence()),
        answers.map(|answers| answers.sentence()),
    ]
    .into_iter()
    .flatten()
    .collect();
    say(parts.join("; "));
    Ok(findings.print())
}
