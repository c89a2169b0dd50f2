//! `pgrefit.revision_log`: every statement of a revision that ran. migrate_schema writes it, as text
//! that travels with what it tells of.

use common::{Result, Session};
use postgres::Row;

use crate::{is_missing, scripts::is_of_version_1};

/// What happened last to each revision as a whole: `revision, direction, checksum, started_at,
/// by_whom`. None where there is no journal yet; an older pgrefit's is read as it is.
///
/// # Errors
/// The role may not read the journal.
pub fn last_runs(session: &mut Session) -> Result<Option<Vec<Row>>> {
    let rows = match session.query(include_str!("revisions/last_runs.sql"), &[]) {
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) if is_of_version_1(&error) => {
            session.query(include_str!("revisions/last_runs_1.sql"), &[])
        }
        rows => rows,
    };
    rows.map(Some)
}

/// Statements of revisions that were begun and have not ended: `id, revision, direction, statement,
/// checksum, finished`.
///
/// # Errors
/// The role may not read the journal.
pub fn unfinished(session: &mut Session) -> Result<Vec<Row>> {
    session.query(include_str!("revisions/unfinished.sql"), &[])
}
