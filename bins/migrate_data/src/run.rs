//! A run: the lock, the run to begin or to go on with, the load; or what changed since.

use std::io::{IsTerminal, Write, stderr, stdin};

use common::progress::grouped;
use common::{Error, Outcome, Project, Result, Session, note};
use migrate_data::aside;
use migrate_data::ledger::{self, Run};
use migrate_data::load::load;
use migrate_data::plan::Plan;
use migrate_data::report::Form;
use migrate_data::route::Route;

use crate::{arguments, catch_up, result};

/// Begins a run, goes on with it, or brings the finished one up to date.
///
/// # Errors
/// The tables cannot be emptied, or the load failed; what was committed stays.
pub fn run(
    route: &Route,
    plan: &Plan,
    project: &Project,
    wanted: &arguments::Run,
    form: Form,
) -> Result<Outcome> {
    let _turn = route.take_turn()?;
    if wanted.restart {
        restart(route, plan, wanted.yes)?;
    }
    match open_run(route, plan, project)? {
        Start::Finished(run) => catch_up::bring_up_to_date(route, plan, &run, wanted.prune, form),
        Start::GoOn(run) | Start::New(run) => {
            let ending = load(route, plan, run)?;
            result::report(route, run, &ending, form)
        }
    }
}

enum Start {
    New(i64),
    GoOn(i64),
    Finished(Run),
}

/// Decides whether there is a run to begin, to go on with, or nothing to do.
///
/// # Errors
/// The mapping changed since the last run, or a target holds rows that no run loaded.
fn open_run(route: &Route, plan: &Plan, project: &Project) -> Result<Start> {
    let mut session = route.writer()?;
    match ledger::last_run(&mut session)? {
        Some(run) if run.checksum != plan.checksum => {
            let (state, advice) = match &run.finished {
                Some(time) => (format!("finished at {time} UTC"), "loads everything again with it"),
                None => ("is not finished".to_owned(), "starts over with it"),
            };
            let replay = match &run.finished {
                Some(_) => "`migrate_data replay` tries the quarantined rows again with it; ",
                None => "",
            };
            Err(Error::new(format!("run {} {state}, and the mapping has changed since", run.number)).hint(format!(
                "{replay}`migrate_data --restart` empties the mapped tables and {advice}. Nothing was changed."
            )))
        }
        Some(run) if run.is_finished => Ok(Start::Finished(run)),
        Some(run) => {
            ledger::create(&mut session)?;
            let summaries = ledger::summaries(&mut session, run.number)?;
            let chunks: i64 = summaries.iter().map(|summary| summary.chunks).sum();
            let open: i64 = summaries.iter().map(|summary| summary.open_chunks).sum();
            note(format_args!(
                "going on with run {}: {} of {} chunks were committed",
                run.number,
                grouped(chunks - open),
                grouped(chunks)
            ));
            Ok(Start::GoOn(run.number))
        }
        None => {
            refuse_foreign_rows(&mut session, plan)?;
            ledger::create(&mut session)?;
            ledger::begin_run(&mut session, &project.directory.display().to_string(), plan)
                .map(Start::New)
        }
    }
}

/// Rows that are there already would be counted, or overwritten, as if they came from a source.
fn refuse_foreign_rows(session: &mut Session, plan: &Plan) -> Result<()> {
    for target in plan.targets() {
        let row = session.query_one(&format!("SELECT EXISTS (SELECT FROM {})", target.sql), &[])?;
        if row.get(0) {
            return Err(Error::new(format!("{} holds rows that no run of migrate_data loaded", target.name))
                .hint("Empty it, or `migrate_data --restart` empties all mapped tables. Nothing was changed."));
        }
    }
    Ok(())
}

/// Empties the mapped tables and forgets the last run.
///
/// # Errors
/// Not confirmed, or another table's rows depend on a mapped one.
fn restart(route: &Route, plan: &Plan, yes: bool) -> Result<()> {
    let tables: Vec<_> = plan.targets().map(|target| target.name.as_str()).collect();
    if !yes && !confirmed(&tables)? {
        return Err(Error::usage("not confirmed")
            .hint("Nothing was changed. `--yes` confirms it in advance."));
    }
    let mut session = route.writer()?;
    ledger::create(&mut session)?;
    let last = ledger::last_run(&mut session)?;
    let quoted: Vec<_> = plan.targets().map(|target| target.sql.as_str()).collect();
    session.begin()?;
    session.batch(&format!("TRUNCATE {}", quoted.join(", ")))?;
    if let Some(run) = last {
        ledger::forget_run(&mut session, run.number)?;
    }
    session.commit()?;
    // On empty tables everything comes back, whatever kept it away before.
    aside::restore(route)?;
    Ok(())
}

fn confirmed(tables: &[&str]) -> Result<bool> {
    if !stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("Empty {}? [y/N] ", tables.join(", "));
    stderr().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
