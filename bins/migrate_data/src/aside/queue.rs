//! Work for several hands, of which no two may hold the same table: two ADD FOREIGN KEY that
//! share a table would wait for each other, and two that share both might wait for ever.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Away;
use rows::workers::Stop;

pub struct Queue<'a> {
    state: Mutex<State<'a>>,
    changed: Condvar,
    length: usize,
}

struct State<'a> {
    waiting: Vec<&'a Away>,
    /// Tables in somebody's hands.
    busy: Vec<u32>,
}

impl<'a> Queue<'a> {
    pub fn new(waiting: Vec<&'a Away>) -> Queue<'a> {
        let length = waiting.len();
        Queue {
            state: Mutex::new(State { waiting, busy: Vec::new() }),
            changed: Condvar::new(),
            length,
        }
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// The next piece whose tables are free, once there is one; `None` when all are taken or
    /// another worker failed.
    pub fn next(&self, stop: &Stop) -> Option<&'a Away> {
        let mut state = self.lock();
        loop {
            if stop.is_set() || state.waiting.is_empty() {
                return None;
            }
            let State { waiting, busy } = &*state;
            let free = waiting
                .iter()
                .position(|away| away.locks.iter().all(|table| !busy.contains(table)));
            match free {
                Some(index) => {
                    let away = state.waiting.remove(index);
                    state.busy.extend(&away.locks);
                    return Some(away);
                }
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Gives a piece's tables back, whether it succeeded or not.
    pub fn done(&self, away: &Away) {
        self.lock().busy.retain(|table| !away.locks.contains(table));
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::{Away, Queue};
    use rows::workers::Stop;

    #[test]
    fn a_table_is_in_one_hand_at_a_time() {
        let away = |position, locks: &[u32]| Away {
            run: 1,
            position,
            kind: Kind::Key,
            table: String::new(),
            name: String::new(),
            definition: String::new(),
            validation: None,
            object: String::new(),
            comment: None,
            locks: locks.to_vec(),
        };
        let (first, second, third) = (away(1, &[1, 2]), away(2, &[2, 3]), away(3, &[3, 4]));
        let queue = Queue::new(vec![&first, &second, &third]);
        let stop = Stop::default();
        let next = || queue.next(&stop).map(|away| away.position);
        assert_eq!(next(), Some(1));
        assert_eq!(next(), Some(3));
        queue.done(&first);
        queue.done(&third);
        assert_eq!(next(), Some(2));
        assert_eq!(next(), None);
    }
}
