//! A limit to the rows read per second, so that an old database that people work with is spared.
//!
//! One per process, over all of its readers.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

struct Limit {
    /// Rows between two looks at the clock, a twentieth of a second's worth.
    stride: u32,
    pause: Duration,
    state: Mutex<State>,
}

struct State {
    rows: u32,
    /// When the next stride may begin.
    due: Instant,
}

static LIMIT: OnceLock<Limit> = OnceLock::new();

/// Sets the limit; the first call counts.
pub fn limit(rows_per_second: u32) {
    let stride = (rows_per_second / 20).max(1);
    let pause = Duration::from_secs(1) * stride / rows_per_second.max(1);
    let state = Mutex::new(State { rows: 0, due: Instant::now() });
    LIMIT.get_or_init(|| Limit { stride, pause, state });
}

/// Counts one row that was read, and waits where that was too early.
pub fn pace() {
    let Some(limit) = LIMIT.get() else { return };
    let mut state = limit.state.lock().unwrap_or_else(PoisonError::into_inner);
    state.rows += 1;
    if state.rows < limit.stride {
        return;
    }
    state.rows = 0;
    let now = Instant::now();
    // Time in which nothing was read is not made up for.
    state.due = state.due.max(now) + limit.pause;
    let wait = state.due - now;
    drop(state);
    thread::sleep(wait);
}
