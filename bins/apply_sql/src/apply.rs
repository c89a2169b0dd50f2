//! Runs one script, and writes its row in the log.

use std::time::SystemTime;

use common::{Result, Session};
use postgres::error::SqlState;
use sql_script::{Patience, StatementProgress};

use crate::scripts::{Kind, NumberedScript};
use crate::{log, online};

/// Runs the scripts one after the other, up to the first that fails.
///
/// # Errors
/// The server's, at its place in the file, with what the database is left with.
pub fn all(
    session: &mut Session,
    told: &StatementProgress,
    due: &[&NumberedScript],
    patience: Patience,
) -> Result<()> {
    log::create(session)?;
    for script in due {
        // What one script sets is not to reach the next.
        session.batch("RESET ALL")?;
        patience.limit(session)?;
        let began = session.query_one("SELECT clock_timestamp()", &[])?.get(0);
        match script.kind {
            Kind::Online => {
                online::run(session, told, script, patience)?;
                log::record(session, script, began)?;
            }
            Kind::Once | Kind::Repeatable => {
                patience.retry(|| in_transaction(session, told, script, began))?;
            }
        }
    }
    Ok(())
}

/// The whole script and its row in the log, or nothing of it.
fn in_transaction(
    session: &mut Session,
    told: &StatementProgress,
    script: &NumberedScript,
    began: SystemTime,
) -> Result<()> {
    session.begin()?;
    let done = statements(session, told, script).and_then(|()| log::record(session, script, began));
    if let Err(error) = done {
        // A session that cannot roll back any more is rolled back by the server.
        drop(session.rollback());
        return Err(error);
    }
    session.commit().map_err(|error| {
        let hint = match error.server() {
            Some(_) => ROLLED_BACK,
            None => "Whether it was applied is not known; `apply_sql --list` tells.",
        };
        error.context(format!("{}: the commit failed", script.script.path.display())).hint(hint)
    })
}

const ROLLED_BACK: &str = "The script was rolled back; nothing in it was applied.";

fn statements(
    session: &mut Session,
    told: &StatementProgress,
    script: &NumberedScript,
) -> Result<()> {
    for statement in &script.statements {
        let sql = script.script.sql(statement);
        told.during(script.place(statement), || session.batch(sql)).map_err(|error| {
            let hint = if error.is(&SqlState::ACTIVE_SQL_TRANSACTION) {
                format!("{ROLLED_BACK} `-- kind: online` runs each statement by itself, outside of a transaction.")
            } else {
                ROLLED_BACK.to_owned()
            };
            script.script.locate(statement, error).hint(hint)
        })?;
    }
    Ok(())
}
