//! The books in schema `pgrefit` of the new database.

pub mod account;
pub mod audit;
pub mod entries;
pub mod gone;
pub mod refused;
pub mod rejects;
pub mod resume;
pub mod surrogates;

use bookkeeping::Part;
use common::{Result, Session};
use postgres::Row;

use crate::plan::{Plan, Source};
use crate::snapshot::Range;

/// What the books say of the last run.
#[derive(Clone, Debug)]
pub struct Run {
    pub number: i64,
    pub checksum: String,
    pub is_finished: bool,
    /// `2026-11-21 09:30`, UTC, for messages.
    pub finished: Option<String>,
}

/// A source's line in the result table.
#[derive(Clone, Debug)]
pub struct Summary {
    pub source: String,
    /// Rows in the source when its chunks were laid out.
    pub rows: i64,
    pub read: i64,
    pub loaded: i64,
    pub merged: i64,
    pub quarantined: i64,
    pub open_chunks: i64,
    pub chunks: i64,
    pub seconds: f64,
}

/// A chunk still to be loaded.
#[derive(Clone, Debug)]
pub struct Chunk {
    pub number: i32,
    pub range: Range,
}

/// Whether the books exist.
pub fn exists(session: &mut Session) -> Result<bool> {
    bookkeeping::exists(session, Part::Loads)
}

pub fn create(session: &mut Session) -> Result<()> {
    bookkeeping::prepare(session, Part::Loads)
}

/// The last run of this database, if any.
pub fn last_run(session: &mut Session) -> Result<Option<Run>> {
    if !exists(session)? {
        return Ok(None);
    }
    let row = session.query_opt(
        "SELECT run, checksum, finished_at IS NOT NULL, to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') \
         FROM pgrefit.load_run ORDER BY run DESC LIMIT 1",
        &[],
    )?;
    Ok(row.map(|row| Run {
        number: row.get(0),
        checksum: row.get(1),
        is_finished: row.get(2),
        finished: row.get(3),
    }))
}

pub fn begin_run(session: &mut Session, project: &str, plan: &Plan) -> Result<i64> {
    let row = session.query_one(
        "INSERT INTO pgrefit.load_run (project, checksum) VALUES ($1, $2) RETURNING run",
        &[&project, &plan.checksum],
    )?;
    Ok(row.get(0))
}

pub fn finish_run(session: &mut Session, run: i64) -> Result<()> {
    session.execute(
        "UPDATE pgrefit.load_run SET finished_at = clock_timestamp() WHERE run = $1",
        &[&run],
    )?;
    Ok(())
}

/// Forgets a run and what it quarantined; its rows must be gone already.
pub fn forget_run(session: &mut Session, run: i64) -> Result<()> {
    // What it had set aside is remembered until it is back.
    for table in ["quarantine", "lineage", "surrogate", "gone", "load_run"] {
        session.execute(&format!("DELETE FROM pgrefit.{table} WHERE run = $1"), &[&run])?;
    }
    Ok(())
}

/// The ranges of a source as an earlier try of this run laid them out, if it did.
pub fn chunks(session: &mut Session, run: i64, source: &str) -> Result<Vec<Range>> {
    let rows = session.query(
        "SELECT low, high FROM pgrefit.load_chunk WHERE run = $1 AND source = $2 ORDER BY chunk",
        &[&run, &source],
    )?;
    Ok(rows.iter().map(|row| Range { low: row.get(0), high: row.get(1) }).collect())
}

/// Writes down the chunks of a source before the first is loaded, so that a second try reads the
/// same ranges.
pub fn lay_out(
    session: &mut Session,
    run: i64,
    position: usize,
    source: &Source,
    rows: i64,
    ranges: &[Range],
) -> Result<()> {
    session.begin()?;
    let main = &source.targets[source.main].name;
    let position = i32::try_from(position).expect("a mapping has few sources");
    session.execute(
        "INSERT INTO pgrefit.load_source (run, position, source, main, rows) VALUES ($1, $2, $3, $4, $5)",
        &[&run, &position, &source.label, main, &rows],
    )?;
    let lows: Vec<_> = ranges.iter().map(|range| range.low.as_deref()).collect();
    let highs: Vec<_> = ranges.iter().map(|range| range.high.as_deref()).collect();
    session.execute(
        "INSERT INTO pgrefit.load_chunk (run, source, chunk, low, high) \
         SELECT $1, $2, number::integer, low, high \
         FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS c(low, high, number)",
        &[&run, &source.label, &lows, &highs],
    )?;
    session.commit()
}

pub fn open_chunks(session: &mut Session, run: i64, source: &str) -> Result<Vec<Chunk>> {
    let rows = session.query(
        "SELECT chunk, low, high FROM pgrefit.load_chunk \
         WHERE run = $1 AND source = $2 AND committed_at IS NULL ORDER BY chunk",
        &[&run, &source],
    )?;
    Ok(rows.iter().map(chunk).collect())
}

fn chunk(row: &Row) -> Chunk {
    Chunk { number: row.get(0), range: Range { low: row.get(1), high: row.get(2) } }
}

/// Adds to the time a source has taken, over all tries.
pub fn add_seconds(session: &mut Session, run: i64, source: &str, seconds: f64) -> Result<()> {
    session.execute(
        "UPDATE pgrefit.load_source SET seconds = coalesce(seconds, 0) + $3 WHERE run = $1 AND source = $2",
        &[&run, &source, &seconds],
    )?;
    Ok(())
}

pub fn summaries(session: &mut Session, run: i64) -> Result<Vec<Summary>> {
    let rows = session.query(include_str!("summary.sql"), &[&run])?;
    let summary = |row: &Row| Summary {
        source: row.get("source"),
        rows: row.get("rows"),
        read: row.get("read"),
        loaded: row.get("loaded"),
        merged: row.get("merged"),
        quarantined: row.get("quarantined"),
        open_chunks: row.get("open_chunks"),
        chunks: row.get("chunks"),
        seconds: row.get("seconds"),
    };
    Ok(rows.iter().map(summary).collect())
}

/// Reasons of a run's rejects, most frequent first.
pub fn reasons(session: &mut Session, run: i64) -> Result<Vec<(String, i64)>> {
    let rows = session.query(
        "SELECT reason, count(*) FROM pgrefit.quarantine WHERE run = $1 GROUP BY reason ORDER BY count(*) DESC, reason",
        &[&run],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Values that `otherwise` replaced, by `target.column`, most frequent first.
pub fn replaced(session: &mut Session, run: i64) -> Result<Vec<(String, i64)>> {
    let rows = session.query(
        "SELECT r.key, sum(r.value::bigint)::bigint FROM pgrefit.load_chunk, jsonb_each_text(replaced) AS r \
         WHERE run = $1 GROUP BY r.key ORDER BY 2 DESC, 1",
        &[&run],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
