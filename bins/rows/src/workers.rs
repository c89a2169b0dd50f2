//! Threads that share one queue of work.

use std::collections::VecDeque;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
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

/// Runs `work` on `count` threads; one that failed sets `stop`.
///
/// # Errors
/// The first that any worker met, once all have ended: those that come later may say no more than
/// that somebody stopped them.
pub fn run(count: usize, stop: &Stop, work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    let first = Mutex::new(None);
    let worker = || {
        if let Err(error) = work() {
            first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            stop.set();
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count.max(1)).map(|_| scope.spawn(worker)).collect();
        for thread in threads {
            thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
        }
    });
    first.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// A worker's hands on the queue: an iterator over the items that it takes, which ends once none
/// is left or somebody has stopped the work.
pub struct Items<'q, T> {
    queue: &'q Mutex<VecDeque<T>>,
    stop: &'q Stop,
}

impl<T> Items<'_, T> {
    /// Ends the work of all workers after the items that they are at.
    pub fn stop(&self) {
        self.stop.set();
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.is_set()
    }
}

impl<T> Iterator for Items<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.stop.is_set() {
            return None;
        }
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Hands out the items in their order to `count` workers, or to fewer where there are fewer items,
/// until none is left or one worker has failed.
///
/// # Errors
/// The first of any worker; the others end with the item that they are at.
pub fn share<T: Send>(
    count: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(&mut Items<T>) -> Result<()> + Sync,
) -> Result<()> {
    share_until(&Stop::default(), count, items, work)
}

/// The same, which others can stop.
///
/// # Errors
/// As [`share`].
pub fn share_until<T: Send>(
    stop: &Stop,
    count: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(&mut Items<T>) -> Result<()> + Sync,
) -> Result<()> {
    let items: VecDeque<T> = items.into_iter().collect();
    let count = count.min(items.len());
    let queue = Mutex::new(items);
    run(count, stop, || work(&mut Items { queue: &queue, stop }))
}

/// Does each item by one of `count` workers; each has what `open` made, for itself, and one that
/// comes too late for an item opens nothing.
///
/// # Errors
/// As [`share`].
pub fn each<T: Send, S>(
    count: usize,
    items: impl IntoIterator<Item = T>,
    open: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, T) -> Result<()> + Sync,
) -> Result<()> {
    share(count, items, |items| {
        let Some(first) = items.next() else { return Ok(()) };
        let mut own = open()?;
        work(&mut own, first)?;
        items.try_for_each(|item| work(&mut own, item))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use common::Error;

    use super::{each, share};

    #[test]
    fn each_item_is_done_once_whatever_the_number_of_workers() {
        for count in [0, 1, 3, 200] {
            let done = Mutex::new(Vec::new());
            each(
                count,
                0..100,
                || Ok(()),
                |(), item| {
                    done.lock().unwrap().push(item);
                    Ok(())
                },
            )
            .unwrap();
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert_eq!(done, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_failure_ends_the_work() {
        let done = AtomicUsize::new(0);
        let outcome = each(
            1,
            0..100,
            || Ok(()),
            |(), item| {
                done.fetch_add(1, Ordering::Relaxed);
                if item == 2 { Err(Error::new("the third fails")) } else { Ok(()) }
            },
        );
        assert_eq!(outcome.unwrap_err().primary(), "the third fails");
        assert_eq!(done.into_inner(), 3);
    }

    #[test]
    fn a_worker_may_end_the_work_without_failing() {
        let done = AtomicUsize::new(0);
        share(1, 0..100, |items| {
            while let Some(item) = items.next() {
                done.fetch_add(1, Ordering::Relaxed);
                if item == 4 {
                    items.stop();
                }
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(done.into_inner(), 5);
    }

    #[test]
    fn the_failure_that_stopped_the_others_is_told() {
        let outcome = share(4, 0..4, |items| {
            let Some(item) = items.next() else { return Ok(()) };
            if item == 3 {
                return Err(Error::new("the cause"));
            }
            while !items.is_stopped() {
                std::thread::yield_now();
            }
            Err(Error::new("stopped"))
        });
        assert_eq!(outcome.unwrap_err().primary(), "the cause");
    }

    #[test]
    fn nobody_connects_for_nothing() {
        let opened = AtomicUsize::new(0);
        let open = || {
            opened.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        each(8, Vec::<u8>::new(), open, |(), _| Ok(())).unwrap();
        assert_eq!(opened.into_inner(), 0);
    }
}
