//! One chunk: COPY out → clean → COPY in, with its ledger row in the same transaction.

mod replay;

use std::collections::HashMap;

use common::copy::Row;
use common::copy_stream::CopyStream;
use common::identifier::literal;
use common::{Error, Result, Session};

use crate::keys::{Key, key_hash_of};
use crate::ledger::Chunk;
use crate::ledger::entries::{Entries, Merged};
use crate::plan::{Source, Target};
use crate::refusal::Refusal;
use crate::sink::Sink;
use crate::snapshot;
use crate::survey::Refused;
use crate::transform::{Lookups, Reject, Transformer, Values};

pub use replay::Retried;

/// What a worker keeps from chunk to chunk.
pub struct Loader<'p> {
    source: &'p Source,
    lookups: &'p Lookups,
    transformer: Transformer<'p>,
    sinks: Vec<Sink>,
    merged: Vec<Merged>,
    rejects: Vec<(Key, Reject)>,
    tally: Tally,
    entries: Entries<'p>,
}

/// What became of a chunk's rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub read: i64,
    pub loaded: i64,
    pub merged: i64,
    pub quarantined: i64,
    /// Of the keys read, whatever their order.
    pub hash: u128,
}

impl<'p> Loader<'p> {
    pub fn new(run: i64, source: &'p Source, lookups: &'p Lookups) -> Loader<'p> {
        Loader {
            source,
            lookups,
            transformer: Transformer::new(source, lookups),
            sinks: source.targets.iter().map(Sink::for_target).collect(),
            merged: Vec::new(),
            rejects: Vec::new(),
            tally: Tally::default(),
            entries: Entries::new(run, source),
        }
    }

    /// Loads one chunk and commits it.
    ///
    /// # Errors
    /// The old database cannot be read or the new one not written; a row that PostgreSQL refuses
    /// is found by its COPY line and reported as [`Refusal`], so that the caller tries again
    /// without it.
    pub fn load(
        &mut self,
        old: &mut CopyStream,
        new: &mut Session,
        chunk: &Chunk,
        refused: &Refused,
    ) -> Result<Result<Tally, Refusal>> {
        self.clear();
        snapshot::for_each_row(old, self.source, &chunk.range, |row| self.take(row, refused))?;
        let raws = self.raw_rows(old)?;
        new.begin()?;
        for (sink, target) in self.sinks.iter_mut().zip(&self.source.targets) {
            if let Err(error) = sink.send(new) {
                new.rollback()?;
                return match Refusal::find(&error, &target.name, sink) {
                    Some(refusal) => Ok(Err(refusal)),
                    None => Err(error.context(format!("{} cannot be loaded", target.name))),
                };
            }
        }
        self.entries.quarantine(new, &self.rejects, &raws)?;
        self.entries.lineage(new, &self.merged)?;
        self.entries.sign(new, chunk, &self.tally, &self.sinks, &self.transformer.replaced)?;
        new.commit()?;
        Ok(Ok(self.tally))
    }

    fn clear(&mut self) {
        self.sinks.iter_mut().for_each(Sink::clear);
        self.transformer.replaced.fill(0);
        self.merged.clear();
        self.rejects.clear();
        self.tally = Tally::default();
    }

    /// Cleans one row of the source into the sinks.
    fn take(&mut self, row: Row, refused: &Refused) -> Result<()> {
        let key = self.transformer.key(&row)?;
        self.tally.read += 1;
        self.tally.hash = self.tally.hash.wrapping_add(key_hash_of(row.get(0).unwrap_or_default()));
        let known = if refused.is_empty() { None } else { refused.get(&key) };
        let values = match known {
            Some(reject) => Err(reject.clone()),
            None => self.transformer.transform(row)?,
        };
        match values {
            Ok(values) => {
                for (index, target) in self.source.targets.iter().enumerate() {
                    if !values.is_skipped(index) {
                        self.place(index, target, &values, &key)?;
                    }
                }
            }
            Err(reject) => {
                self.tally.quarantined += 1;
                self.rejects.push((key, reject));
            }
        }
        Ok(())
    }

    /// Puts the row of one target where it belongs: into its sink, or to its survivor.
    fn place(&mut self, index: usize, target: &Target, values: &Values, key: &Key) -> Result<()> {
        let survivor = match (
            self.transformer.unique_fingerprint(target, values),
            &self.lookups[target.number],
        ) {
            (Some(fingerprint), Some(survivors)) => {
                Some(survivors.get(&fingerprint).ok_or_else(|| {
                    Error::new(format!(
                        "{} {key}: its row of {} was not there in the survey",
                        self.source.label, target.name
                    ))
                })?)
            }
            _ => None,
        };
        let merged_into = survivor.filter(|survivor| survivor.key != key);
        if index == self.source.main {
            self.tally.merged += i64::from(merged_into.is_some());
            self.tally.loaded += i64::from(merged_into.is_none());
            if let Some(survivor) = merged_into {
                let taken = survivor.taken().to_string();
                let survivor = if taken.is_empty() { survivor.key.to_string() } else { taken };
                self.merged.push(Merged { key: key.clone(), survivor });
            }
        }
        if merged_into.is_none() {
            let number = survivor.map_or(0, |survivor| survivor.number());
            self.sinks[index].push(self.source, target, values, number, key);
        }
        Ok(())
    }

    /// The quarantined rows as they are in the source, by their key's text.
    fn raw_rows(&self, old: &mut CopyStream) -> Result<HashMap<String, String>> {
        let mut raws = HashMap::with_capacity(self.rejects.len());
        let key = &self.source.key;
        for batch in self.rejects.chunks(5_000) {
            let keys: Vec<_> = batch.iter().map(|(key, _)| literal(&key.to_string())).collect();
            let sql = format!(
                "COPY (SELECT {}::text, row_to_json(s)::text FROM {} WHERE {} = ANY (ARRAY[{}]::{}[])) TO STDOUT (FORMAT binary)",
                key.sql,
                self.source.from_clause,
                key.sql,
                keys.join(", "),
                key.type_name
            );
            old.rows(&sql, |row| {
                if let (Some(key), Some(raw)) = (row.text(0)?, row.get(1)) {
                    // What is not UTF-8 shows as such here; `value` keeps its bytes.
                    raws.insert(key.to_owned(), String::from_utf8_lossy(raw).into_owned());
                }
                Ok(())
            })?;
        }
        Ok(raws)
    }
}
