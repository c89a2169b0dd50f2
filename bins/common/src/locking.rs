//! Whose turn it is: advisory locks of the new database, which the binaries must agree on.

use std::thread::sleep;
use std::time::Duration;

use crate::{Result, Session, run};

/// `pgrf`, then `revs` and `load`: migrate_schema holds the first while it runs, migrate_data the
/// second. PostgreSQL keeps them apart per database.
const REVISIONS: (i32, i32) = (0x7067_7266, 0x7265_7673);
const LOAD: (i32, i32) = (0x7067_7266, 0x6c6f_6164);

/// Waits until no revision runs and no load, and keeps both out until the session ends: a load
/// sets indexes and keys aside, and must not find the table itself replaced when it puts them back.
///
/// Take it on the session that does the work, outside of a transaction: after a `kill -9` the
/// server ends the statement that was running before it lets go of the locks, so the next run
/// never meets a statement still at work. The locks are tried again and again rather than waited
/// for, since whoever waits inside a statement holds a snapshot, for which the other one's
/// CREATE INDEX CONCURRENTLY waits in turn.
///
/// # Errors
/// The connection broke.
pub fn take_turn(session: &mut Session) -> Result<()> {
    for (family, work) in [REVISIONS, LOAD] {
        let mut announced = false;
        while !try_lock(session, family, work)? {
            if !announced {
                announce(session, family, work)?;
                announced = true;
            }
            sleep(Duration::from_millis(200));
        }
    }
    Ok(())
}

fn try_lock(session: &mut Session, family: i32, work: i32) -> Result<bool> {
    Ok(session.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&family, &work])?.get(0))
}

fn announce(session: &mut Session, family: i32, work: i32) -> Result<()> {
    let holder = include_str!("locking_holder.sql");
    if let Some(row) = session.query_opt(holder, &[&family, &work])? {
        let (pid, name): (i32, String) = (row.get(0), row.get(1));
        run::note(format_args!("waiting for {name} (server process {pid}) to end"));
    }
    Ok(())
}
