//! Quarantined rows of one chunk, once more.

use std::collections::{HashMap, HashSet};

use common::copy_stream::CopyStream;
use common::identifier::literal;
use common::{Result, Session};
use serde_json::Value;

use super::Loader;
use crate::ledger::Chunk;
use crate::refusal::Refusal;
use crate::survey::Refused;

/// Keys in one statement to the old database.
const BATCH: usize = 5_000;

/// What became of a chunk's quarantined rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Retried {
    pub tried: i64,
    pub loaded: i64,
    pub merged: i64,
}

impl Loader<'_> {
    /// Tries the rows of these keys that lie in the chunk, within the session's transaction. Those
    /// that pass go to the tables and leave the quarantine; the others stay there, by their new
    /// reason where it is another. `quarantine` holds a signature of each key's reason; `order` is
    /// the order of the tables, as foreign keys stand.
    ///
    /// # Errors
    /// As [`Loader::load`]; a refused row ends the transaction.
    pub fn replay(
        &mut self,
        old: &mut CopyStream,
        new: &mut Session,
        chunk: &Chunk,
        quarantine: &HashMap<String, u64>,
        refused: &Refused,
        order: &[usize],
    ) -> Result<Result<Retried, Refusal>> {
        self.clear();
        let mut read = self.read_again(old, chunk, quarantine, refused)?;
        self.rejects.retain(|(key, reject)| {
            let known = quarantine.get(&key.to_string()) == Some(&reject.signature());
            if known {
                read.remove(&key.to_string());
            }
            !known
        });
        let retried = Retried {
            tried: self.account.read,
            loaded: self.account.loaded,
            merged: self.account.merged,
        };
        let changed: Vec<&str> = read.iter().map(String::as_str).collect();
        if changed.is_empty() {
            return Ok(Ok(retried));
        }
        self.raws = self.raw_rows(old)?;
        self.account.add_rows(self.source, &mut self.sinks, &self.transformer.replaced);
        new.execute(
            "DELETE FROM pgrefit.quarantine WHERE run = $1 AND source = $2 AND key = ANY ($3)",
            &[&self.entries.run(), &self.source.label, &changed],
        )?;
        for &index in order {
            if let Err(error) = self.sinks[index].send(new) {
                let name = &self.source.targets[index].name;
                return match Refusal::find(&error, name, &self.sinks[index]) {
                    Some(refusal) => Ok(Err(refusal)),
                    None => Err(error.context(format!("{name} cannot be loaded"))),
                };
            }
        }
        self.entries.quarantine(new, &self.rejects, &self.raws)?;
        self.entries.lineage(new, &self.merged)?;
        self.amend(new, chunk, retried)?;
        Ok(Ok(retried))
    }

    /// Reads and cleans; the keys that were found, as some may have gone from the old database.
    fn read_again(
        &mut self,
        old: &mut CopyStream,
        chunk: &Chunk,
        quarantine: &HashMap<String, u64>,
        refused: &Refused,
    ) -> Result<HashSet<String>> {
        let source = self.source;
        let key = &source.key;
        let keys: Vec<_> =
            quarantine.keys().filter(|text| chunk.range.may_hold(text, source)).collect();
        let mut read = HashSet::new();
        for batch in keys.chunks(BATCH) {
            let list: Vec<_> = batch.iter().map(|text| literal(text)).collect();
            let predicate = format!(
                "{} AND {} = ANY (ARRAY[{}]::{}[])",
                chunk.range.predicate(source),
                key.sql,
                list.join(", "),
                key.type_name
            );
            old.rows(&source.copy_sql(&predicate), |row| {
                read.insert(row.text(0)?.unwrap_or_default().to_owned());
                let (rejected, replaced) = (self.rejects.len(), self.transformer.replaced.clone());
                self.take(row, refused)?;
                if self.rejects.len() > rejected {
                    // What a row replaces before it is refused was counted with the first try.
                    self.transformer.replaced = replaced;
                }
                Ok(())
            })?;
        }
        Ok(read)
    }

    /// Moves the rows from quarantined to loaded and merged in the chunk's line of the ledger.
    fn amend(&self, new: &mut Session, chunk: &Chunk, retried: Retried) -> Result<()> {
        new.execute(
            include_str!("amend.sql"),
            &[
                &self.entries.run(),
                &self.source.label,
                &chunk.number,
                &retried.loaded,
                &retried.merged,
                &Value::from(self.account.target_rows.clone()).to_string(),
                &Value::from(self.account.replaced.clone()).to_string(),
            ],
        )?;
        Ok(())
    }
}
