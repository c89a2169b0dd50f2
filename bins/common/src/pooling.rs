//! Poolers such as PgBouncer, which may hand each transaction to another server process. What
//! lasts longer than a transaction goes astray there: settings, snapshots, and the locks of
//! `locking`, which then stay with a process that serves others.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::{Database, Error, Result, Session, Terms};

/// A machine under load takes its time to connect; a pool answers at once, as long as nothing is asked.
const LOGIN: Duration = Duration::from_secs(5);
/// A second connection may be one more than a pool in session mode has; then its question waits in
/// vain.
const ANSWER: Duration = Duration::from_secs(2);
/// More than one, as the process that one gives back may not be the next one's yet.
const ROUNDS: usize = 5;

/// Makes sure that sessions have server processes of their own, before one sets or locks anything.
///
/// # Errors
/// As [`Session::open`] and [`refuse_shared_backends`].
pub fn refuse(database: &Database) -> Result<()> {
    refuse_shared_backends(&mut Session::open(database, Terms::Users)?, database)
}

/// A session on our terms, once it is sure that its server process is its own.
///
/// # Errors
/// As [`refuse`].
pub fn session(database: &Database) -> Result<Session> {
    let mut session = Session::open(database, Terms::Users)?;
    refuse_shared_backends(&mut session, database)?;
    session.set(Terms::Ours)?;
    Ok(session)
}

/// Makes sure that the session has a server process of its own.
///
/// # Errors
/// Another session, open at the same time, got the same process, or this one got several.
pub fn refuse_shared_backends(session: &mut Session, database: &Database) -> Result<()> {
    let ((question, asked), (answer, answers)) = (channel(), channel());
    let other = database.clone();
    let holder = thread::spawn(move || hold_transactions(&other, &asked, &answer));
    // It says that it is there; no process has the number 0.
    let mut other = answers.recv_timeout(LOGIN);
    let mut ask = || {
        if other.is_ok() && question.send(()).is_ok() {
            other = answers.recv_timeout(ANSWER);
        }
        other.ok()
    };
    let own = backend(session)?;
    for _ in 0..ROUNDS {
        let before = backend(session)?;
        let held = ask();
        let after = backend(session)?;
        if held == Some(before) || [before, after] != [own, own] {
            return Err(shares_backends(database));
        }
        // Its transaction ends: what it held is the next to be handed out.
        ask();
    }
    // Who cannot have a second server process has nobody to share the first one with.
    if other.is_err() {
        return Ok(());
    }
    // No session of ours is left behind that a DROP DATABASE would have to wait for.
    drop(question);
    drop(holder.join());
    Ok(())
}

fn shares_backends(database: &Database) -> Error {
    Error::usage(format!(
        "{database} is a pool that changes server processes between transactions"
    ))
    .hint(format!(
        "Let {} name PostgreSQL itself, or a pool with pool_mode = session: settings, locks and snapshots are lost between transactions here. Nothing was run.",
        database.origin
    ))
}

fn backend(session: &mut Session) -> Result<i32> {
    Ok(session.query_one("SELECT pg_backend_pid()", &[])?.get(0))
}

/// Tells that it is there; then, each time it is asked, its server process, which it keeps until it
/// is asked again: a pooler hands the process that was given back last to whoever asks next.
fn hold_transactions(database: &Database, asked: &Receiver<()>, answers: &Sender<i32>) {
    let Ok(mut session) = Session::open(database, Terms::Users) else { return };
    let mut is_heard = answers.send(0).is_ok();
    while is_heard && asked.recv().is_ok() {
        let held = session.begin().and_then(|()| backend(&mut session));
        is_heard = held.is_ok_and(|process| answers.send(process).is_ok())
            && asked.recv().is_ok()
            && session.rollback().is_ok_and(|()| answers.send(0).is_ok());
    }
    drop(session.rollback());
}
