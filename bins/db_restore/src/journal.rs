//! What of a restore is done, kept in the scratch database itself: a chunk's row is committed
//! together with the chunk.

use std::collections::{HashMap, HashSet};

use common::{Result, Session};

use rows::server_hash::Sum;

pub const SCHEMA: &str = "pgrefit_restoring";

/// Whether the tables are made. The journal is created right after them.
pub fn exists(session: &mut Session) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";
    Ok(session.query_one(sql, &[&SCHEMA])?.get(0))
}

pub fn create(session: &mut Session) -> Result<()> {
    session.batch(include_str!("sql/journal.sql"))
}

/// Removes every trace from the scratch database, without firing the event triggers that were
/// restored into it.
pub fn remove(session: &mut Session, is_superuser: bool) -> Result<()> {
    if is_superuser {
        session.batch("SET LOCAL session_replication_role = replica")?;
    }
    session.batch(&format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
}

/// Everything that is done: chunks by their file, steps by their name.
pub fn done(session: &mut Session) -> Result<HashSet<String>> {
    let rows = session.query("SELECT what FROM pgrefit_restoring.done", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// To be committed with the work itself. A second time for the same work is an error, so that
/// nothing is loaded twice whatever went wrong.
pub fn record(session: &mut Session, what: &str) -> Result<()> {
    session.execute("INSERT INTO pgrefit_restoring.done (what) VALUES ($1)", &[&what])?;
    Ok(())
}

/// The same of a chunk of a table, quoted, with what was sent of it.
pub fn record_chunk(
    session: &mut Session,
    file: &str,
    table: &str,
    sent: Option<Sum>,
) -> Result<()> {
    let sql = "INSERT INTO pgrefit_restoring.done (what, of, rows, hash)
               VALUES ($1, $2::text::regclass, $3, $4::text::numeric)";
    let (rows, hash) = (sent.map(|sum| sum.rows), sent.map(|sum| sum.hashes[0].to_string()));
    session.execute(sql, &[&file, &table, &rows, &hash])?;
    Ok(())
}

/// What was sent, by chunk, where it was summed up.
pub fn sent(session: &mut Session) -> Result<HashMap<String, Sum>> {
    let sql = "SELECT what, rows, hash::text FROM pgrefit_restoring.done WHERE hash IS NOT NULL";
    let sum = |row: &postgres::Row| Sum::from_text(row.get(1), [row.get(2)]);
    session.query(sql, &[])?.iter().map(|row| Ok((row.get(0), sum(row)?))).collect()
}

/// Empties what a crash of the server may have emptied: the rows of unlogged tables, whose chunks
/// are then not done.
pub fn forget_unlogged(session: &mut Session) -> Result<()> {
    session.batch(include_str!("sql/forget_unlogged.sql"))
}
