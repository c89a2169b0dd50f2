//! Runs one script, and writes its row in the log.

use std::time::SystemTime;

use common::identifier::literal;
use common::{Error, Result, Session, locking, progress};
use postgres::error::SqlState;

use crate::scripts::{Kind, NumberedScript};
use crate::{log, online};

/// Runs the scripts one after the other, up to the first that fails.
///
/// # Errors
/// The server's, at its place in the file, with what the database is left with.
pub fn all(session: &mut Session, due: &[&NumberedScript], lock_timeout: &str) -> Result<()> {
    log::create(session)?;
    let bar = progress::bar(due.len() as u64, "scripts");
    for script in due {
        bar.set_message(script.name.clone());
        // What one script sets is not to reach the next.
        session.batch("RESET ALL")?;
        set_lock_timeout(session, lock_timeout)?;
        let began = session.query_one("SELECT clock_timestamp()", &[])?.get(0);
        match script.kind {
            Kind::Online => {
                online::run(session, script, lock_timeout)?;
                log::record(session, script, began)?;
            }
            Kind::Once | Kind::Repeatable => {
                locking::patiently(|| in_transaction(session, script, began))?;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// The whole script and its row in the log, or nothing of it.
fn in_transaction(session: &mut Session, script: &NumberedScript, began: SystemTime) -> Result<()> {
    session.begin()?;
    let done = statements(session, script).and_then(|()| log::record(session, script, began));
    match done {
        Ok(()) => session.commit().map_err(|error| {
            let path = script.script.path.display();
            error.context(format!("{path}: the commit failed")).hint(ROLLED_BACK)
        }),
        Err(error) => {
            session.rollback()?;
            Err(error)
        }
    }
}

/// `time` as PostgreSQL reads it: `3s`, `500ms`, `0` for no limit.
pub fn set_lock_timeout(session: &mut Session, time: &str) -> Result<()> {
    session.batch(&format!("SET lock_timeout = {}", literal(time)))
}

const ROLLED_BACK: &str = "The script was rolled back; nothing in it was applied.";

fn statements(session: &mut Session, script: &NumberedScript) -> Result<()> {
    for statement in &script.statements {
        session.batch(script.script.sql(statement)).map_err(|error| {
            let outside = error.is(&SqlState::ACTIVE_SQL_TRANSACTION);
            explain(script.script.locate(statement, error), outside)
        })?;
    }
    Ok(())
}

fn explain(error: Error, outside_of_transactions: bool) -> Error {
    if outside_of_transactions {
        return error.hint(format!(
            "{ROLLED_BACK} `-- kind: online` runs each statement by itself, outside of a transaction."
        ));
    }
    error.hint(ROLLED_BACK)
}
