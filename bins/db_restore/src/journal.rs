//! What of a restore is done, kept in the scratch database itself: a chunk's row is committed
//! together with the chunk.

use std::collections::HashSet;

use common::{Result, Session};

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
/// nothing is loaded twice whatever went wrong. `table` is that of a chunk, quoted.
pub fn record(session: &mut Session, what: &str, table: Option<&str>) -> Result<()> {
    let sql = "INSERT INTO pgrefit_restoring.done (what, of) VALUES ($1, $2::text::regclass)";
    session.execute(sql, &[&what, &table])?;
    Ok(())
}

/// Empties what a crash of the server may have emptied: the rows of unlogged tables, whose chunks
/// are then not done.
pub fn forget_unlogged(session: &mut Session) -> Result<()> {
    session.batch(include_str!("sql/forget_unlogged.sql"))
}
