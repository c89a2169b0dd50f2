//! Scripts without a transaction, whose statements are sent one by one, so that tables stay
//! readable and writable meanwhile.
//!
//! An index that is there and not what its statement says by now is refused, as building it anew
//! would leave its queries without an index meanwhile.

use common::{Error, Result, Session};
use sql_script::concurrently::{self, Former};
use sql_script::{Patience, Statement, StatementProgress};

use crate::scripts::NumberedScript;

/// Runs the script from its first statement; run again after an interruption, it passes over
/// the indexes that are there.
///
/// # Errors
/// The server's, at its place in the file. The statements before it stay applied.
pub fn run(
    session: &mut Session,
    told: &StatementProgress,
    script: &NumberedScript,
    patience: Patience,
) -> Result<()> {
    for statement in &script.statements {
        let sql = script.script.sql(statement);
        let send = || {
            patience.limit(session)?;
            if statement.alone {
                concurrently::run(session, sql, statement, Former::Unknown, |session| {
                    session.batch(sql)
                })
            } else {
                session.batch(sql)
            }
        };
        let done = told.during(script.place(statement), || patience.retry(send));
        done.map_err(|error| explain(script, statement, error))?;
    }
    Ok(())
}

fn explain(script: &NumberedScript, statement: &Statement, error: Error) -> Error {
    let before = script.statements.iter().position(|other| other == statement).unwrap_or(0);
    let stays = match before {
        0 => "Nothing in the script was applied.".to_owned(),
        1 => "The statement before it stays applied.".to_owned(),
        more => format!("The {more} statements before it stay applied."),
    };
    script
        .script
        .locate(statement, error)
        .hint(format!("{stays} When this is fixed, `apply_sql` goes on from here."))
}
