//! Proves that nothing was lost or invented: the ledger against both databases, key by key; every
//! row against what the mapping makes of the old ones; every check of the project; and the answer
//! key, where the old database has one.

mod accounts; // read = loaded + merged + quarantined, by count and by key
mod answer_key; // schema `truth` of the old database
mod checks; // checks/*.sql, each of which returns what is wrong
mod findings; // what is wrong, as it is told
mod values; // every row, made once more from the old ones

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use common::{Database, Jobs, Outcome, Pool, Project, Result, Side, say};
use findings::Findings;
use migrate_data::mapping::Mapping;
use migrate_data::plan;

/// Proves that nothing was lost or invented by migrate_data. Writes nothing.
///
/// Exit codes: 0 all holds, 1 could not be looked at, 2 wrong usage, 3 something does not hold.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    project: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
}

impl Arguments {
    /// At most what the smallest pool serves beside the connections that are open anyway.
    fn workers(&self) -> usize {
        self.jobs.wanted().min(8)
    }
}

fn main() -> ExitCode {
    common::run("verify_data", Arguments::try_parse, verify_data)
}

fn verify_data(arguments: Arguments) -> Result<Outcome> {
    let project = Project::open(&arguments.project)?;
    let mapping = Mapping::open(project.mapping())?;
    let new_database = Database::of(Side::New, &project)?;
    let (old_pool, new_pool) =
        (Pool::open(&Database::of(Side::Old, &project)?)?, Pool::open(&new_database)?);
    let (mut old, mut new) = (old_pool.session()?, new_pool.session()?);
    let plan = plan::plan(&mapping, &mut old, &mut new, &new_database)?;

    let run = accounts::finished_run(&mut new, &plan)?;
    let mut findings = Findings::default();
    accounts::verify(old_pool.database(), &mut new, &new_database, &plan, run, &mut findings)?;
    let workers = arguments.workers();
    let (values, held) = values::verify(&old_pool, &new_pool, &plan, run, workers, &mut findings)?;
    let checks = checks::verify(&project, &new_pool, workers, &mut findings)?;
    let answers = answer_key::verify(&old_pool, &mut new, run, &held, workers, &mut findings)?;

    let parts: Vec<String> = [
        Some(findings.accounts()),
        Some(values.sentence()),
        Some(checks.sentence()),
        answers.map(|answers| answers.sentence()),
    ]
    .into_iter()
    .flatten()
    .collect();
    say(parts.join("; "));
    Ok(findings.print())
}
