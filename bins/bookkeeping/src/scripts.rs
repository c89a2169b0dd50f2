//! `pgrefit.script_log`: a row for each time an optimisation script ran to its end.

use std::collections::HashMap;
use std::time::SystemTime;

use common::{Error, Result, Session};
use postgres::error::SqlState;

use crate::{Part, exists};

/// The latest run of a script.
#[derive(Debug)]
pub struct Run {
    pub checksum: String,
    /// When it began: rows loaded later are not in what it made.
    pub started_at: SystemTime,
    /// The same, as people read it.
    pub when: String,
}

/// The latest run of each script, by file name; none where no script ever ran.
///
/// # Errors
/// The role may not read the log.
pub fn runs(session: &mut Session) -> Result<HashMap<String, Run>> {
    if !exists(session, Part::Scripts)? {
        return Ok(HashMap::new());
    }
    let rows = match session.query(include_str!("scripts/read.sql"), &[]) {
        Err(error) if is_of_version_1(&error) => {
            session.query(include_str!("scripts/read_1.sql"), &[])?
        }
        rows => rows?,
    };
    let run = |row: &postgres::Row| {
        (row.get(0), Run { checksum: row.get(1), started_at: row.get(2), when: row.get(3) })
    };
    Ok(rows.iter().map(run).collect())
}

/// Writes the row of a script that ran to its end; in a transaction, with what the script did.
pub fn record(
    session: &mut Session,
    script: &str,
    kind: &str,
    checksum: &str,
    started_at: SystemTime,
) -> Result<()> {
    let row: [&(dyn postgres::types::ToSql + Sync); 4] = [&script, &kind, &checksum, &started_at];
    session.execute(include_str!("scripts/record.sql"), &row)?;
    Ok(())
}

/// Its columns had other names; who only reads leaves them as they are.
pub(crate) fn is_of_version_1(error: &Error) -> bool {
    error.is(&SqlState::UNDEFINED_COLUMN)
}
