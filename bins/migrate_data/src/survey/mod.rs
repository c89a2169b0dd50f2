//! The first pass over a source with `unique` targets: which rows survive, before any is loaded.
//! A row that would be quarantined does not take part, so it cannot be what others merge into.

mod fall;

use std::collections::{HashMap, HashSet};

use common::Result;
use indicatif::ProgressBar;
use rows::{Snapshot, workers};

use crate::keys::Key;
use crate::plan::{FieldInput, Source, Target};
use crate::snapshot::{self, Range};
use crate::survivors::{Candidate, Contest, Lookups, Survivors, Takes};
use crate::transform::{Reject, Transformer, Values};
use crate::value::Value;

/// Rows that PostgreSQL refused in an earlier try, by their key.
pub type Refused = HashMap<Key, Reject>;

/// A source that is surveyed.
pub struct Surveyed<'a> {
    pub source: &'a Source,
    pub ranges: &'a [Range],
    pub refused: &'a Refused,
    pub bar: &'a ProgressBar,
}

/// Leaves the survivors of every `unique` target of a circle in `lookups`.
///
/// # Errors
/// A source cannot be read, or a column with `otherwise = "fail"` refused a value.
pub fn survey(
    snapshot: &Snapshot,
    circle: &[Surveyed],
    lookups: &mut Lookups,
    worker_count: usize,
) -> Result<()> {
    let targets = circle.iter().flat_map(|surveyed| &surveyed.source.targets);
    targets.for_each(|target| lookups[target.number] = None);
    let fallen = fall::fallen(snapshot, circle, lookups, worker_count)?;
    let mut found = Vec::new();
    for (surveyed, fallen) in circle.iter().zip(&fallen) {
        found.extend(pass(snapshot, surveyed, fallen, lookups, worker_count)?);
    }
    for (number, survivors) in found {
        lookups[number] = Some(survivors);
    }
    Ok(())
}

/// Survivors of every `unique` target of a source, by target number. Rows that have fallen do not
/// take part, and neither do those whose lookups find nothing in what is surveyed so far.
///
/// # Errors
/// As [`survey`].
pub fn pass(
    snapshot: &Snapshot,
    &Surveyed { source, ranges, refused, bar }: &Surveyed,
    fallen: &HashSet<Key>,
    lookups: &Lookups,
    worker_count: usize,
) -> Result<Vec<(usize, Survivors)>> {
    if !source.needs_survey() {
        return Ok(Vec::new());
    }
    let contests: Vec<_> = source
        .targets
        .iter()
        .map(|target| {
            target.unique.as_ref().map(|unique| Contest::new(unique.keep, takes(source, target)))
        })
        .collect();
    workers::share(worker_count, ranges, |ranges| {
        let mut stream = snapshot.stream()?;
        let mut transformer = Transformer::new(source, lookups);
        let mut entrances: Vec<_> =
            contests.iter().map(|contest| contest.as_ref().map(Contest::entrance)).collect();
        for range in ranges {
            let mut read = 0;
            snapshot::for_each_row(&mut stream, source, range, |row| {
                read += 1;
                let key = transformer.key(&row)?;
                if (!refused.is_empty() && refused.contains_key(&key)) || fallen.contains(&key) {
                    return Ok(());
                }
                let Ok(values) = transformer.transform(row)? else {
                    return Ok(());
                };
                for (index, target) in source.targets.iter().enumerate() {
                    let Some(entrance) = &mut entrances[index] else { continue };
                    if values.is_skipped(index) {
                        continue;
                    }
                    let order = transformer.order_key(target, &values, &row)?;
                    if let Some(fingerprint) = transformer.unique_fingerprint(target, &values) {
                        let value = value(target, entrance.takes(), &values);
                        entrance.offer(Candidate { fingerprint, key: key.clone(), order, value });
                    }
                }
                Ok(())
            })?;
            bar.inc(read);
        }
        Ok(())
    })?;
    let mut finished = Vec::new();
    for (contest, target) in contests.into_iter().zip(&source.targets) {
        if let Some(contest) = contest {
            finished.push((target.number, contest.finish(worker_count)?));
        }
    }
    Ok(finished)
}

/// What names a row of the target in lookups and lineage.
fn takes(source: &Source, target: &Target) -> Takes {
    let field = |column: usize| &source.fields[target.columns[column].field];
    if (0..target.columns.len()).any(|column| field(column).input == FieldInput::Surrogate) {
        return Takes::Number;
    }
    match target.taken.map(field) {
        None => Takes::Nothing,
        Some(field) if source.key.is_integer && field.is_whole_key() => Takes::Key,
        Some(_) => Takes::Value,
    }
}

fn value(target: &Target, takes: Takes, values: &Values) -> Option<Box<Value<'static>>> {
    match takes {
        Takes::Value => {
            let field = target.columns[target.taken?].field;
            Some(Box::new(values.get(field).clone().into_owned()))
        }
        Takes::Key | Takes::Number | Takes::Nothing => None,
    }
}
