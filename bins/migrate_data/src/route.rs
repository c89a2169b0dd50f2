//! The two ends of a run, and how one ends.

use common::locking::Turn;
use common::{Pool, Result, Session};

/// The two databases and how many workers share them.
pub struct Route<'a> {
    pub old: &'a Pool,
    pub new: &'a Pool,
    pub workers: usize,
}

impl Route<'_> {
    /// Waits for the one place for a load into the new database and keeps it while the session
    /// lives; no revision and no script runs meanwhile.
    ///
    /// After a `kill -9` the server may still be at a statement of the killed run's workers. This
    /// waits until it has let go of the last, so that no chunk is committed behind the next run's
    /// back.
    pub fn take_turn(&self) -> Result<Session> {
        let mut session = self.new.session()?;
        Turn::REVISIONS.take(&mut session)?;
        Turn::LOAD.take(&mut session)?;
        Turn::LOAD_WORKERS.take(&mut session)?;
        Turn::LOAD_WORKERS.give_back(&mut session)?;
        Ok(session)
    }

    /// A connection that writes to the new database.
    pub fn writer(&self) -> Result<Session> {
        let mut session = self.new.session()?;
        Turn::LOAD_WORKERS.share(&mut session)?;
        Ok(session)
    }
}

/// How a run ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Finished,
    /// What was asked for is loaded, other sources are not.
    Partial,
    /// Named source and its quarantined rows, over `max_rejects`.
    TooManyRejects {
        source: String,
        quarantined: i64,
        limit: String,
    },
}
