//! Moves every row of the old database into the new one, cleaned, and accounts for each.

mod acquaint;
mod arguments;
mod later;
mod look;
mod retry;
mod steps;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use common::{Database, Outcome, Pool, Project, Result, Side};
use migrate_data::mapping::Mapping;
use migrate_data::plan;

fn main() -> ExitCode {
    common::run("migrate_data", Arguments::parse, migrate_data)
}

fn migrate_data(arguments: Arguments) -> Result<Outcome> {
    let project = Project::open(&arguments.project)?;
    arguments.set_out();
    if let Some(acquainted) = acquaint::acquaint(&arguments, &project)? {
        return Ok(acquainted);
    }
    let mut mapping = Mapping::open(project.mapping())?;
    arguments.override_settings(&mut mapping)?;
    let old = Pool::open(&Database::of(Side::Old, &project)?)?;
    let new_database = Database::of(Side::New, &project)?;
    let new = Pool::open(&new_database)?;
    let mut plan = plan::plan(&mapping, &mut old.session()?, &mut new.session()?, &new_database)?;
    arguments.narrow(&mut plan)?;

    let route = arguments.route(&old, &new)?;
    if let Some(looked) = look::look(&arguments, &route, &plan)? {
        return Ok(looked);
    }
    let _turn = route.take_turn()?;
    if arguments.restart {
        steps::restart(&route, &plan, &arguments)?;
    }
    if arguments.replay {
        return retry::retry(&route, &plan, &arguments);
    }
    let run = match steps::open_run(&route, &plan, &project)? {
        steps::Start::Finished(run) => {
            return later::bring_up_to_date(&route, &plan, &run, &arguments);
        }
        steps::Start::GoOn(run) | steps::Start::New(run) => run,
    };
    let ending = migrate_data::load::load(&route, &plan, run)?;
    steps::report(&route, run, &ending, arguments.form())
}
