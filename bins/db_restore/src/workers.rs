//! Workers that share one queue, each with a connection of its own.

use std::collections::VecDeque;
use std::sync::Mutex;

use common::{Database, Result, Session};
use db_backup::copy_text;

/// Hands out the items in their order to `jobs` workers until none is left or one has failed.
///
/// # Errors
/// The first of any worker; the others end with the item that they are at.
pub fn each<T: Send, C>(
    jobs: usize,
    items: Vec<T>,
    open: impl Fn() -> Result<C> + Sync,
    work: impl Fn(&mut C, T) -> Result<()> + Sync,
) -> Result<()> {
    let workers = jobs.clamp(1, items.len().max(1));
    let queue = Mutex::new(VecDeque::from(items));
    let next = || queue.lock().expect("no holder panics").pop_front();
    let worker = || -> Result<()> {
        let Some(mut item) = next() else { return Ok(()) };
        let mut connection = open()?;
        loop {
            work(&mut connection, item)?;
            match next() {
                Some(following) => item = following,
                None => return Ok(()),
            }
        }
    };
    std::thread::scope(|scope| {
        let start = || {
            scope.spawn(|| {
                let outcome = worker();
                if outcome.is_err() {
                    queue.lock().expect("no holder panics").clear();
                }
                outcome
            })
        };
        let threads: Vec<_> = (0..workers).map(|_| start()).collect();
        let mut first = Ok(());
        for thread in threads {
            match thread.join() {
                Ok(outcome) => first = first.and(outcome),
                Err(panicked) => std::panic::resume_unwind(panicked),
            }
        }
        first
    })
}

/// A session that writes and reads rows as the backup holds them. What it commits may be lost in
/// a crash of the server, together with the journal's word that it was done.
pub fn session(database: &Database) -> Result<Session> {
    let mut session = Session::open(database)?;
    set_up(&mut session)?;
    Ok(session)
}

/// Says it again after a script of pg_restore, which has settings of its own.
pub fn set_up(session: &mut Session) -> Result<()> {
    session.batch(&format!(
        "{};
         SET client_encoding = 'UTF8'; SET synchronous_commit = off;
         SET default_transaction_read_only = off; SET client_min_messages = warning",
        copy_text::SETTINGS
    ))
}
