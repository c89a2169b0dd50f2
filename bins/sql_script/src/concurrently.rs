//! Runs what works CONCURRENTLY, which goes through several transactions: a run that was cut
//! between two of them leaves something half done, and the catalog tells how far it came.
//!
//! An interrupted CREATE INDEX CONCURRENTLY leaves an invalid index, which costs every write and
//! serves no read; IF NOT EXISTS succeeds over it. So each such index is looked at by name,
//! before and after.

use common::identifier::literal;
use common::{Error, Result, Session, note};
use postgres::error::SqlState;

use crate::{Concurrent, ConcurrentIndex, Statement};

/// Whether a former run has begun the statement; that it ended it is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Former {
    No,
    Begun,
    /// Nobody wrote it down: an index that is there may well be its.
    Unknown,
}

/// Ends or removes what a former run left half done, sends the statement unless nothing is left to
/// do, and sees to it that an index is whole afterwards.
///
/// It waits for older transactions for as long as they take: nobody queues behind it, and giving
/// way would throw the work away.
///
/// # Errors
/// Those of `send`; the index is there and is another, or it is not valid after its build. No
/// invalid index is left where the session still answers.
pub fn run(
    session: &mut Session,
    sql: &str,
    statement: &Statement,
    former: Former,
    send: impl FnOnce(&mut Session) -> Result<()>,
) -> Result<()> {
    if is_done(session, statement, former)? {
        return Ok(());
    }
    let sent = if waits_for_others(sql) { unhurried(session, send) } else { send(session) };
    let Some(index) = &statement.concurrent_index else {
        return sent.or_else(|error| {
            let gone = former == Former::Begun && is_concurrent_drop(sql);
            if gone && error.is(&SqlState::UNDEFINED_OBJECT) { Ok(()) } else { Err(error) }
        });
    };
    let built = sent.and_then(|()| match find(session, index)? {
        Some(found) if found.valid => Ok(()),
        _ => {
            let name = index.name.as_deref().unwrap_or_default();
            Err(Error::new(format!("the index {name} is not valid after its build")))
        }
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

/// Whether nothing is left to do, as a former run was cut just after the work.
///
/// An index that is invalid is dropped whoever left it.
fn is_done(session: &mut Session, statement: &Statement, former: Former) -> Result<bool> {
    if let Some(index) = &statement.concurrent_index {
        if let Some(name) = drop_invalid(session, index)? {
            note(format_args!("dropped {name}, which an earlier build left invalid"));
            return Ok(false);
        }
        return match find(session, index)? {
            Some(found) if former != Former::No => {
                refuse_another(session, index, &found).map(|()| true)
            }
            _ => Ok(false),
        };
    }
    match &statement.concurrent {
        // What somebody else is building right now looks the same.
        Some(Concurrent::Reindex(name)) if former == Former::Begun => {
            for row in session.query(include_str!("reindex_left.sql"), &[name])? {
                let name: String = row.get(0);
                drop_index(session, &name)?;
                note(format_args!("dropped {name}, which an earlier build left invalid"));
            }
            Ok(false)
        }
        Some(Concurrent::Detach { parent, partition }) if former != Former::No => {
            let pending =
                session.query_opt(include_str!("detach_state.sql"), &[parent, partition])?;
            match pending.map(|row| row.get(0)) {
                None => Ok(former == Former::Begun),
                Some(false) => Ok(false),
                Some(true) => {
                    let end = format!("ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE");
                    unhurried(session, |session| session.batch(&end)).map(|()| true)
                }
            }
        }
        _ => Ok(false),
    }
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
        .and_then(|()| session.query_one(include_str!("index_compare.sql"), &[&found.name]));
    session.rollback()?;
    match compared {
        Ok(row) if row.get("same") => Ok(()),
        Ok(row) => Err(Error::new(format!("the index {} exists with another definition", found.name))
            .detail(format!("it is {}", row.get::<_, String>("existing")))
            .detail("an edited index needs a new name; DROP INDEX CONCURRENTLY IF EXISTS removes the former")),
        // Without the right to make temporary tables the two cannot be compared.
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
    let row = session.query_opt(include_str!("index_state.sql"), &[&index.table, &index.name])?;
    Ok(row.map(|row| Found { name: row.get("name"), valid: row.get("indisvalid") }))
}

/// The name of the index, where there was one to drop.
fn drop_invalid(session: &mut Session, index: &ConcurrentIndex) -> Result<Option<String>> {
    match find(session, index)? {
        Some(found) if !found.valid => drop_index(session, &found.name).map(|()| Some(found.name)),
        _ => Ok(None),
    }
}

fn drop_index(session: &mut Session, name: &str) -> Result<()> {
    unhurried(session, |session| session.batch(&format!("DROP INDEX CONCURRENTLY {name}")))
}

/// Of what must come alone, all that begins so works CONCURRENTLY and waits for every older
/// transaction, which `lock_timeout` would count.
fn waits_for_others(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["create", "drop", "reindex", "alter"].contains(&first.as_str())
}

fn unhurried(session: &mut Session, send: impl FnOnce(&mut Session) -> Result<()>) -> Result<()> {
    let usual: String = session.query_one("SHOW lock_timeout", &[])?.get(0);
    session.batch("SET lock_timeout = 0")?;
    let sent = send(session);
    let reset = session.batch(&format!("SET lock_timeout = {}", literal(&usual)));
    sent.and(reset)
}

fn is_concurrent_drop(sql: &str) -> bool {
    let words = sql.split_whitespace().take(3).map(str::to_lowercase).collect::<Vec<_>>();
    words == ["drop", "index", "concurrently"]
}
