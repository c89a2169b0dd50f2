//! Whose turn it is: advisory locks of the new database, which the binaries must agree on.
//!
//! A lock is tried again and again rather than waited for: a backend that waits inside a statement
//! holds a snapshot, for which the other one's CREATE INDEX CONCURRENTLY would wait in turn.
//!
//! Take it on the session that does the work, outside of a transaction: after a `kill -9` the
//! server ends the statement that was running before it lets go of the locks, so the next run
//! never meets a statement still at work.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::{Result, Session, run};

/// Work of which a database bears one at a time. PostgreSQL keeps the locks apart per database.
#[derive(Clone, Copy, Debug)]
pub struct Turn(i32);

/// `pgrf`, the first half of every lock's key.
const FAMILY: i32 = 0x7067_7266;
const POLL: Duration = Duration::from_millis(50);
/// Silence up to here, as most waits are short.
const PATIENCE: Duration = Duration::from_secs(1);

impl Turn {
    /// `revs`: the schema changes.
    pub const REVISIONS: Turn = Turn(0x7265_7673);
    /// `load`: rows are loaded.
    pub const LOAD: Turn = Turn(0x6c6f_6164);
    /// `work`: shared by the connections that load them.
    pub const LOAD_WORKERS: Turn = Turn(0x776f_726b);
    /// `mirr`: mirrors are brought in step.
    pub const MIRRORS: Turn = Turn(0x6d69_7272);

    /// Waits for the turn and keeps it until the session ends; says who is being waited for.
    ///
    /// # Errors
    /// The connection broke.
    pub fn take(self, session: &mut Session) -> Result<()> {
        let start = Instant::now();
        let mut announced = false;
        while !self.try_take(session)? {
            if !announced && start.elapsed() > PATIENCE {
                self.announce(session)?;
                announced = true;
            }
            sleep(POLL);
        }
        Ok(())
    }

    /// Shares the turn with others that share it.
    pub fn share(self, session: &mut Session) -> Result<()> {
        session.execute("SELECT pg_advisory_lock_shared($1, $2)", &[&FAMILY, &self.0])?;
        Ok(())
    }

    pub fn give_back(self, session: &mut Session) -> Result<()> {
        session.execute("SELECT pg_advisory_unlock($1, $2)", &[&FAMILY, &self.0])?;
        Ok(())
    }

    fn try_take(self, session: &mut Session) -> Result<bool> {
        let sql = format!("SELECT pg_try_advisory_lock({FAMILY}, {})", self.0);
        Ok(session.query_one(&sql, &[])?.get(0))
    }

    fn announce(self, session: &mut Session) -> Result<()> {
        let holder = include_str!("locking_holder.sql");
        if let Some(row) = session.query_opt(holder, &[&FAMILY, &self.0])? {
            let (pid, name): (i32, String) = (row.get(0), row.get(1));
            run::note(format_args!("waiting for {name} (server process {pid}) to end"));
        }
        Ok(())
    }
}
