//! What a chunk writes into the books, in the transaction of its rows.

use std::collections::HashMap;

use common::copy::Encoder;
use common::{Error, Result, Session};
use serde_json::{Map, Value, json};

use super::Chunk;
use crate::chunk::Tally;
use crate::keys::Key;
use crate::plan::Source;
use crate::sink::{self, Sink};
use crate::transform::Reject;

/// A row of the main target that is one with its survivor.
pub struct Merged {
    pub key: Key,
    pub survivor: String,
}

/// A source's part of the books of a run.
pub struct Entries<'p> {
    run: i64,
    source: &'p Source,
    rows: Encoder,
}

impl<'p> Entries<'p> {
    pub fn new(run: i64, source: &'p Source) -> Entries<'p> {
        Entries { run, source, rows: Encoder::new() }
    }

    pub fn run(&self) -> i64 {
        self.run
    }

    /// The rejected rows, with what they are in the source by the text of their keys.
    pub fn quarantine(
        &mut self,
        new: &mut Session,
        rejects: &[(Key, Reject)],
        raws: &HashMap<String, String>,
    ) -> Result<()> {
        if rejects.is_empty() {
            return Ok(());
        }
        let rows = &mut self.rows;
        rows.clear();
        for (key, reject) in rejects {
            let key = key.to_string();
            rows.start_row(10);
            rows.bytes(&self.run.to_be_bytes());
            rows.bytes(self.source.label.as_bytes());
            rows.bytes(key.as_bytes());
            text(rows, raws.get(&key));
            rows.bytes(reject.target.as_bytes());
            rows.bytes(reject.column.as_bytes());
            rows.bytes(reject.rule.name().as_bytes());
            rows.bytes(reject.reason.as_bytes());
            text(rows, reject.value.as_ref());
            text(rows, reject.sqlstate.as_ref());
        }
        let statement = "COPY pgrefit.quarantine (run, source, key, raw, target, column_name, rule, reason, value, sqlstate) FROM STDIN (FORMAT binary)";
        sink::send(new, statement, rows.finish())
    }

    /// The merged rows, with their survivors.
    pub fn lineage(&mut self, new: &mut Session, merged: &[Merged]) -> Result<()> {
        if merged.is_empty() {
            return Ok(());
        }
        let rows = &mut self.rows;
        rows.clear();
        let target = &self.source.targets[self.source.main].name;
        for merged in merged {
            rows.start_row(6);
            rows.bytes(&self.run.to_be_bytes());
            rows.bytes(self.source.label.as_bytes());
            rows.bytes(merged.key.to_string().as_bytes());
            rows.bytes(target.as_bytes());
            rows.bytes(merged.survivor.as_bytes());
            rows.bytes(b"merged");
        }
        let statement = "COPY pgrefit.lineage (run, source, source_key, target, target_key, fate) FROM STDIN (FORMAT binary)";
        sink::send(new, statement, rows.finish())
    }

    /// Signs the chunk's row: its rows are there once this transaction is.
    ///
    /// # Errors
    /// It is signed already.
    pub fn sign(
        &self,
        new: &mut Session,
        chunk: &Chunk,
        tally: &Tally,
        sinks: &[Sink],
        replaced: &[u64],
    ) -> Result<()> {
        let targets = self.source.targets.iter().zip(sinks);
        let target_rows: Map<_, _> =
            targets.map(|(target, sink)| (target.name.clone(), json!(sink.len()))).collect();
        let updated = new.execute(
            "UPDATE pgrefit.load_chunk SET read = $4, loaded = $5, merged = $6, quarantined = $7, \
             target_rows = $8::text::jsonb, replaced = $9::text::jsonb, hash = $10, committed_at = clock_timestamp() \
             WHERE run = $1 AND source = $2 AND chunk = $3 AND committed_at IS NULL",
            &[
                &self.run,
                &self.source.label,
                &chunk.number,
                &tally.read,
                &tally.loaded,
                &tally.merged,
                &tally.quarantined,
                &Value::Object(target_rows).to_string(),
                &Value::Object(self.replacements(replaced)).to_string(),
                &format!("{:032x}", tally.hash),
            ],
        )?;
        match updated {
            1 => Ok(()),
            _ => Err(Error::new(format!(
                "chunk {} of {} was loaded by someone else",
                chunk.number, self.source.label
            ))),
        }
    }

    /// Values that `otherwise` replaced, by `target.column`.
    pub fn replacements(&self, replaced: &[u64]) -> Map<String, Value> {
        let mut replacements = Map::new();
        for target in &self.source.targets {
            for column in &target.columns {
                if replaced[column.field] > 0 {
                    let name = format!("{}.{}", target.name, column.name);
                    replacements.insert(name, json!(replaced[column.field]));
                }
            }
        }
        replacements
    }
}

fn text(rows: &mut Encoder, value: Option<&String>) {
    match value {
        Some(text) => rows.bytes(text.as_bytes()),
        None => rows.null(),
    }
}
