//! The steps around a load: the lock, the run to begin or to go on with, the last lines.

use std::io::{IsTerminal, Write, stderr, stdin};

use common::progress::{count, grouped};
use common::{Error, Outcome, Project, Result, Session, note};
use migrate_data::ledger::{self, Run, Summary, rejects};
use migrate_data::plan::Plan;
use migrate_data::report::Form;
use migrate_data::route::{Ending, Route};
use migrate_data::{aside, report};

use crate::arguments::Arguments;

pub enum Start {
    New(i64),
    GoOn(i64),
    Finished(Run),
}

/// Decides whether there is a run to begin, to go on with, or nothing to do.
///
/// # Errors
/// The mapping changed since the last run, or a target holds rows that no run loaded.
pub fn open_run(route: &Route, plan: &Plan, project: &Project) -> Result<Start> {
    let mut session = route.writer()?;
    match ledger::last_run(&mut session)? {
        Some(run) if run.checksum != plan.checksum => {
            let (state, advice) = match &run.finished {
                Some(time) => (format!("finished at {time} UTC"), "loads everything anew by it"),
                None => ("is not finished".to_owned(), "begins again by it"),
            };
            let replay = match &run.finished {
                Some(_) => "`migrate_data --replay` tries the quarantined rows again by it; ",
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
            refuse_strangers(&mut session, plan)?;
            ledger::create(&mut session)?;
            ledger::begin_run(&mut session, &project.directory.display().to_string(), plan)
                .map(Start::New)
        }
    }
}

/// Rows that are there already would be counted, or overwritten, as if they came from a source.
fn refuse_strangers(session: &mut Session, plan: &Plan) -> Result<()> {
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
pub fn restart(route: &Route, plan: &Plan, arguments: &Arguments) -> Result<()> {
    let tables: Vec<_> = plan.targets().map(|target| target.name.as_str()).collect();
    if !arguments.yes && !confirmed(&tables)? {
        return Err(
            Error::usage("not confirmed").hint("Nothing was changed. `--yes` says yes beforehand.")
        );
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

/// The last lines of a run that did its work.
pub fn report(route: &Route, run: i64, ending: &Ending, form: Form) -> Result<Outcome> {
    let mut session = route.writer()?;
    let summaries = ledger::summaries(&mut session, run)?;
    let state = if *ending == Ending::Finished { "finished" } else { "unfinished" };
    if form == Form::People {
        println!("migrate_data:");
    }
    print_result(&mut session, run, &summaries, state, form)?;
    match ending {
        Ending::Finished => accounted(&summaries),
        Ending::Partial => {
            note(format_args!("run {run} is not finished: `migrate_data` loads the other sources"));
            accounted(&summaries)
        }
        Ending::TooManyRejects { source, quarantined, limit } => {
            let loaded: i64 = summaries.iter().map(|summary| summary.loaded).sum();
            let so_far = format!(
                "{} loaded so far and stay; the run is not finished. Mend the mapping and `migrate_data --restart`, or allow more with --max-rejects and run it again.",
                count_are(loaded)
            );
            say_too_many(source, *quarantined, limit, &so_far);
            Ok(Outcome::FellShort)
        }
    }
}

/// More rows are quarantined than allowed, and what that means.
pub fn say_too_many(source: &str, quarantined: i64, limit: &str, hint: &str) {
    note(format_args!(
        "{} of {source} are quarantined, more than max_rejects = {limit} allows\n  hint: {hint}",
        count(quarantined, "row")
    ));
}

fn count_are(rows: i64) -> String {
    format!("{} {}", count(rows, "row"), if rows == 1 { "is" } else { "are" })
}

/// The result table, or all of it in JSON.
pub fn print_result(
    session: &mut Session,
    run: i64,
    summaries: &[Summary],
    state: &str,
    form: Form,
) -> Result<()> {
    let replaced = ledger::replaced(session, run)?;
    if form == Form::Machines {
        let rejects = rejects::rejects(session, run)?;
        println!("{:#}", report::json(run, state, summaries, &rejects, &replaced));
        return Ok(());
    }
    println!("{}", report::table(summaries));
    let lines = [
        report::counts("why", &ledger::reasons(session, run)?),
        report::counts("replaced by `otherwise`", &replaced),
    ];
    for line in lines.into_iter().flatten() {
        println!("{line}");
    }
    Ok(())
}

/// The law: `read = loaded + merged + quarantined`, for each source.
///
/// # Errors
/// It does not hold.
pub fn accounted(summaries: &[Summary]) -> Result<Outcome> {
    for summary in summaries {
        let fates = summary.loaded + summary.merged + summary.quarantined;
        if summary.read != fates || summary.read != summary.rows {
            return Err(Error::new(format!(
                "{} has {} rows, {} were read and {} accounted for",
                summary.source,
                grouped(summary.rows),
                grouped(summary.read),
                grouped(fates)
            ))
            .hint("This must not happen; `verify_data` names the keys."));
        }
    }
    Ok(Outcome::Done)
}
