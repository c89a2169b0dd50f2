//! A chunk's line in the ledger: what was read, and what became of it.

use common::{Error, Result, Session};
use serde_json::{Map, Value, json};

use super::Chunk;
use crate::plan::Source;
use crate::sink::Sink;

/// Two accounts of one chunk are equal where nothing that it made has changed: no row of a target,
/// no reason in quarantine, no survivor in the lineage.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    pub read: i64,
    pub loaded: i64,
    pub merged: i64,
    pub quarantined: i64,
    /// Of the keys read, whatever their order.
    pub hash: u128,
    /// Of what is written into the books for quarantined and merged rows.
    pub fates: u128,
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
            self.made.insert(target.name.clone(), json!(hex(sink.hash())));
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
                &hex(self.hash),
                &Value::from(self.made.clone()).to_string(),
                &hex(self.fates),
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

fn hex(hash: u128) -> String {
    format!("{hash:032x}")
}
