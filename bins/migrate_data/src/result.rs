//! The last lines: the result table, what it means, and whether every row is accounted for.

use common::progress::{count, grouped};
use common::{Error, Outcome, Result, Session, note};
use migrate_data::ledger::{self, Summary, rejects};
use migrate_data::report::{self, Form};
use migrate_data::route::{Ending, Route};

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
                "{} loaded so far and kept; the run is not finished. Fix the mapping and `migrate_data --restart`, or allow more with --max-rejects and run it again.",
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
