//! Patience with locks: a short `lock_timeout`, so that nobody queues behind us for long, and
//! several tries. Only what a rollback undoes completely is tried again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use common::{Database, Result, Session, Terms, note};
use postgres::error::SqlState;

use super::Runner;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Eight tries of 3 s and the pauses between them outlast somebody who idles half a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// Runs one transaction; where a lock was not to be had, or a deadlock was, it is rolled back and
/// tried again, after pauses that double, with some chance in them so that two do not meet again.
///
/// # Errors
/// The last try's, with who held the lock.
pub(super) fn with_retries(
    runner: &mut Runner,
    mut attempt: impl FnMut(&mut Runner) -> Result<()>,
) -> Result<()> {
    let mut pause = FIRST_PAUSE;
    let tries = runner.patience.lock_retries.saturating_add(1);
    for number in 1..=tries {
        // The first try is not watched: most need no lock that another holds.
        let watch = (number > 1 || tries == 1).then(|| Watch::start(runner.database, runner.pid));
        let result = attempt(runner);
        let seen = watch.map(Watch::stop).unwrap_or_default();
        let Err(error) = result else { return Ok(()) };
        // Fails only with the connection, and then the server has rolled back by itself.
        drop(runner.session.rollback());
        let worth_it = [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED];
        if !worth_it.iter().any(|sqlstate| error.is(sqlstate)) {
            return Err(error);
        }
        if number == tries {
            let timeout = &runner.patience.lock_timeout;
            let times = common::progress::count(i64::from(tries), "time");
            let error = error.detail(format!("tried {times}, with a lock_timeout of {timeout}"));
            return Err(seen.into_iter().fold(error, common::Error::detail));
        }
        note(format_args!("{}; trying again", error.primary()));
        thread::sleep(pause.mul_f64(0.75 + rand::random::<f64>() / 2.0));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}

/// Looks, from a second connection, at who is in the way; afterwards nobody could tell.
struct Watch {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Watch {
    fn start(database: &Database, pid: i32) -> Watch {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let database = database.clone();
        let (stopped, found) = (Arc::clone(&stop), Arc::clone(&seen));
        thread::spawn(move || {
            let Ok(mut session) = Session::open(&database, Terms::Users) else { return };
            while !stopped.load(Ordering::Relaxed) {
                if let Ok(holders) = holders(&mut session, pid)
                    && !holders.is_empty()
                    && let Ok(mut found) = found.lock()
                {
                    *found = holders;
                }
                thread::sleep(POLL);
            }
        });
        Watch { stop, seen }
    }

    /// A line for each session that was last seen in the way. The thread is not waited for: in a
    /// pool of one connection it never gets its own.
    fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.seen.lock().map(|seen| seen.clone()).unwrap_or_default()
    }
}

fn holders(session: &mut Session, pid: i32) -> Result<Vec<String>> {
    let rows = session.query(include_str!("../sql/lock_holders.sql"), &[&pid])?;
    let line = |row: &postgres::Row| {
        let user: Option<String> = row.get("usename");
        let (state, query): (Option<String>, Option<String>) = (row.get("state"), row.get("query"));
        let query = query.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        format!(
            "backend {} of {} holds it since {}, {}: {}",
            row.get::<_, i32>("pid"),
            user.unwrap_or_else(|| "another user".to_owned()),
            row.get::<_, Option<String>>("since").unwrap_or_default(),
            state.unwrap_or_else(|| "state unknown".to_owned()),
            query.chars().take(120).collect::<String>(),
        )
    };
    Ok(rows.iter().map(line).collect())
}
