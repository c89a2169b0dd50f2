//! Sequences: their values are in neither section of the archive.

use common::identifier::{literal, quote};
use common::{Context, Error, Result, Session};
use db_backup::manifest::Sequence;

/// Statements in one message to the server.
const BATCH: usize = 200;

fn sql_name(sequence: &Sequence) -> String {
    format!("{}.{}", quote(&sequence.schema), quote(&sequence.name))
}

/// Sets each to where it stood.
pub fn set(session: &mut Session, sequences: &[&Sequence]) -> Result<()> {
    for batch in sequences.chunks(BATCH) {
        let calls = batch.iter().map(|sequence| {
            format!(
                "SELECT pg_catalog.setval({}, {}, {})",
                literal(&sql_name(sequence)),
                sequence.last_value,
                sequence.is_called
            )
        });
        session
            .batch(&calls.collect::<Vec<_>>().join(";\n"))
            .context(|| "the sequences cannot be set".to_owned())?;
    }
    Ok(())
}

/// # Errors
/// One is not where the manifest says.
pub fn check(session: &mut Session, sequences: &[&Sequence]) -> Result<()> {
    for batch in sequences.chunks(BATCH) {
        let reads = batch
            .iter()
            .map(|sequence| format!("SELECT last_value, is_called FROM {}", sql_name(sequence)));
        let rows = session.query(&reads.collect::<Vec<_>>().join("\nUNION ALL\n"), &[])?;
        for (sequence, row) in batch.iter().zip(rows) {
            let found: (i64, bool) = (row.get(0), row.get(1));
            if found != (sequence.last_value, sequence.is_called) {
                return Err(Error::new(format!(
                    "the restored sequence {}.{} is at {}, but the backup's is at {}",
                    sequence.schema, sequence.name, found.0, sequence.last_value
                )));
            }
        }
    }
    Ok(())
}
