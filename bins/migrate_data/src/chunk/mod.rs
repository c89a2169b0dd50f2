//! One chunk: COPY out → clean → COPY in, with its ledger row in the same transaction.

mod bisect; // the row that an error without a line is about
mod staging;

use std::collections::HashMap;

use common::identifier::literal;
use common::{Error, Result, Session};
use rows::copy::RowBatch;
use rows::{CopyStream, RowsHash};

use crate::keys::Key;
use crate::ledger::Chunk;
use crate::ledger::account::Account;
use crate::ledger::entries::{Entries, Merged};
use crate::plan::{Source, Target};
use crate::refusal::Refusal;
use crate::sink::Sink;
use crate::snapshot::{self, Range};
use crate::survey::Refused;
use crate::survivors::Lookups;
use crate::transform::{Reject, Transformer, Values};

/// What a worker keeps from chunk to chunk.
pub struct Loader<'p> {
    source: &'p Source,
    lookups: &'p Lookups,
    transformer: Transformer<'p>,
    sinks: Vec<Sink>,
    merged: Vec<Merged>,
    rejects: Vec<(Key, Reject)>,
    account: Account,
    /// The quarantined rows as they are in the source, by their key's text.
    raws: HashMap<String, String>,
    /// All keys read, where somebody asks for them.
    keys: Option<Vec<Key>>,
    run: i64,
    entries: Entries<'p>,
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
            account: Account::default(),
            raws: HashMap::new(),
            keys: None,
            run,
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
    ) -> Result<Result<Account, Refusal>> {
        self.make(old, &chunk.range, refused)?;
        new.begin()?;
        let sent = self.send(new);
        if !matches!(sent, Ok(Ok(()))) {
            new.rollback()?;
        }
        if let Err(refusal) = sent? {
            return Ok(Err(refusal));
        }
        self.account.sign(new, self.run, self.source, chunk)?;
        new.commit()?;
        Ok(Ok(self.account.clone()))
    }

    /// Reads and cleans the rows of a range, and writes nothing.
    ///
    /// # Errors
    /// The old database cannot be read.
    pub fn make(
        &mut self,
        old: &mut CopyStream,
        range: &Range,
        refused: &Refused,
    ) -> Result<&Account> {
        self.clear();
        snapshot::for_each_batch(old, self.source, range, |rows| {
            self.transformer.look_ahead(rows);
            (0..rows.len()).try_for_each(|place| self.take(rows, place, refused))
        })?;
        if self.source.whole_row.is_none() {
            self.raws = self.raw_rows(old, range)?;
        }
        self.account.add_rows(self.source, &mut self.sinks, &self.transformer.replaced);
        self.account.fates = self.entries.hash(&self.rejects, &self.raws, &self.merged);
        Ok(&self.account)
    }

    /// Sends what was made within the session's transaction, or says which row PostgreSQL refuses;
    /// the transaction has failed then.
    fn send(&mut self, new: &mut Session) -> Result<Result<(), Refusal>> {
        for index in 0..self.sinks.len() {
            if let Err(refusal) = self.send_rows(new, index)? {
                return Ok(Err(refusal));
            }
        }
        self.send_entries(new)?;
        Ok(Ok(()))
    }

    fn clear(&mut self) {
        self.sinks.iter_mut().for_each(Sink::clear);
        self.transformer.replaced.fill(0);
        self.merged.clear();
        self.rejects.clear();
        self.account = Account::default();
        self.raws.clear();
        self.keys.iter_mut().for_each(Vec::clear);
    }

    /// Cleans one row of the source into the sinks.
    fn take(&mut self, rows: &RowBatch, place: usize, refused: &Refused) -> Result<()> {
        let row = rows.get(place);
        let key = self.transformer.key(&row)?;
        self.account.read += 1;
        if let Some(keys) = &mut self.keys {
            keys.push(key.clone());
        }
        self.account.hash += RowsHash::of(row.get(0).unwrap_or_default());
        let known = if refused.is_empty() { None } else { refused.get(&key) };
        let values = match known {
            Some(reject) => Err(reject.clone()),
            None => self.transformer.transform_ahead(rows, place)?,
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
                self.account.quarantined += 1;
                if let Some(whole_row) = &self.source.whole_row {
                    self.raws.insert(key.to_string(), whole_row.json(row));
                }
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
            self.account.merged += i64::from(merged_into.is_some());
            self.account.loaded += i64::from(merged_into.is_none());
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
    fn raw_rows(&self, old: &mut CopyStream, range: &Range) -> Result<HashMap<String, String>> {
        let mut raws = HashMap::with_capacity(self.rejects.len());
        let key = &self.source.key;
        for batch in self.rejects.chunks(5_000) {
            let keys: Vec<_> = batch.iter().map(|(key, _)| literal(&key.to_string())).collect();
            let sql = format!(
                "COPY (SELECT {}::text, row_to_json(s)::text FROM {} WHERE {} AND {} = ANY (ARRAY[{}]::{}[])) TO STDOUT (FORMAT binary)",
                key.sql,
                self.source.from_clause,
                range.predicate(self.source),
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
