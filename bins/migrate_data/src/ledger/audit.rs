//! What verify_data asks of the books.

use common::identifier::literal;
use common::{Result, Session};
use rows::RowsHash;

/// A key, an index or a foreign key that a load has set aside and not brought back.
pub struct Away {
    /// `key`, `index` or `foreign key`.
    pub kind: String,
    pub name: String,
    pub table: String,
}

/// What is away now, of any run.
pub fn away(session: &mut Session) -> Result<Vec<Away>> {
    let sql = "SELECT kind, name, table_name FROM pgrefit.set_aside WHERE restored_at IS NULL";
    let rows = session.query(sql, &[])?;
    let away = |row: &postgres::Row| Away { kind: row.get(0), name: row.get(1), table: row.get(2) };
    Ok(rows.iter().map(away).collect())
}

/// Where the keys of the source rows with one fate are kept.
#[derive(Clone, Copy, Debug)]
pub enum Kept {
    Quarantine,
    Lineage,
}

impl Kept {
    /// The table, for messages too, and its column of source keys.
    pub fn table(self) -> (&'static str, &'static str) {
        match self {
            Kept::Quarantine => ("pgrefit.quarantine", "key"),
            Kept::Lineage => ("pgrefit.lineage", "source_key"),
        }
    }
}

/// How many source rows a table of fates names.
pub fn keys_kept(session: &mut Session, run: i64, source: &str, kept: Kept) -> Result<i64> {
    let (table, key) = kept.table();
    let sql = format!(
        "SELECT count(*) FROM (SELECT DISTINCT {key} FROM {table} WHERE run = $1 AND source = $2) AS k"
    );
    Ok(session.query_one(&sql, &[&run, &source])?.get(0))
}

/// Rows that the chunks of a source wrote to a target.
pub fn rows_written(session: &mut Session, run: i64, source: &str, target: &str) -> Result<i64> {
    let sql = "SELECT coalesce(sum((target_rows ->> $3)::bigint), 0)::bigint \
               FROM pgrefit.load_chunk WHERE run = $1 AND source = $2";
    Ok(session.query_one(sql, &[&run, &source, &target])?.get(0))
}

/// The sum of the hashes of the keys that the chunks of a source have read.
pub fn keys_read(session: &mut Session, run: i64, source: &str) -> Result<RowsHash> {
    let sql = "SELECT hash FROM pgrefit.load_chunk WHERE run = $1 AND source = $2";
    let rows = session.query(sql, &[&run, &source])?;
    Ok(rows.iter().filter_map(|row| row.get::<_, Option<&str>>(0)?.parse().ok()).sum())
}

/// `SELECT … UNION ALL SELECT …`: the keys of the merged and of the quarantined rows of a source.
pub fn set_apart_sql(run: i64, source: &str) -> String {
    let label = literal(source);
    format!(
        "SELECT source_key FROM pgrefit.lineage WHERE run = {run} AND source = {label} AND fate = 'merged' \
         UNION ALL SELECT key FROM pgrefit.quarantine WHERE run = {run} AND source = {label}"
    )
}

/// `SELECT … UNION ALL SELECT …`: source, key, fate, survivor, target, column and rule of every row
/// that was merged or quarantined.
pub fn fates_sql(run: i64) -> String {
    format!(
        "SELECT source, source_key AS key, 'merged' AS fate, target_key, NULL::text AS target, NULL::text AS column_name, NULL::text AS rule \
         FROM pgrefit.lineage WHERE run = {run} AND fate = 'merged' \
         UNION ALL \
         SELECT source, key, 'quarantined', NULL, target, column_name, rule FROM pgrefit.quarantine WHERE run = {run}"
    )
}
