//! Poolers such as PgBouncer, which may hand each transaction to another server process. What
//! lasts longer than a transaction goes astray there: settings, and the locks of `locking`, which
//! then stay with a process that serves others.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::{Database, Error, Result, Session};

/// A second connection may be one more than a pool in session mode has; then it waits in vain.
const PATIENCE: Duration = Duration::from_secs(1);
const ROUNDS: usize = 3;

/// Makes sure that the session has a server process of its own, before it takes locks.
///
/// # Errors
/// Another session, open at the same time, got the same process, or this one got several.
pub fn refuse_shared_backends(session: &mut Session, database: &Database) -> Result<()> {
    let own = backend(session)?;
    let ((asked, answers), (end, ended)) = (channel(), channel());
    let other = database.clone();
    thread::spawn(move || hold_a_transaction(&other, &asked, &ended));
    // Who cannot open a second session has nobody to share the first one with.
    let shared = answers.recv_timeout(PATIENCE) == Ok(own);
    for _ in 0..ROUNDS {
        if shared || backend(session)? != own {
            return Err(Error::new(format!(
                "{database} is a pool that changes server processes between transactions"
            ))
            .hint("Name PostgreSQL itself, or a pool with pool_mode = session: locks and settings do not last here. Nothing was run."));
        }
    }
    drop(end);
    Ok(())
}

fn backend(session: &mut Session) -> Result<i32> {
    Ok(session.query_one("SELECT pg_backend_pid()", &[])?.get(0))
}

/// Tells its server process, and keeps it until the other end is dropped: a pooler hands the
/// process that was given back last to whoever asks next.
fn hold_a_transaction(database: &Database, answers: &Sender<i32>, ended: &Receiver<()>) {
    let process = || -> Result<(Session, i32)> {
        let mut session = Session::open(database)?;
        session.begin()?;
        let process = backend(&mut session)?;
        Ok((session, process))
    };
    if let Ok((mut session, process)) = process()
        && answers.send(process).is_ok()
    {
        // Nothing is ever sent: it returns when the other end is gone.
        let _ = ended.recv();
        drop(session.rollback());
    }
}
