//! Scripts without a transaction, whose statements are sent one by one, so that tables stay
//! readable and writable meanwhile.
//!
//! An interrupted CREATE INDEX CONCURRENTLY leaves an invalid index, which costs every write and
//! serves no read; IF NOT EXISTS succeeds over it. So each such index is looked at by name,
//! before and after. One that is valid and not what the statement says by now is refused, as
//! building it anew would leave its queries without an index meanwhile.

use common::{Error, Result, Session};
use postgres::error::SqlState;
use sql_script::StatementProgress;
use sql_script::{ConcurrentIndex, Statement};

use crate::patience::{patiently, set_lock_timeout};
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
    lock_timeout: &str,
) -> Result<()> {
    for statement in &script.statements {
        let sql = script.script.sql(statement);
        let send = || match &statement.concurrent_index {
            Some(index) => build(session, sql, index),
            None => {
                set_lock_timeout(session, lock_timeout)?;
                session.batch(sql)
            }
        };
        let done = told.during(script.place(statement), || patiently(send));
        done.map_err(|error| explain(script, statement, error))?;
    }
    Ok(())
}

/// Builds an index unless it is there and valid. It waits for older transactions for as long as
/// they take: nobody queues behind it, and giving way would throw the work away.
fn build(session: &mut Session, sql: &str, index: &ConcurrentIndex) -> Result<()> {
    if let Some(found) = find(session, index)?.filter(|found| found.valid) {
        return refuse_another(session, index, &found);
    }
    drop_invalid(session, index)?;
    set_lock_timeout(session, "0")?;
    let built = session.batch(sql).and_then(|()| match find(session, index)? {
        Some(found) if found.valid => Ok(()),
        _ => Err(Error::new("the index was built but is not valid")),
    });
    built.map_err(|error| {
        let left = match drop_invalid(session, index) {
            Ok(Some(name)) => format!("The invalid index {name} that it left was dropped."),
            Ok(None) => "It left no index behind.".to_owned(),
            Err(_) => "If it left an invalid index, the next run drops it.".to_owned(),
        };
        error.detail(left)
    })
}

/// Compares an index with what the server makes of the statement on an empty table of the same
/// columns: in the server's own words, since two texts may well say the same.
fn refuse_another(session: &mut Session, index: &ConcurrentIndex, found: &Found) -> Result<()> {
    let unique = if index.unique { "UNIQUE" } else { "" };
    let scratch = format!(
        "CREATE TEMPORARY TABLE pgrefit_scratch (LIKE {});
         CREATE {unique} INDEX pgrefit_scratch_index ON pg_temp.pgrefit_scratch {}",
        index.table, index.definition
    );
    session.begin()?;
    let compared = session
        .batch(&scratch)
        .and_then(|()| session.query_one(include_str!("online_index_compare.sql"), &[&found.name]));
    session.rollback()?;
    match compared {
        Ok(row) if row.get("same") => Ok(()),
        Ok(row) => Err(Error::new(format!("the index {} is there and is another", found.name))
            .detail(format!("it is {}", row.get::<_, String>("existing")))
            .detail("an edited index needs a new name; DROP INDEX CONCURRENTLY IF EXISTS removes the former")),
        // Who may not make temporary tables is believed.
        Err(error) if error.is(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(()),
        Err(error) => Err(error),
    }
}

struct Found {
    /// With its schema, quoted where it must be.
    name: String,
    valid: bool,
}

fn find(session: &mut Session, index: &ConcurrentIndex) -> Result<Option<Found>> {
    let row = session.query_opt(include_str!("online_index.sql"), &[&index.table, &index.name])?;
    Ok(row.map(|row| Found { name: row.get(0), valid: row.get(1) }))
}

/// The name of the index, where there was one to drop.
fn drop_invalid(session: &mut Session, index: &ConcurrentIndex) -> Result<Option<String>> {
    match find(session, index)? {
        Some(found) if !found.valid => {
            session.batch(&format!("DROP INDEX CONCURRENTLY {}", found.name))?;
            Ok(Some(found.name))
        }
        _ => Ok(None),
    }
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
        .hint(format!("{stays} When this is mended, `apply_sql` goes on from here."))
}
