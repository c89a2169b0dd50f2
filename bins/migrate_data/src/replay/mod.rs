//! Quarantined rows, tried again after a rule is mended: those that pass now are loaded or merged.
//!
//! All in one transaction of the new database: a replay that is killed has not happened. The
//! result is that of a load anew by the mended mapping, and where only that would give it, the
//! replay is refused before anything is written.

mod order;
mod survivors;

use std::collections::HashMap;

use common::progress::{count, grouped};
use common::{Error, Result, Session};

use crate::chunk::{Loader, Retried};
use crate::keys::Key;
use crate::ledger::{self, Run, refused};
use crate::load::{Route, advance_sequence};
use crate::plan::{Plan, Source};
use crate::progress;
use crate::snapshot::{self, Snapshot};
use crate::survey::{self, Refused};
use crate::transform::Lookups;

/// What became of a source's quarantined rows.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub source: String,
    pub tried: i64,
    pub loaded: i64,
    pub merged: i64,
}

/// Rows of one replay that PostgreSQL may refuse: each costs one more try of all.
const MAX_REFUSED: usize = 100;

/// Tries the quarantined rows of a finished run again, by the mapping as it is now.
///
/// # Errors
/// The old database has other rows than were read, or the mended mapping changes more than the
/// quarantined rows; nothing is written then.
pub fn replay(route: &Route, plan: &Plan, run: &Run) -> Result<Vec<Replayed>> {
    let (snapshot, mut coordinator) = Snapshot::export(route.old, plan)?;
    let mut new = route.writer()?;
    let quarantines = quarantines(&mut new, plan, run.number)?;
    refuse_other_rows(&mut new, &mut coordinator, plan, run.number)?;
    let mut refused: Vec<Refused> = plan.sources.iter().map(|_| Refused::new()).collect();
    loop {
        let lookups = survivors::find(route, plan, run.number, &snapshot, &quarantines, &refused)?;
        new.begin()?;
        let mut replayed = Vec::new();
        let mut refusal = None;
        for (index, source) in plan.sources.iter().enumerate() {
            let retry = Retry { source, lookups: &lookups, quarantine: &quarantines[index] };
            match retry.run(run.number, &snapshot, &mut new, &refused[index])? {
                Ok(retried) => replayed.push(Replayed {
                    source: source.label.clone(),
                    tried: retried.tried,
                    loaded: retried.loaded,
                    merged: retried.merged,
                }),
                Err(found) => {
                    refusal = Some((index, found));
                    break;
                }
            }
        }
        let Some((index, found)) = refusal else {
            finish(&mut new, plan, run.number, &refused)?;
            return Ok(replayed);
        };
        new.rollback()?;
        refused[index].insert(found.key.clone(), found.reject);
        if refused.iter().map(HashMap::len).sum::<usize>() > MAX_REFUSED {
            let label = &plan.sources[index].label;
            return Err(Error::new(format!("PostgreSQL refuses more than {MAX_REFUSED} of the rows"))
                .detail(format!("the last: {label} {}", found.key))
                .hint("A cleaner in the mapping should see what the table's constraints see. Nothing was changed."));
        }
    }
}

/// By source: the keys in quarantine with a signature of the reason.
fn quarantines(new: &mut Session, plan: &Plan, run: i64) -> Result<Vec<HashMap<String, u64>>> {
    let mut found = Vec::new();
    for source in &plan.sources {
        let rows = new.query(
            "SELECT key, target, column_name, rule, reason FROM pgrefit.quarantine WHERE run = $1 AND source = $2",
            &[&run, &source.label],
        )?;
        let quarantined = rows.iter().map(|row| {
            let parts: [&str; 4] = std::array::from_fn(|index| row.get(index + 1));
            (row.get(0), crate::transform::signature(parts))
        });
        found.push(quarantined.collect());
    }
    Ok(found)
}

/// The law `read = loaded + merged + quarantined` is about the rows that were read.
fn refuse_other_rows(new: &mut Session, old: &mut Session, plan: &Plan, run: i64) -> Result<()> {
    let summaries = ledger::summaries(new, run)?;
    for source in &plan.sources {
        let rows = snapshot::count(old, source)?;
        let read = summaries.iter().find(|summary| summary.source == source.label);
        let read = read.map_or(0, |summary| summary.read);
        if rows != read {
            return Err(Error::new(format!(
                "{} has {} now, run {run} read {}",
                source.label,
                count(rows, "row"),
                grouped(read)
            ))
            .hint("A replay is about the rows that were read. `migrate_data --restart` loads everything anew. Nothing was changed."));
        }
    }
    Ok(())
}

/// One source's quarantined rows.
struct Retry<'a> {
    source: &'a Source,
    lookups: &'a Lookups,
    quarantine: &'a HashMap<String, u64>,
}

impl Retry<'_> {
    fn run(
        &self,
        run: i64,
        snapshot: &Snapshot,
        new: &mut Session,
        refused: &Refused,
    ) -> Result<std::result::Result<Retried, crate::refusal::Refusal>> {
        let mut total = Retried::default();
        if self.quarantine.is_empty() {
            return Ok(Ok(total));
        }
        let order = order::parents_first(new, self.source)?;
        let mut old = snapshot.stream()?;
        let mut loader = Loader::new(run, self.source, self.lookups);
        let bar = progress::bar(self.quarantine.len() as u64, &self.source.label);
        for chunk in ledger::quarantining_chunks(new, run, &self.source.label)? {
            match loader.replay(&mut old, new, &chunk, self.quarantine, refused, &order)? {
                Ok(retried) => {
                    bar.inc(u64::try_from(retried.tried).unwrap_or(0));
                    total.tried += retried.tried;
                    total.loaded += retried.loaded;
                    total.merged += retried.merged;
                }
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        bar.finish_and_clear();
        Ok(Ok(total))
    }
}

/// What else a run leaves behind, in the same transaction.
fn finish(new: &mut Session, plan: &Plan, run: i64, refused: &[Refused]) -> Result<()> {
    for (source, refused) in plan.sources.iter().zip(refused) {
        refused::replace(new, run, source, refused)?;
    }
    for target in plan.targets() {
        for column in &target.columns {
            advance_sequence(new, &target.sql, &column.name)?;
        }
    }
    new.execute(
        "UPDATE pgrefit.load_run SET checksum = $2 WHERE run = $1 AND checksum <> $2",
        &[&run, &plan.checksum],
    )?;
    new.commit()
}

/// Rejects that stand for the keys of a quarantine, where only the keys count.
fn as_refused(quarantine: &HashMap<String, u64>, source: &Source) -> Refused {
    let reject = crate::transform::Reject {
        target: String::new(),
        column: String::new(),
        rule: crate::clean::Rule::Server,
        reason: String::new(),
        value: None,
        sqlstate: None,
    };
    let key = |text: &String| Key::new(text, source.key.is_integer);
    quarantine.keys().map(|text| (key(text), reject.clone())).collect()
}

/// The survivors of a source, all of its rows taking part but the refused.
fn survey(
    route: &Route,
    source: &Source,
    run: i64,
    snapshot: &Snapshot,
    lookups: &Lookups,
    refused: &Refused,
) -> Result<Vec<(usize, crate::survivors::Survivors)>> {
    let ranges = ledger::chunks(&mut route.writer()?, run, &source.label)?;
    let bar = progress::bar(0, &source.label);
    let found = survey::survey(snapshot, source, &ranges, lookups, refused, route.workers, &bar);
    bar.finish_and_clear();
    found
}
