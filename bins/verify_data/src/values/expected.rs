//! What the mapping makes of the old rows.

use std::sync::Mutex;

use common::Result;
use migrate_data::plan::{FieldInput, Source};
use migrate_data::snapshot::{self, Range};
use migrate_data::survey::Refused;
use migrate_data::survivors::Lookups;
use migrate_data::transform::{Transformer, Values};
use migrate_data::value::Value;
use rows::{Snapshot, workers};

use super::canonical::{Row, merge};
use super::{BUCKETS, Bucket, Buckets, Shape};

/// One more reading of a source.
pub struct Pass<'a> {
    pub snapshot: &'a Snapshot,
    pub source: &'a Source,
    pub ranges: &'a [Range],
    pub refused: &'a Refused,
    pub lookups: &'a Lookups,
    pub shapes: &'a [Shape<'a>],
    pub workers: usize,
}

impl Pass<'_> {
    /// The buckets of every target.
    pub fn buckets(&self) -> Result<Vec<Buckets>> {
        let empty = || vec![vec![Bucket::default(); BUCKETS]; self.shapes.len()];
        let total = Mutex::new(empty());
        workers::share(self.workers, self.ranges, |ranges| {
            let mut own = empty();
            let mut buffer = Vec::new();
            self.read(ranges, |index, row, _| {
                row.add(&self.shapes[index], &mut own[index], &mut buffer);
            })?;
            let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (total, own) in total.iter_mut().zip(&own) {
                merge(total, own);
            }
            Ok(())
        })?;
        Ok(total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Visits every row that some target should hold, with the key of its source row.
    pub fn read<'r>(
        &self,
        ranges: impl IntoIterator<Item = &'r Range>,
        mut visit: impl FnMut(usize, &Row, &str),
    ) -> Result<()> {
        let mut stream = self.snapshot.stream()?;
        let mut transformer = Transformer::new(self.source, self.lookups);
        let mut canonical = Row::default();
        for range in ranges {
            snapshot::for_each_batch(&mut stream, self.source, range, |rows| {
                // Brings near what they look up; each value is found without it, since the loader
                // may have been wrong there.
                transformer.look_ahead(rows);
                rows.iter().try_for_each(|row| {
                    let key = transformer.key(&row)?;
                    if !self.refused.is_empty() && self.refused.contains_key(&key) {
                        return Ok(());
                    }
                    let Ok(values) = transformer.transform(row)? else {
                        return Ok(());
                    };
                    for (index, target) in self.source.targets.iter().enumerate() {
                        if values.is_skipped(index) {
                            continue;
                        }
                        let fingerprint = transformer.unique_fingerprint(target, &values);
                        let survivor = match (fingerprint, &self.lookups[target.number]) {
                            (Some(fingerprint), Some(survivors)) => survivors.get(&fingerprint),
                            _ => None,
                        };
                        if survivor.is_some_and(|survivor| *survivor.key != key) {
                            continue;
                        }
                        let number = survivor.map_or(0, |survivor| survivor.number());
                        self.fill(&mut canonical, index, &values, number);
                        visit(index, &canonical, row.text(0)?.unwrap_or_default());
                    }
                    Ok(())
                })
            })?;
        }
        Ok(())
    }

    fn fill(&self, canonical: &mut Row, index: usize, values: &Values, number: u32) {
        let shape = &self.shapes[index];
        let surrogate = Value::Integer(i64::from(number));
        canonical.clear();
        for &column in &shape.columns {
            let column = &shape.target.columns[column];
            let is_surrogate = self.source.fields[column.field].input == FieldInput::Surrogate;
            let value = if is_surrogate { &surrogate } else { values.get(column.field) };
            canonical.push_expected(value, &column.kind);
        }
    }
}
