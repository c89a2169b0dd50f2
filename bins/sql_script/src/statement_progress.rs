//! How far the server is with a statement that takes long, as `pg_stat_progress_*` tells it to a
//! second connection: a bar on a terminal, now and then a line off it, nothing for what is short.
//!
//! The thread behind it looks up a few times a second whether a statement is at work; a statement
//! that is done before that costs a lock that nobody holds.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Database, Result, Session, Terms, note, progress};
use indicatif::ProgressBar;

/// Shorter statements are over before anybody reads of them.
const SHORT: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(250);
/// Between two lines off a terminal, where the server tells how far it is and where it does not.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
const BETWEEN_LINES_UNTOLD: Duration = Duration::from_secs(60);

/// Tells how far one session's statements are.
pub struct StatementProgress {
    running: Arc<Mutex<Option<Running>>>,
}

struct Running {
    place: String,
    since: Instant,
    /// On a terminal, and whether it is one over a known size.
    bar: Option<(ProgressBar, bool)>,
    /// The last line, off a terminal.
    said: Option<Instant>,
    /// The step that the server is at, and how far it was when it was first seen there.
    step: Option<(String, i64, Instant)>,
}

/// What the server tells.
struct Step {
    what: String,
    done: i64,
    total: i64,
    unit: String,
}

impl StatementProgress {
    /// Of the session whose server process has this pid. Ends with the process or the value.
    pub fn of(database: &Database, pid: i32) -> StatementProgress {
        let running = Arc::new(Mutex::new(None));
        let (looked_at, database) = (Arc::downgrade(&running), database.clone());
        // Not waited for: in a pool of one connection it never gets its own.
        thread::spawn(move || {
            let mut session = None;
            while let Some(running) = looked_at.upgrade() {
                look(&running, &mut session, &database, pid);
                drop(running);
                thread::sleep(POLL);
            }
        });
        StatementProgress { running }
    }

    /// Runs a statement of that session, named by its place in a file.
    pub fn during<T>(&self, place: String, statement: impl FnOnce() -> T) -> T {
        let since = Instant::now();
        *held(&self.running) = Some(Running { place, since, bar: None, said: None, step: None });
        let result = statement();
        if let Some((bar, _)) = held(&self.running).take().and_then(|running| running.bar) {
            bar.finish_and_clear();
        }
        result
    }
}

fn held(running: &Mutex<Option<Running>>) -> MutexGuard<'_, Option<Running>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A look that fails is left out: it must not disturb the work.
fn look(
    running: &Mutex<Option<Running>>,
    session: &mut Option<Session>,
    database: &Database,
    pid: i32,
) {
    let Some(since) = held(running).as_ref().map(|running| running.since) else { return };
    if since.elapsed() < SHORT {
        return;
    }
    if session.is_none() {
        *session = Session::open(database, Terms::Users).ok();
    }
    let Some(session) = session else { return };
    let Ok(step) = step(session, pid) else { return };
    if let Some(running) = held(running).as_mut().filter(|running| running.since == since) {
        running.tell(step);
    }
}

fn step(session: &mut Session, pid: i32) -> Result<Option<Step>> {
    let mut row = session.query_opt(include_str!("statement_progress.sql"), &[&pid])?;
    if row.is_none() {
        // PostgreSQL 13 does not tell of COPY.
        row =
            session.query_opt(include_str!("statement_progress_copy.sql"), &[&pid]).unwrap_or(None);
    }
    let read = |row: postgres::Row| Step {
        what: row.get("what"),
        done: row.get("done"),
        total: row.get("total"),
        unit: row.get("unit"),
    };
    Ok(row.map(read))
}

impl Running {
    fn tell(&mut self, step: Option<Step>) {
        let new = step
            .as_ref()
            .filter(|step| self.step.as_ref().is_none_or(|(what, _, _)| *what != step.what));
        let is_new = new.is_some();
        if let Some(step) = new {
            self.step = Some((step.what.clone(), step.done, Instant::now()));
        }
        if std::io::stderr().is_terminal() {
            self.draw(step.as_ref());
            return;
        }
        let pause = if step.is_some() { BETWEEN_LINES } else { BETWEEN_LINES_UNTOLD };
        if self.said.unwrap_or(self.since).elapsed() >= pause || (self.said.is_none() && is_new) {
            self.said = Some(Instant::now());
            note(self.line(step.as_ref()));
        }
    }

    fn draw(&mut self, step: Option<&Step>) {
        let known = step.is_some_and(|step| step.total > 0);
        if self.bar.as_ref().is_none_or(|(_, drawn)| *drawn != known) {
            if let Some((former, _)) = self.bar.take() {
                former.finish_and_clear();
            }
            self.bar = Some((progress::statement_bar(known), known));
        }
        let Some((bar, _)) = &self.bar else { return };
        let running = || format!("running for {}", progress::seconds(self.since.elapsed()));
        let mut told = step.map_or_else(running, |step| step.what.clone());
        if let Some(left) = step.and_then(|step| self.left(step)) {
            told = format!("about {} left: {told}", progress::seconds(left));
        }
        if let Some(step) = step.filter(|_| known) {
            bar.set_length(u64::try_from(step.total).unwrap_or(0));
            bar.set_position(u64::try_from(step.done).unwrap_or(0));
        }
        bar.set_message(format!("{told} ({})", self.place));
        bar.tick();
    }

    /// `add.sql:6: index on orders, scanning table: 43 % of 1,024 blocks, about 12 s left`.
    fn line(&self, step: Option<&Step>) -> String {
        let place = &self.place;
        let Some(step) = step else {
            return format!("{place}: running for {}", progress::seconds(self.since.elapsed()));
        };
        if step.total == 0 {
            let done = progress::grouped(step.done);
            return format!("{place}: {}: {done} {}", step.what, step.unit);
        }
        let percent = 100 * step.done / step.total;
        let total = progress::grouped(step.total);
        let left = self.left(step).map(|left| format!(", about {} left", progress::seconds(left)));
        let left = left.unwrap_or_default();
        format!("{place}: {}: {percent} % of {total} {}{left}", step.what, step.unit)
    }

    /// By the pace since this step was first seen.
    fn left(&self, step: &Step) -> Option<Duration> {
        let (_, first, since) = self.step.as_ref()?;
        let (made, missing) = ((step.done - first) as f64, (step.total - step.done) as f64);
        (made > 0.0 && missing > 0.0).then(|| since.elapsed().mul_f64(missing / made))
    }
}
