//! Runs the statements of a plan, in a database of our own.

use catalog::Statement;
use common::{Result, Session};

/// One transaction around every run of statements that bear one.
///
/// # Errors
/// PostgreSQL's words, and the statement that failed as a detail.
pub fn apply(session: &mut Session, statements: &[Statement]) -> Result<()> {
    for run in statements.chunk_by(|a, b| a.needs_no_transaction == b.needs_no_transaction) {
        let alone = run[0].needs_no_transaction;
        if !alone {
            session.begin()?;
        }
        for statement in run {
            if let Err(error) = session.batch(&statement.sql) {
                // Fails only with the connection, and then nothing stays either.
                drop(session.rollback());
                return Err(error.detail(format!("the statement was: {}", statement.sql)));
            }
        }
        if !alone {
            session.commit()?;
        }
    }
    Ok(())
}
