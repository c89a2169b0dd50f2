//! Moves every row of the old database into the new one, cleaned, and accounts for each.

mod arguments;
mod catch_up; // a finished run, run again
mod inspect; //  dry-run, explain, rejects, export: nothing is written to a database
mod replay; //   the quarantined rows once more
mod result; //   the last lines of what was done
mod run; //      a load from its beginning, or from where it stopped

use std::process::ExitCode;

use arguments::{Arguments, Command};
use common::{Database, Outcome, Pool, Project, Result, Side};
use migrate_data::{only, plan};

fn main() -> ExitCode {
    common::run("migrate_data", Arguments::of_process, migrate_data)
}

fn migrate_data(arguments: Arguments) -> Result<Outcome> {
    let (command, options) = (arguments.command()?, &arguments.options);
    let project = Project::open(&options.project)?;
    options.set_out();
    let mapping = options.mapping(&project)?;
    let old = Pool::open(&Database::of(Side::Old, &project)?)?;
    let new_database = Database::of(Side::New, &project)?;
    let new = Pool::open(&new_database)?;
    let mut plan = plan::plan(&mapping, &mut old.session()?, &mut new.session()?, &new_database)?;
    command.only().map_or(Ok(()), |name| only::narrow(&mut plan, name))?;

    let (route, form) = (options.route(&old, &new)?, options.form());
    match command {
        Command::Run(wanted) => run::run(&route, &plan, &project, &wanted, form),
        Command::DryRun { .. } => inspect::dry_run(&route, &plan, form),
        Command::Explain { source, key } => inspect::explain(&route, &plan, &source, &key),
        Command::Rejects => inspect::rejects(&route, form),
        Command::Export { file } => inspect::export(&route, &file),
        Command::Replay { prune } => replay::replay(&route, &plan, prune, form),
    }
}
