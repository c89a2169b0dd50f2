//! Threads that share one piece of work.

use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::Result;

/// Set once a worker has failed or has had enough, so that the others do not go on in vain.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs `work` on `count` threads and returns the first error once all have ended.
pub fn run(count: usize, work: impl Fn(&Stop) -> Result<()> + Sync) -> Result<()> {
    let stop = Stop::default();
    thread::scope(|scope| {
        let (work, stop) = (&work, &stop);
        let threads: Vec<_> = (0..count.max(1))
            .map(|_| {
                scope.spawn(move || {
                    let outcome = work(stop);
                    if outcome.is_err() {
                        stop.set();
                    }
                    outcome
                })
            })
            .collect();
        let mut first = Ok(());
        for thread in threads {
            match thread.join() {
                Ok(outcome) => first = first.and(outcome),
                Err(panicked) => panic::resume_unwind(panicked),
            }
        }
        first
    })
}
