//! Patience with locks: a statement gives way after a short while, so that nobody queues behind
//! it for long, and is tried again.

use std::thread::sleep;
use std::time::Duration;

use common::identifier::literal;
use common::{Result, Session, note};
use postgres::error::SqlState;

/// What a statement waits for a table's lock, unless the user says otherwise.
pub const LOCK_TIMEOUT: &str = "3s";

const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// `time` as PostgreSQL reads it: `3s`, `500ms`, `0` for no limit.
pub fn set_lock_timeout(session: &mut Session, time: &str) -> Result<()> {
    session.batch(&format!("SET lock_timeout = {}", literal(time)))
}

/// Runs `attempt`, and again after 1, 2, 4, 8 and 16 s where it failed for want of a lock or lost
/// a deadlock. An attempt that fails must leave no transaction open.
///
/// # Errors
/// Those of the last attempt.
pub fn patiently<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    for seconds in PAUSES {
        match attempt() {
            Err(error)
                if error.is(&SqlState::LOCK_NOT_AVAILABLE)
                    || error.is(&SqlState::T_R_DEADLOCK_DETECTED) =>
            {
                note(format_args!("{}; trying again in {seconds} s", error.primary()));
                sleep(Duration::from_secs(seconds));
            }
            done => return done,
        }
    }
    attempt()
}
