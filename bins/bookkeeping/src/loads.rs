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
