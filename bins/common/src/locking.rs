//! How a binary waits: for its turn to change a database's schema, and for a table's lock.

use std::thread::sleep;
use std::time::Duration;

use postgres::error::SqlState;

use crate::{Result, Session, run};

/// The advisory lock that whoever changes the new database's schema holds: `pgrefit` in ASCII.
const TURN: i64 = 0x70_67_72_65_66_69_74;

/// What a statement waits for a table's lock before it gives way, unless the user says otherwise.
/// Meanwhile every later reader of that table queues behind it.
pub const LOCK_TIMEOUT: &str = "3s";

const BACKOFF: [u64; 5] = [1, 2, 4, 8, 16];

/// Waits until no other session changes this database's schema; the turn ends with the session.
///
/// Take it on the session that does the work, outside of a transaction: after a `kill -9` the
/// server ends the statement that was running before it lets go of the lock, so the next run
/// never meets a statement still at work. The lock is tried again and again rather than waited
/// for, since whoever waits inside a statement holds a snapshot, for which the other one's
/// CREATE INDEX CONCURRENTLY waits in turn.
///
/// # Errors
/// The connection broke.
pub fn take_turn(session: &mut Session) -> Result<()> {
    let mut waited = false;
    loop {
        let taken = session.query_one("SELECT pg_try_advisory_lock($1)", &[&TURN])?.get(0);
        if taken {
            return Ok(());
        }
        if !waited {
            if let Some(row) = session.query_opt(include_str!("locking_holder.sql"), &[&TURN])? {
                let (pid, name): (i32, String) = (row.get(0), row.get(1));
                run::note(format_args!("waiting for {name} (server process {pid}) to end"));
            }
            waited = true;
        }
        sleep(Duration::from_millis(200));
    }
}

/// Runs `attempt`, and again after 1, 2, 4, 8 and 16 s where it failed for want of a lock or lost
/// a deadlock. An attempt that fails must leave no transaction open.
///
/// # Errors
/// Those of the last attempt.
pub fn patiently<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    for seconds in BACKOFF {
        match attempt() {
            Err(error)
                if error.is(&SqlState::LOCK_NOT_AVAILABLE)
                    || error.is(&SqlState::T_R_DEADLOCK_DETECTED) =>
            {
                let why = error.server().map_or(error.primary(), |facts| facts.message.as_str());
                run::note(format_args!("{why}; trying again in {seconds} s"));
                sleep(Duration::from_secs(seconds));
            }
            done => return done,
        }
    }
    attempt()
}
