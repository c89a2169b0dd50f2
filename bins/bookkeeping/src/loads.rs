//! What others than migrate_data ask of its ledger.

use std::time::SystemTime;

use common::{Result, Session};

use crate::{Part, exists};

/// When the last load of rows ended, where there was one.
///
/// # Errors
/// The role may not read the ledger.
pub fn last_finished_at(session: &mut Session) -> Result<Option<SystemTime>> {
    if !exists(session, Part::Loads)? {
        return Ok(None);
    }
    Ok(session.query_one("SELECT max(finished_at) FROM pgrefit.load_run", &[])?.get(0))
}

/// The columns of a table's primary key while a load has set it aside; none where it is in its place.
///
/// # Errors
/// The role may not read the ledger.
pub fn primary_key_away(session: &mut Session, table: u32) -> Result<Vec<String>> {
    if !exists(session, Part::Loads)? {
        return Ok(Vec::new());
    }
    let row = session.query_opt(include_str!("loads/primary_key_away.sql"), &[&table])?;
    Ok(row.map(|row| row.get(0)).unwrap_or_default())
}
