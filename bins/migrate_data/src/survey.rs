//! The first pass over a source with `unique` targets: which rows survive, before any is loaded.
//! A row that would be quarantined does not take part, so it cannot be what others merge into.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::Result;
use indicatif::ProgressBar;

use crate::keys::{Candidate, Contest, Key, Survivors, Taken};
use crate::plan::{FieldInput, Source, Target};
use crate::snapshot::{self, Range, Snapshot};
use crate::transform::{Lookups, Reject, Transformer, Values};
use crate::value::Value;
use crate::workers;

/// Rows that PostgreSQL refused in an earlier try, by their key.
pub type Refused = HashMap<Key, Reject>;

/// Survivors of every `unique` target of the source, by target number.
///
/// # Errors
/// The source cannot be read, or a column with `otherwise = "fail"` refused a value.
pub fn survey(
    snapshot: &Snapshot,
    source: &Source,
    ranges: &[Range],
    lookups: &Lookups,
    refused: &Refused,
    worker_count: usize,
    bar: &ProgressBar,
) -> Result<Vec<(usize, Survivors)>> {
    let contests: Vec<_> = source
        .targets
        .iter()
        .map(|target| target.unique.as_ref().map(|unique| Contest::new(unique.keep)))
        .collect();
    let next = AtomicUsize::new(0);
    workers::run(worker_count.min(ranges.len()), |_| {
        let mut stream = snapshot.stream()?;
        let mut transformer = Transformer::new(source, lookups);
        while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut read = 0;
            snapshot::for_each_row(&mut stream, source, range, |row| {
                read += 1;
                let key = transformer.key(&row)?;
                if !refused.is_empty() && refused.contains_key(&key) {
                    return Ok(());
                }
                let Ok(values) = transformer.transform(row)? else {
                    return Ok(());
                };
                for (index, target) in source.targets.iter().enumerate() {
                    let Some(contest) = &contests[index] else { continue };
                    if values.is_skipped(index) {
                        continue;
                    }
                    let order = transformer.order_key(target, &values, &row)?;
                    if let Some(fingerprint) = transformer.unique_fingerprint(target, &values) {
                        let taken = taken(source, target, &values);
                        contest.offer(fingerprint, Candidate { key: key.clone(), order, taken });
                    }
                }
                Ok(())
            })?;
            bar.inc(read);
        }
        Ok(())
    })?;
    let finished = contests
        .into_iter()
        .zip(&source.targets)
        .filter_map(|(contest, target)| contest.map(|contest| (target.number, contest.finish())));
    Ok(finished.collect())
}

/// What names the row in lookups and lineage.
fn taken(source: &Source, target: &Target, values: &Values) -> Taken {
    if target
        .columns
        .iter()
        .any(|column| source.fields[column.field].input == FieldInput::Surrogate)
    {
        return Taken::Number(0);
    }
    let Some(column) = target.taken else {
        return Taken::Nothing;
    };
    let field = target.columns[column].field;
    match (source.fields[field].input, values.get(field)) {
        (FieldInput::Key, Value::Integer(_)) => Taken::Key,
        (_, value) => Taken::Value(Box::new(value.clone().into_owned())),
    }
}
