//! What a chunk writes into the books, in the transaction of its rows.

use std::collections::HashMap;

use common::{Result, Session};
use rows::RowsHash;
use rows::copy::Encoder;

use crate::keys::Key;
use crate::plan::Source;
use crate::sink;
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
    /// What stands before the names of the tables.
    place: &'static str,
    rows: Encoder,
}

impl<'p> Entries<'p> {
    pub fn new(run: i64, source: &'p Source) -> Entries<'p> {
        Entries { run, source, place: "pgrefit.", rows: Encoder::new() }
    }

    /// For tables of the same columns whose names begin otherwise.
    pub fn into_tables(self, place: &'static str) -> Entries<'p> {
        Entries { place, ..self }
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
        let statement = format!(
            "COPY {}quarantine (run, source, key, raw, target, column_name, rule, reason, value, sqlstate) FROM STDIN (FORMAT binary)",
            self.place
        );
        sink::send(new, &statement, rows.finish())
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
        let statement = format!(
            "COPY {}lineage (run, source, source_key, target, target_key, fate) FROM STDIN (FORMAT binary)",
            self.place
        );
        sink::send(new, &statement, rows.finish())
    }

    /// A hash of these entries that adds up.
    pub fn hash(
        &self,
        rejects: &[(Key, Reject)],
        raws: &HashMap<String, String>,
        merged: &[Merged],
    ) -> RowsHash {
        let quarantined = rejects.iter().map(|(key, reject)| {
            let key = key.to_string();
            hash_of(&[
                Some(&key),
                raws.get(&key).map(String::as_str),
                Some(&reject.target),
                Some(&reject.column),
                Some(reject.rule.name()),
                Some(&reject.reason),
                reject.value.as_deref(),
                reject.sqlstate.as_deref(),
            ])
        });
        let merged = merged
            .iter()
            .map(|merged| hash_of(&[Some(&merged.key.to_string()), Some(&merged.survivor)]));
        quarantined.chain(merged).sum()
    }
}

fn hash_of(parts: &[Option<&str>]) -> RowsHash {
    let mut bytes = Vec::with_capacity(256);
    for part in parts {
        // No text is that long, so that NULL is none.
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part.unwrap_or_default().as_bytes());
    }
    RowsHash::of(&bytes)
}

fn text(rows: &mut Encoder, value: Option<&String>) {
    match value {
        Some(text) => rows.bytes(text.as_bytes()),
        None => rows.null(),
    }
}
