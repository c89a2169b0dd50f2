//! `pgrefit.script_log` of the new database: a row for each time a script ran to its end.

use std::collections::HashMap;
use std::time::SystemTime;

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

#[derive(Debug)]
pub struct Run {
    pub checksum: String,
    /// When it began: rows loaded later are not in what it made.
    pub applied_at: SystemTime,
    /// The same, as people read it.
    pub when: String,
}

/// Reads without writing: a database in which nothing was applied yet has no log.
pub fn read(session: &mut Session) -> Result<Log> {
    let mut log = Log::default();
    if exists(session, "pgrefit.script_log")? {
        for row in session.query(include_str!("log_read.sql"), &[])? {
            let run = Run { checksum: row.get(1), applied_at: row.get(2), when: row.get(3) };
            log.runs.insert(row.get(0), run);
        }
    }
    if exists(session, "pgrefit.load_run")? {
        let row = session.query_one("SELECT max(finished_at) FROM pgrefit.load_run", &[])?;
        log.loaded_at = row.get(0);
    }
    Ok(log)
}

/// Makes the log where there is none.
pub fn create(session: &mut Session) -> Result<()> {
    if !exists(session, "pgrefit.script_log")? {
        session.batch(include_str!("log_create.sql"))?;
    }
    Ok(())
}

/// Writes the row of a script that ran to its end; in a transaction, with what the script did.
pub fn record(session: &mut Session, script: &NumberedScript, began: SystemTime) -> Result<()> {
    let checksum = script.script.checksum();
    let row: [&(dyn postgres::types::ToSql + Sync); 4] =
        [&script.name, &script.kind.word(), &checksum, &began];
    session.execute(include_str!("log_record.sql"), &row)?;
    Ok(())
}

fn exists(session: &mut Session, table: &str) -> Result<bool> {
    let row = session.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?;
    Ok(row.get(0))
}
