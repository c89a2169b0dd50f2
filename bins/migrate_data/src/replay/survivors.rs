//! Who survives by the mended mapping, and whether that is somebody new.

use std::collections::HashMap;

use common::progress::count;
use common::{Error, Result};

use super::{as_refused, survey};
use crate::load::Route;
use crate::plan::{Plan, Source};
use crate::snapshot::Snapshot;
use crate::survey::Refused;
use crate::survivors::Survivors;
use crate::transform::Lookups;

/// Survivors of all `unique` targets, the quarantined rows taking part.
///
/// # Errors
/// A row of the quarantine would take a survivor's place, or shift the numbers of a surrogate key:
/// others refer to these already.
pub fn find(
    route: &Route,
    plan: &Plan,
    run: i64,
    snapshot: &Snapshot,
    quarantines: &[HashMap<String, u64>],
    refused: &[Refused],
) -> Result<Lookups> {
    let none = || -> Lookups { (0..plan.target_count).map(|_| None).collect() };
    // Lookups as they were, and as they will be: a row may pass now since one that it names does.
    let (mut before, mut after) = (none(), none());
    for (index, source) in
        plan.sources.iter().enumerate().filter(|(_, source)| source.needs_survey())
    {
        let without = as_refused(&quarantines[index], source);
        let former = survey(route, source, run, snapshot, &before, &without)?;
        let found = survey(route, source, run, snapshot, &after, &refused[index])?;
        for ((number, former), (_, found)) in former.into_iter().zip(found) {
            refuse_displaced(source, number, &former, &found)?;
            before[number] = Some(former);
            after[number] = Some(found);
        }
        plan.forget_unneeded(source, &mut before);
    }
    Ok(after)
}

fn refuse_displaced(
    source: &Source,
    number: usize,
    former: &Survivors,
    found: &Survivors,
) -> Result<()> {
    let mut displaced = former.iter().filter(|(fingerprint, survivor)| {
        let now = found.get(fingerprint);
        now.is_none_or(|now| now.key != survivor.key || now.number() != survivor.number())
    });
    let Some((_, first)) = displaced.next() else {
        return Ok(());
    };
    let target = source.targets.iter().find(|target| target.number == number);
    let name = target.map_or("", |target| target.name.as_str());
    let rows = i64::try_from(1 + displaced.count()).unwrap_or(i64::MAX);
    let places = count(rows, "row").replacen(" row", " other row", 1);
    Err(Error::new(format!("by this mapping, {places} of {name} would survive or have another number"))
        .detail(format!("the first: {} {}, to which others may refer", source.label, first.key))
        .hint("Such a change is no replay: `migrate_data --restart` loads everything anew. Nothing was changed."))
}
