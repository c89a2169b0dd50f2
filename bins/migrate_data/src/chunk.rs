//! One chunk: COPY out → clean → COPY in, with its ledger row in the same transaction.

use std::collections::HashMap;

use common::copy::Encoder;
use common::identifier::literal;
use common::{Result, Session};
use serde_json::json;

use crate::keys::{Key, Survivor, key_hash};
use crate::ledger::Chunk;
use crate::plan::Source;
use crate::sink::{self, Sink};
use crate::snapshot;
use crate::survey::Refused;
use crate::transform::{Lookups, Reject, Transformer};

/// What a worker keeps from chunk to chunk.
pub struct Loader<'p> {
    run: i64,
    source: &'p Source,
    lookups: &'p Lookups,
    sinks: Vec<Sink>,
    merged: Vec<Merged>,
    rejects: Vec<(Key, Reject)>,
    ledger_rows: Encoder,
}

/// A row of the main target that is one with its survivor.
struct Merged {
    key: Key,
    survivor: String,
}

/// What became of a chunk's rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub read: i64,
    pub loaded: i64,
    pub merged: i64,
    pub quarantined: i64,
}

impl<'p> Loader<'p> {
    pub fn new(run: i64, source: &'p Source, lookups: &'p Lookups) -> Loader<'p> {
        Loader {
            run,
            source,
            lookups,
            sinks: source.targets.iter().map(Sink::for_target).collect(),
            merged: Vec::new(),
            rejects: Vec::new(),
            ledger_rows: Encoder::new(),
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
        old: &mut Session,
        new: &mut Session,
        chunk: &Chunk,
        refused: &Refused,
    ) -> Result<Result<Tally, Refusal>> {
        let mut transformer = Transformer::new(self.source, self.lookups);
        let (tally, hash) = self.read(old, chunk, &mut transformer, refused)?;
        let raws = self.raw_rows(old)?;
        new.begin()?;
        for index in 0..self.sinks.len() {
            if let Err(error) = self.sinks[index].send(new) {
                let refusal = self.refusal(index, &error);
                new.rollback()?;
                return match refusal {
                    Some(refusal) => Ok(Err(refusal)),
                    None => Err(error
                        .context(format!("{} cannot be loaded", self.source.targets[index].name))),
                };
            }
        }
        self.send_quarantine(new, &raws)?;
        self.send_lineage(new)?;
        self.sign(new, chunk, tally, hash, &transformer.replaced)?;
        new.commit()?;
        Ok(Ok(tally))
    }

    /// Reads and cleans the chunk's rows into the sinks.
    fn read(
        &mut self,
        old: &mut Session,
        chunk: &Chunk,
        transformer: &mut Transformer,
        refused: &Refused,
    ) -> Result<(Tally, u128)> {
        self.sinks.iter_mut().for_each(Sink::clear);
        self.merged.clear();
        self.rejects.clear();
        let mut tally = Tally::default();
        let mut hash: u128 = 0;
        let mut rows = snapshot::rows(old, self.source, &chunk.range)?;
        while let Some(row) = rows.next_row()? {
            tally.read += 1;
            let key = transformer.key(&row)?;
            hash = hash.wrapping_add(key_hash(row.text(0)?.unwrap_or_default()));
            let values = match refused.get(&key) {
                Some(reject) => Err(reject.clone()),
                None => transformer.transform(row)?,
            };
            let values = match values {
                Ok(values) => values,
                Err(reject) => {
                    tally.quarantined += 1;
                    self.rejects.push((key, reject));
                    continue;
                }
            };
            for (index, target) in self.source.targets.iter().enumerate() {
                if values.is_skipped(index) {
                    continue;
                }
                let survivor = match (
                    transformer.unique_fingerprint(target, &values),
                    &self.lookups[target.number],
                ) {
                    (Some(fingerprint), Some(survivors)) => {
                        Some(survivors.get(&fingerprint).ok_or_else(|| {
                            common::Error::new(format!(
                                "{} {key}: its row of {} was not there in the survey",
                                self.source.label, target.name
                            ))
                        })?)
                    }
                    _ => None,
                };
                let is_merged = survivor.is_some_and(|survivor| survivor.key != key);
                if index == self.source.main {
                    tally.merged += i64::from(is_merged);
                    tally.loaded += i64::from(!is_merged);
                    if let Some(survivor) = survivor.filter(|_| is_merged) {
                        let taken = survivor.taken().to_string();
                        let name = if taken.is_empty() { survivor.key.to_string() } else { taken };
                        self.merged.push(Merged { key: key.clone(), survivor: name });
                    }
                }
                if !is_merged {
                    let number = survivor.map_or(0, Survivor::number);
                    self.sinks[index].push(self.source, target, &values, number, &key);
                }
            }
        }
        Ok((tally, hash))
    }

    /// The quarantined rows as they are in the source, by their key's text.
    fn raw_rows(&self, old: &mut Session) -> Result<HashMap<String, String>> {
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
            let mut rows = common::copy::Decoder::new(old.copy_out(&sql)?);
            while let Some(row) = rows.next_row()? {
                if let (Some(key), Some(raw)) = (row.text(0)?, row.get(1)) {
                    // What is not UTF-8 shows as such here; `value` keeps its bytes.
                    raws.insert(key.to_owned(), String::from_utf8_lossy(raw).into_owned());
                }
            }
        }
        Ok(raws)
    }

    fn send_quarantine(&mut self, new: &mut Session, raws: &HashMap<String, String>) -> Result<()> {
        if self.rejects.is_empty() {
            return Ok(());
        }
        let rows = &mut self.ledger_rows;
        rows.clear();
        for (key, reject) in &self.rejects {
            let key = key.to_string();
            rows.start_row(10);
            rows.bytes(&self.run.to_be_bytes());
            rows.bytes(self.source.label.as_bytes());
            rows.bytes(key.as_bytes());
            match raws.get(&key) {
                Some(raw) => rows.bytes(raw.as_bytes()),
                None => rows.null(),
            }
            rows.bytes(reject.target.as_bytes());
            rows.bytes(reject.column.as_bytes());
            rows.bytes(reject.rule.name().as_bytes());
            rows.bytes(reject.reason.as_bytes());
            for text in [&reject.value, &reject.sqlstate] {
                match text {
                    Some(text) => rows.bytes(text.as_bytes()),
                    None => rows.null(),
                }
            }
        }
        let statement = "COPY pgrefit.quarantine (run, source, key, raw, target, column_name, rule, reason, value, sqlstate) FROM STDIN (FORMAT binary)";
        sink::send(new, statement, rows.finish())
    }

    fn send_lineage(&mut self, new: &mut Session) -> Result<()> {
        if self.merged.is_empty() {
            return Ok(());
        }
        let rows = &mut self.ledger_rows;
        rows.clear();
        let target = &self.source.targets[self.source.main].name;
        for merged in &self.merged {
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

    /// The chunk's row in the ledger, in the transaction of its rows.
    fn sign(
        &self,
        new: &mut Session,
        chunk: &Chunk,
        tally: Tally,
        hash: u128,
        replaced: &[u64],
    ) -> Result<()> {
        let target_rows: serde_json::Map<_, _> = self
            .source
            .targets
            .iter()
            .zip(&self.sinks)
            .map(|(target, sink)| (target.name.clone(), json!(sink.len())))
            .collect();
        let mut replacements = serde_json::Map::new();
        for target in &self.source.targets {
            for column in &target.columns {
                if replaced[column.field] > 0 {
                    let name = format!("{}.{}", target.name, column.name);
                    replacements.insert(name, json!(replaced[column.field]));
                }
            }
        }
        new.execute(
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
                &serde_json::Value::Object(target_rows).to_string(),
                &serde_json::Value::Object(replacements).to_string(),
                &format!("{hash:032x}"),
            ],
        )
        .and_then(|updated| match updated {
            1 => Ok(()),
            _ => Err(common::Error::new(format!("chunk {} of {} was loaded by someone else", chunk.number, self.source.label))),
        })
    }

    /// The source row that PostgreSQL refused, where it named the line of the COPY.
    fn refusal(&self, index: usize, error: &common::Error) -> Option<Refusal> {
        let server = error.server()?;
        let class = &server.sqlstate.code()[..2];
        if class != "22" && class != "23" {
            return None;
        }
        let line = line_of(server.context.as_deref()?)?;
        let key = self.sinks[index].key_of_line(line)?.clone();
        let target = &self.source.targets[index].name;
        let reject = Reject {
            target: target.clone(),
            column: column_of(server.context.as_deref()?).unwrap_or_default().to_owned(),
            rule: crate::clean::Rule::Server,
            reason: format!("{target}: {}", generic(&server.message, server.constraint.as_deref())),
            value: server.detail.clone(),
            sqlstate: Some(server.sqlstate.code().to_owned()),
        };
        Some(Refusal { key, reject })
    }
}

/// A row that passed every rule of ours, but not PostgreSQL's.
#[derive(Debug)]
pub struct Refusal {
    pub key: Key,
    pub reject: Reject,
}

/// `COPY users, line 12, column email: "x"` → 12. Other lines may come before it, such as
/// `JSON data, line 1: …`.
fn line_of(context: &str) -> Option<usize> {
    let after = place_of(context)?;
    let digits = after.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn column_of(context: &str) -> Option<&str> {
    let after = place_of(context)?.split_once(", column ")?.1;
    Some(after.split(':').next().unwrap_or(after))
}

/// What follows `COPY users, line `.
fn place_of(context: &str) -> Option<&str> {
    let copy = context.lines().find(|line| line.starts_with("COPY "))?;
    Some(copy.split_once(", line ")?.1)
}

/// A reason that equal refusals share, so that they are counted together.
fn generic(message: &str, constraint: Option<&str>) -> String {
    match constraint {
        Some(constraint) => format!("violates {constraint}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{column_of, line_of};

    #[test]
    fn the_refused_row_is_read_from_the_context() {
        let context = "COPY users, line 12, column email: \"x\"";
        assert_eq!(line_of(context), Some(12));
        assert_eq!(column_of(context), Some("email"));
        assert_eq!(line_of("COPY users, line 7"), Some(7));
        assert_eq!(line_of("JSON data, line 1: {\nCOPY users, line 9, column j"), Some(9));
        assert_eq!(line_of("SQL statement \"SELECT 1\""), None);
    }
}
