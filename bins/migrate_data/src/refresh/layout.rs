//! The chunks of a later run: those of the former one, cut smaller where rows came in numbers.

use common::{Result, Session};

use crate::ledger::Chunk;
use crate::ledger::account::Account;
use crate::plan::Source;
use crate::snapshot;

/// A chunk, and what it made in the former run; `None` where it has other bounds now.
pub type Known = (Chunk, Option<Account>);

/// Lays the rows of a source out.
///
/// # Errors
/// The source's key does not name every row.
pub fn layout(
    old: &mut Session,
    source: &Source,
    former: Vec<(Chunk, Account)>,
) -> Result<Vec<Known>> {
    let rows = snapshot::count(old, source)?;
    let size = snapshot::chunk_rows(old, source, rows)?;
    if former.is_empty() {
        let ranges = snapshot::ranges(old, source, rows, size)?;
        return Ok((1..)
            .zip(ranges)
            .map(|(number, range)| (Chunk { number, range }, None))
            .collect());
    }
    let read: i64 = former.iter().map(|(_, account)| account.read).sum();
    let mut next = former.iter().map(|(chunk, _)| chunk.number).max().unwrap_or(0);
    let has_grown = rows > read + read / 4 + size;
    let mut chunks = Vec::new();
    for (chunk, account) in former {
        let rows = if has_grown { rows_of(old, source, &chunk)? } else { 0 };
        if rows <= 2 * size {
            chunks.push((chunk, Some(account)));
            continue;
        }
        let mut number = chunk.number;
        for range in snapshot::split(old, source, chunk.range, rows, size)? {
            chunks.push((Chunk { number, range }, None));
            next += 1;
            number = next;
        }
    }
    Ok(chunks)
}

fn rows_of(old: &mut Session, source: &Source, chunk: &Chunk) -> Result<i64> {
    let predicate = chunk.range.predicate(source);
    let sql = format!("SELECT count(*) FROM {} WHERE {predicate}", source.from_clause);
    Ok(old.query_one(&sql, &[])?.get(0))
}
