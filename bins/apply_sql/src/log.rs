//! What is known of the past: the scripts that ran, and the last load of rows.

use std::collections::HashMap;
use std::time::SystemTime;

pub use bookkeeping::scripts::Run;
use bookkeeping::{Part, loads, scripts};
use common::{Result, Session};

use crate::scripts::NumberedScript;

/// What is known of the past.
#[derive(Debug, Default)]
pub struct Log {
    /// The latest run of each script, by file name.
    pub runs: HashMap<String, Run>,
    /// When the last load of rows ended, where there was one.
    pub loaded_at: Option<SystemTime>,
}

/// Reads without writing: a database in which nothing was applied yet has no log.
pub fn read(session: &mut Session) -> Result<Log> {
    Ok(Log { runs: scripts::runs(session)?, loaded_at: loads::last_finished_at(session)? })
}

/// Makes the log where there is none.
pub fn create(session: &mut Session) -> Result<()> {
    bookkeeping::prepare(session, Part::Scripts)
}

/// Writes the row of a script that ran to its end; in a transaction, with what the script did.
pub fn record(session: &mut Session, script: &NumberedScript, began: SystemTime) -> Result<()> {
    scripts::record(session, &script.name, script.kind.word(), &script.script.checksum(), began)
}
