//! Commands that look and write nothing to a database: dry-run, explain, rejects, export.

use std::fs::File;
use std::io::{BufWriter, Write, copy};
use std::path::Path;

use common::progress::count;
use common::{Context, Error, Outcome, Result, Session, say};
use migrate_data::dry_run::dry_run as forecast;
use migrate_data::explain::explain as one_way;
use migrate_data::ledger::{self, Run};
use migrate_data::plan::Plan;
use migrate_data::report::{self, Form};
use migrate_data::route::Route;
use serde_json::json;

/// What would become of every row.
///
/// # Errors
/// A database cannot be read.
pub fn dry_run(route: &Route, plan: &Plan, form: Form) -> Result<Outcome> {
    let forecast = forecast(route.old, plan, route.workers)?;
    if form == Form::Machines {
        let reasons = forecast.reasons.iter();
        let result = json!({
            "state": "dry run",
            "sources": report::json(0, "", &forecast.summaries, &[], &[])["sources"],
            "reasons": reasons.map(|(reason, rows)| json!({ "reason": reason, "rows": rows })).collect::<Vec<_>>(),
        });
        println!("{result:#}");
        return Ok(Outcome::Done);
    }
    println!("migrate_data dry-run (nothing was written):");
    println!("{}", report::table(&forecast.summaries));
    if let Some(line) = report::counts("why", &forecast.reasons) {
        println!("{line}");
    }
    Ok(Outcome::Done)
}

/// One source row's way.
///
/// # Errors
/// There is no such source, or no such row.
pub fn explain(route: &Route, plan: &Plan, source: &str, key: &str) -> Result<Outcome> {
    let (mut old, mut new) = (route.old.session()?, route.new.session()?);
    for line in one_way(&mut old, &mut new, plan, source, key)? {
        println!("{line}");
    }
    Ok(Outcome::Done)
}

/// The quarantined rows of the last run, by reason.
///
/// # Errors
/// Nothing has been loaded.
pub fn rejects(route: &Route, form: Form) -> Result<Outcome> {
    let mut session = route.new.session()?;
    let run = last_run(&mut session)?;
    let rejects = ledger::rejects::rejects(&mut session, run.number)?;
    if form == Form::Machines {
        println!("{:#}", report::json(run.number, "", &[], &rejects, &[])["rejects"]);
        return Ok(Outcome::Done);
    }
    let rows = rejects.iter().map(|reject| reject.rows).sum();
    say(format_args!("{} quarantined by run {}", count(rows, "row"), run.number));
    report::rejects(&rejects).iter().for_each(|line| println!("{line}"));
    Ok(Outcome::Done)
}

/// The run that is looked at.
pub fn last_run(session: &mut Session) -> Result<Run> {
    ledger::last_run(session)?.ok_or_else(|| {
        Error::new("nothing has been loaded into this database")
            .hint("`make migrate-data` loads it.")
    })
}

/// The quarantined rows of the last run as CSV. PostgreSQL writes it, so that quoting is its own; the file is complete or not there.
pub fn export(route: &Route, path: &Path) -> Result<Outcome> {
    let mut session = route.new.session()?;
    let run = last_run(&mut session)?;
    let rows: i64 = session
        .query_one("SELECT count(*) FROM pgrefit.quarantine WHERE run = $1", &[&run.number])?
        .get(0);
    let unwritable = || format!("{} cannot be written", path.display());
    let partial = path.with_added_extension("partial");
    let mut file = BufWriter::new(File::create(&partial).context(unwritable)?);
    let mut reader = session.copy_out(&format!(
        "COPY (SELECT source, key, target, column_name, rule, reason, value, sqlstate, raw \
         FROM pgrefit.quarantine WHERE run = {} ORDER BY source, length(key), key) TO STDOUT (FORMAT csv, HEADER)",
        run.number
    ))?;
    copy(&mut reader, &mut file).context(unwritable)?;
    file.flush().context(unwritable)?;
    std::fs::rename(&partial, path).context(unwritable)?;
    say(format_args!(
        "{} quarantined by run {} written to {}",
        count(rows, "row"),
        run.number,
        path.display()
    ));
    Ok(Outcome::Done)
}
