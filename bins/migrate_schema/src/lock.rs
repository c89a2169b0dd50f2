//! One runner at a time per database.
//!
//! The lock is polled, never waited for: a backend that waits holds a snapshot, and CREATE INDEX
//! CONCURRENTLY of the runner it waits for would wait for that snapshot in turn. It belongs to the
//! session that does the work, so that it lasts as long as a statement whose client was killed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Result, Session, note};

/// "pgrefit" and "revision" in four bytes each; PostgreSQL keeps them apart per database.
const KEY: [i32; 2] = [0x7067_7266, 0x7265_7673];
const POLL: Duration = Duration::from_millis(50);
/// Silence up to here, as most waits are short.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes the run lock; it is given back when the session ends.
pub fn acquire(session: &mut Session) -> Result<()> {
    let start = Instant::now();
    let mut said = false;
    loop {
        let row = session.query_one("SELECT pg_try_advisory_lock($1, $2)", &[&KEY[0], &KEY[1]])?;
        if row.get(0) {
            return Ok(());
        }
        if !said && start.elapsed() > PATIENCE {
            said = true;
            announce(session)?;
        }
        sleep(POLL.mul_f64(0.5 + rand::random::<f64>()));
    }
}

fn announce(session: &mut Session) -> Result<()> {
    let sql = include_str!("sql/run_lock_holder.sql");
    if let Some(holder) = session.query_opt(sql, &[&KEY[0], &KEY[1]])? {
        let (pid, since): (i32, Option<String>) = (holder.get(0), holder.get(1));
        let since = since.map_or(String::new(), |since| format!(", since {since}"));
        note(format_args!("waiting for another run to end (backend {pid}{since})"));
    }
    Ok(())
}
