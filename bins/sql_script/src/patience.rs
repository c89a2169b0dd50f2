//! Patience with locks: a short `lock_timeout`, so that nobody queues behind us for long, and
//! several tries. Only what a rollback undoes completely is worth one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use common::identifier::literal;
use common::{Database, Error, Result, Session, Terms, note, progress};
use postgres::error::SqlState;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Eight tries of 3 s and the pauses between them outlast somebody who idles half a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(50);

/// How long one session goes on asking for locks that others hold.
#[derive(Clone, Copy, Debug)]
pub struct Patience<'a> {
    pub database: &'a Database,
    /// The session's server process.
    pub pid: i32,
    /// The longest wait of one try, as PostgreSQL reads it: `3s`, `500ms`, `0` for no limit.
    pub lock_timeout: &'a str,
    /// Tries after the first.
    pub retries: u32,
}

impl Patience<'_> {
    /// What a statement waits for a table's lock, unless the user says otherwise.
    pub const LOCK_TIMEOUT: &'static str = "3s";
    pub const RETRIES: u32 = 8;

    /// Sets the session's `lock_timeout`.
    ///
    /// # Errors
    /// It is no time to PostgreSQL.
    pub fn limit(&self, session: &mut Session) -> Result<()> {
        session.batch(&format!("SET lock_timeout = {}", literal(self.lock_timeout)))
    }

    /// Runs `attempt`; where a lock was not to be had, or a deadlock was, it is tried again, after
    /// pauses that double, with some chance in them so that two do not meet again. An attempt that
    /// fails must leave no transaction open.
    ///
    /// # Errors
    /// The last try's, with who held the lock.
    pub fn retry<T>(&self, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
        let tries = self.retries.saturating_add(1);
        let mut pause = FIRST_PAUSE;
        let mut number = 1;
        loop {
            // The first try is not watched: most need no lock that another holds.
            let watch = (number > 1 || tries == 1).then(|| Watch::start(self.database, self.pid));
            let result = attempt();
            let seen = watch.map(Watch::stop).unwrap_or_default();
            let error = match result {
                Err(error) if is_passing(&error) => error,
                done => return done,
            };
            if number == tries {
                let times = progress::count(i64::from(tries), "time");
                let timeout = self.lock_timeout;
                let error =
                    error.detail(format!("tried {times}, with a lock_timeout of {timeout}"));
                return Err(seen.into_iter().fold(error, Error::detail));
            }
            note(format_args!("{}; trying again", error.primary()));
            thread::sleep(pause.mul_f64(0.75 + rand::random::<f64>() / 2.0));
            pause = (pause * 2).min(LONGEST_PAUSE);
            number += 1;
        }
    }
}

fn is_passing(error: &Error) -> bool {
    error.is(&SqlState::LOCK_NOT_AVAILABLE) || error.is(&SqlState::T_R_DEADLOCK_DETECTED)
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
    let rows = session.query(include_str!("lock_holders.sql"), &[&pid])?;
    let line = |row: &postgres::Row| {
        let user: Option<String> = row.get("usename");
        let (state, query): (Option<String>, Option<String>) = (row.get("state"), row.get("query"));
        let query = query.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        format!(
            "backend {} of {} has held it since {}, {}: {}",
            row.get::<_, i32>("pid"),
            user.unwrap_or_else(|| "another user".to_owned()),
            row.get::<_, Option<String>>("since").unwrap_or_default(),
            state.unwrap_or_else(|| "state unknown".to_owned()),
            query.chars().take(120).collect::<String>(),
        )
    };
    Ok(rows.iter().map(line).collect())
}
