//! What a second try must find as the first left it.

use std::collections::HashMap;

use common::{Result, Session};
use rows::RowsHash;

use super::surrogates;
use crate::plan::Source;
use crate::snapshot::Range;
use crate::survivors::Lookups;

/// The committed chunks of a source: their ranges, and the sum of the hashes of the keys read.
pub fn committed(
    session: &mut Session,
    run: i64,
    source: &Source,
) -> Result<(Vec<Range>, RowsHash)> {
    let rows = session.query(
        "SELECT low, high, hash FROM pgrefit.load_chunk \
         WHERE run = $1 AND source = $2 AND committed_at IS NOT NULL ORDER BY chunk",
        &[&run, &source.label],
    )?;
    let ranges = rows.iter().map(|row| Range { low: row.get(0), high: row.get(1) }).collect();
    let hashes = rows.iter().map(|row| row.get::<_, &str>(2).parse().unwrap_or_default());
    Ok((ranges, hashes.sum()))
}

/// The source's rows as they are now counted.
pub fn recount(session: &mut Session, run: i64, source: &Source, rows: i64) -> Result<()> {
    session.execute(
        "UPDATE pgrefit.load_source SET rows = $3 WHERE run = $1 AND source = $2 AND rows <> $3",
        &[&run, &source.label, &rows],
    )?;
    Ok(())
}

/// Who survived when the source was last surveyed, as a digest; `None` before that.
pub fn survivors(session: &mut Session, run: i64, source: &Source) -> Result<Option<String>> {
    let row = session.query_opt(
        "SELECT survivors FROM pgrefit.load_source WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    Ok(row.and_then(|row| row.get(0)))
}

/// Writes them down with the numbers that they have, before the first row is loaded.
pub fn remember_survivors(
    session: &mut Session,
    run: i64,
    source: &Source,
    digest: &str,
    lookups: &Lookups,
) -> Result<()> {
    if survivors(session, run, source)?.as_deref() == Some(digest) {
        return Ok(());
    }
    session.begin()?;
    surrogates::forget(session, run, source)?;
    for target in &source.targets {
        if let Some(survivors) = lookups[target.number].as_ref().filter(|it| it.is_numbered()) {
            let numbers = surrogates::unknown(survivors, &HashMap::new());
            surrogates::remember(session, run, source, target, &numbers)?;
        }
    }
    session.execute(
        "UPDATE pgrefit.load_source SET survivors = $3 WHERE run = $1 AND source = $2",
        &[&run, &source.label, &digest],
    )?;
    session.commit()
}
