//! A chunk's line in the ledger: what was read, and what became of it.

use common::{Error, Result, Session};
use postgres::Row;
use rows::RowsHash;
use serde_json::{Map, Value, json};

use super::Chunk;
use crate::plan::Source;
use crate::sink::Sink;
use crate::snapshot::Range;

/// Two accounts of one chunk are equal where nothing that it made has changed: no row of a target,
/// no reason in quarantine, no survivor in the lineage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    pub read: i64,
    pub loaded: i64,
    pub merged: i64,
    pub quarantined: i64,
    /// Of the keys read, whatever their order.
    pub hash: RowsHash,
    /// Of what is written into the books for quarantined and merged rows.
    pub fates: RowsHash,
    /// Rows written, by target.
    pub target_rows: Map<String, Value>,
    /// Sum of their hashes, by target.
    pub made: Map<String, Value>,
    /// Values that `otherwise` replaced, by `target.column`.
    pub replaced: Map<String, Value>,
}

impl Account {
    /// Adds what a chunk makes of its rows, once all are cleaned.
    pub fn add_rows(&mut self, source: &Source, sinks: &mut [Sink], replaced: &[u64]) {
        for (target, sink) in source.targets.iter().zip(sinks) {
            self.target_rows.insert(target.name.clone(), json!(sink.len()));
            self.made.insert(target.name.clone(), json!(sink.hash()));
            for column in target.columns.iter().filter(|column| replaced[column.field] > 0) {
                let name = format!("{}.{}", target.name, column.name);
                self.replaced.insert(name, json!(replaced[column.field]));
            }
        }
    }

    /// Whether it makes the same rows of this target.
    pub fn makes_same(&self, other: &Account, target: &str) -> bool {
        self.made.get(target) == other.made.get(target)
    }

    /// The accounts of a source's chunks, as they stand.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn all(new: &mut Session, run: i64, source: &Source) -> Result<Vec<(Chunk, Account)>> {
        let rows = new.query(
            "SELECT chunk, low, high, read, loaded, merged, quarantined, hash, fates, \
             target_rows::text, made::text, replaced::text \
             FROM pgrefit.load_chunk WHERE run = $1 AND source = $2 ORDER BY chunk",
            &[&run, &source.label],
        )?;
        let hash =
            |text: Option<&str>| -> Option<RowsHash> { text.and_then(|text| text.parse().ok()) };
        let map = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok());
        let account = |row: &Row| Account {
            read: row.get(3),
            loaded: row.get(4),
            merged: row.get(5),
            quarantined: row.get(6),
            hash: hash(row.get(7)).unwrap_or_default(),
            fates: hash(row.get(8)).unwrap_or_default(),
            target_rows: map(row.get(9)).unwrap_or_default(),
            made: map(row.get(10)).unwrap_or_default(),
            replaced: map(row.get(11)).unwrap_or_default(),
        };
        let chunk = |row: &Row| Chunk {
            number: row.get(0),
            range: Range { low: row.get(1), high: row.get(2) },
        };
        Ok(rows.iter().map(|row| (chunk(row), account(row))).collect())
    }

    /// Puts the account in the place of the chunk's former one, if it had one.
    ///
    /// # Errors
    /// The ledger cannot be written.
    pub fn replace(
        &self,
        new: &mut Session,
        run: i64,
        source: &Source,
        chunk: &Chunk,
    ) -> Result<()> {
        new.execute(
            "INSERT INTO pgrefit.load_chunk (run, source, chunk, low, high) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (run, source, chunk) DO UPDATE SET high = excluded.high, committed_at = NULL",
            &[&run, &source.label, &chunk.number, &chunk.range.low, &chunk.range.high],
        )?;
        self.sign(new, run, source, chunk)
    }

    /// Signs the chunk's row: its rows are there once this transaction is.
    ///
    /// # Errors
    /// It is signed already.
    pub fn sign(&self, new: &mut Session, run: i64, source: &Source, chunk: &Chunk) -> Result<()> {
        let updated = new.execute(
            "UPDATE pgrefit.load_chunk SET read = $4, loaded = $5, merged = $6, quarantined = $7, \
             target_rows = $8::text::jsonb, replaced = $9::text::jsonb, hash = $10, made = $11::text::jsonb, \
             fates = $12, committed_at = clock_timestamp() \
             WHERE run = $1 AND source = $2 AND chunk = $3 AND committed_at IS NULL",
            &[
                &run,
                &source.label,
                &chunk.number,
                &self.read,
                &self.loaded,
                &self.merged,
                &self.quarantined,
                &Value::from(self.target_rows.clone()).to_string(),
                &Value::from(self.replaced.clone()).to_string(),
                &self.hash.to_string(),
                &Value::from(self.made.clone()).to_string(),
                &self.fates.to_string(),
            ],
        )?;
        match updated {
            1 => Ok(()),
            _ => Err(Error::new(format!(
                "chunk {} of {} was loaded by someone else",
                chunk.number, source.label
            ))),
        }
    }
}
