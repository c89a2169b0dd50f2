//! Who survives among rows that are one.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use common::Result;
use rows::workers;

use crate::keys::{Fingerprint, Key, OrderKey, fingerprint_of};
use crate::mapping::Keep;
use crate::value::Value;

/// A row that may survive.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub fingerprint: Fingerprint,
    pub key: Key,
    pub order: OrderKey,
    /// For [`Takes::Value`].
    pub value: Option<Box<Value<'static>>>,
}

/// What lookups take of a target's survivors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The source key itself.
    Key,
    /// The survivor's number, from 1, in the order of the keys.
    Number,
    Value,
    Nothing,
}

/// The row that stands for all rows with its fingerprint.
#[derive(Clone, Copy, Debug)]
pub struct Survivor<'s> {
    pub key: &'s Key,
    part: &'s Part,
    slot: usize,
}

impl Survivor<'_> {
    pub fn taken(&self) -> Value<'static> {
        match (&self.part.taken, self.key) {
            (Taken::Keys, Key::Integer(number)) => Value::Integer(*number),
            (Taken::Keys, Key::Text(text)) => Value::Text(text.to_string().into()),
            (Taken::Numbers(numbers), _) => Value::Integer(i64::from(numbers[self.slot])),
            (Taken::Values(values), _) => {
                values[self.slot].as_ref().map_or(Value::Null, |value| (**value).clone())
            }
            (Taken::Nothing, _) => Value::Null,
        }
    }

    /// Its number, where a surrogate key needs one.
    pub fn number(&self) -> u32 {
        match &self.part.taken {
            Taken::Numbers(numbers) => numbers[self.slot],
            _ => 0,
        }
    }
}

/// Survivors of one target by fingerprint.
///
/// Open addressing with a slot of half a cache line: a lookup among millions waits for memory
/// once, and for nothing else.
#[derive(Debug)]
pub struct Survivors(Vec<Part>);

/// Survivors by target number; `None` for targets without `unique` and those not yet surveyed.
pub type Lookups = Vec<Option<Survivors>>;

#[derive(Debug, Default)]
struct Part {
    slots: Vec<Slot>,
    taken: Taken,
}

#[derive(Clone, Debug, Default)]
#[repr(align(32))]
struct Slot {
    fingerprint: Fingerprint,
    /// `None` where the slot is empty.
    key: Option<Key>,
}

/// What is taken, slot by slot.
#[derive(Debug, Default)]
enum Taken {
    Keys,
    Numbers(Vec<u32>),
    Values(Vec<Option<Box<Value<'static>>>>),
    #[default]
    Nothing,
}

const PARTS: usize = 64;

fn part_of(fingerprint: &Fingerprint) -> usize {
    (fingerprint[1] % PARTS as u64) as usize
}

impl Survivors {
    pub fn get(&self, fingerprint: &Fingerprint) -> Option<Survivor<'_>> {
        let part = &self.0[part_of(fingerprint)];
        let mut slot = part.home(fingerprint)?;
        loop {
            let found = &part.slots[slot];
            let key = found.key.as_ref()?;
            if found.fingerprint == *fingerprint {
                return Some(Survivor { key, part, slot });
            }
            slot = part.after(slot);
        }
    }

    /// Reads the place where a fingerprint would be, for nothing but to have it near when
    /// [`Survivors::get`] asks for it.
    pub fn touch(&self, fingerprint: &Fingerprint) -> u64 {
        let part = &self.0[part_of(fingerprint)];
        part.home(fingerprint).map_or(0, |slot| part.slots[slot].fingerprint[0])
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Fingerprint, Survivor<'_>)> {
        self.0.iter().flat_map(|part| {
            part.slots.iter().enumerate().filter_map(move |(slot, found)| {
                let key = found.key.as_ref()?;
                Some((&found.fingerprint, Survivor { key, part, slot }))
            })
        })
    }

    /// Changes with any survivor, whatever their order.
    pub fn digest(&self) -> u64 {
        let mut bytes = Vec::new();
        let of = |(fingerprint, survivor): (&Fingerprint, Survivor)| {
            bytes.clear();
            bytes.extend(fingerprint.iter().flat_map(|half| half.to_be_bytes()));
            match survivor.key {
                Key::Integer(number) => bytes.extend_from_slice(&number.to_be_bytes()),
                Key::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            }
            fingerprint_of(&bytes)[0]
        };
        self.iter().map(of).fold(0, u64::wrapping_add)
    }
}

impl Part {
    fn of(candidates: Vec<Candidate>, takes: Takes) -> Part {
        // A quarter stays empty, which keeps the ways short.
        let length = candidates.len() + candidates.len() / 3 + 1;
        let taken = match takes {
            Takes::Key => Taken::Keys,
            Takes::Number => Taken::Numbers(vec![0; length]),
            Takes::Value => Taken::Values(vec![None; length]),
            Takes::Nothing => Taken::Nothing,
        };
        let mut part = Part { slots: vec![Slot::default(); length], taken };
        for candidate in candidates {
            let mut slot = part.home(&candidate.fingerprint).unwrap_or_default();
            while part.slots[slot].key.is_some() {
                slot = part.after(slot);
            }
            let Candidate { fingerprint, key, value, .. } = candidate;
            part.slots[slot] = Slot { fingerprint, key: Some(key) };
            if let Taken::Values(values) = &mut part.taken {
                values[slot] = value;
            }
        }
        part
    }

    /// Where a fingerprint is, unless others were there before it; `None` in an empty part.
    fn home(&self, fingerprint: &Fingerprint) -> Option<usize> {
        let slot = (u128::from(fingerprint[0]) * self.slots.len() as u128) >> 64;
        (!self.slots.is_empty()).then_some(slot as usize)
    }

    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }
}

/// Candidates of one target, gathered by several workers at once. The outcome does not depend on
/// the order in which rows are offered.
pub struct Contest {
    keep: Keep,
    takes: Takes,
    parts: Vec<Mutex<Gathered>>,
}

/// Candidates of one part, with some that have lost already.
#[derive(Default)]
struct Gathered {
    candidates: Vec<Candidate>,
    /// How many are gathered before the losers among them are dropped.
    limit: usize,
}

/// What a worker gathers before it hands it over.
const HANDFUL: usize = 128;

impl Contest {
    pub fn new(keep: Keep, takes: Takes) -> Contest {
        Contest { keep, takes, parts: (0..PARTS).map(|_| Mutex::default()).collect() }
    }

    /// A worker's own side of the contest. Rows are only appended, which no map could do without
    /// waiting for memory at each.
    pub fn entrance(&self) -> Entrance<'_> {
        let parts = (0..PARTS).map(|_| Vec::with_capacity(HANDFUL)).collect();
        Entrance { contest: self, parts }
    }

    fn gather(&self, index: usize, handful: &mut Vec<Candidate>) {
        let mut gathered = self.parts[index].lock().unwrap_or_else(PoisonError::into_inner);
        let Gathered { candidates, limit } = &mut *gathered;
        if candidates.len() + handful.len() > (*limit).max(4096) {
            self.drop_losers(candidates);
            *limit = 2 * candidates.len();
        }
        if candidates.capacity() - candidates.len() < handful.len() {
            // Doubling would leave a third of the memory unused.
            candidates.reserve_exact(handful.len() + candidates.len() / 4);
        }
        candidates.append(handful);
    }

    fn drop_losers(&self, candidates: &mut Vec<Candidate>) {
        candidates.sort_unstable_by(|one, other| {
            one.fingerprint.cmp(&other.fingerprint).then_with(|| self.rank(one, other))
        });
        candidates.dedup_by(|later, first| later.fingerprint == first.fingerprint);
    }

    /// The better one first.
    fn rank(&self, one: &Candidate, other: &Candidate) -> Ordering {
        let order = match self.keep {
            Keep::First => one.order.compare(&other.order),
            Keep::Latest => other.order.compare(&one.order),
        };
        order.then_with(|| one.key.cmp(&other.key))
    }

    /// The survivors, numbered in the order of their keys where a surrogate key needs it.
    ///
    /// # Errors
    /// None of its own.
    pub fn finish(self, worker_count: usize) -> Result<Survivors> {
        let parts: Vec<Mutex<Part>> = (0..PARTS).map(|_| Mutex::default()).collect();
        // Part by part, so that candidates and survivors are never all there at once.
        workers::share(worker_count, &self.parts, |all| {
            for gathered in all {
                let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
                let mut candidates = std::mem::take(&mut gathered.candidates);
                self.drop_losers(&mut candidates);
                if let Some(first) = candidates.first() {
                    let index = part_of(&first.fingerprint);
                    let part = Part::of(candidates, self.takes);
                    *parts[index].lock().unwrap_or_else(PoisonError::into_inner) = part;
                }
            }
            Ok(())
        })?;
        let parts =
            parts.into_iter().map(|part| part.into_inner().unwrap_or_else(PoisonError::into_inner));
        let mut survivors = Survivors(parts.collect());
        if self.takes == Takes::Number {
            survivors.number(&HashMap::new());
        }
        Ok(survivors)
    }
}

impl Survivors {
    /// Numbers them where a surrogate key needs it: whoever has a number keeps it, the others go on
    /// from the greatest in the order of their keys.
    pub fn number(&mut self, known: &HashMap<Fingerprint, u32>) {
        let mut unknown: Vec<(&Key, &mut u32)> = Vec::new();
        for Part { slots, taken } in &mut self.0 {
            let Taken::Numbers(numbers) = taken else { continue };
            for (slot, number) in slots.iter().zip(numbers) {
                let Some(key) = &slot.key else { continue };
                match known.get(&slot.fingerprint) {
                    Some(known) => *number = *known,
                    None => unknown.push((key, number)),
                }
            }
        }
        unknown.sort_unstable_by(|one, other| one.0.cmp(other.0));
        let greatest = known.values().max().copied().unwrap_or(0);
        for (number, (_, place)) in (greatest + 1..).zip(unknown) {
            *place = number;
        }
    }

    /// Whether they have numbers.
    pub fn is_numbered(&self) -> bool {
        self.0.iter().any(|part| matches!(part.taken, Taken::Numbers(_)))
    }
}

/// Hands over what is left when it goes.
pub struct Entrance<'c> {
    contest: &'c Contest,
    parts: Vec<Vec<Candidate>>,
}

impl Entrance<'_> {
    pub fn takes(&self) -> Takes {
        self.contest.takes
    }

    pub fn offer(&mut self, candidate: Candidate) {
        let index = part_of(&candidate.fingerprint);
        let handful = &mut self.parts[index];
        handful.push(candidate);
        if handful.len() == HANDFUL {
            self.contest.gather(index, handful);
        }
    }
}

impl Drop for Entrance<'_> {
    fn drop(&mut self) {
        for (index, handful) in self.parts.iter_mut().enumerate() {
            self.contest.gather(index, handful);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Candidate, Contest, Takes};
    use crate::keys::{Key, OrderKey};
    use crate::mapping::Keep;

    proptest! {
        /// Whoever offers first, the same row survives.
        #[test]
        fn survivors_do_not_depend_on_the_order_of_offers(
            rows in proptest::collection::vec((0_u64..5, any::<i8>()), 1..40),
            seed in any::<u64>(),
        ) {
            let outcome = |order: Vec<usize>| {
                let contest = Contest::new(Keep::Latest, Takes::Number);
                let mut entrance = contest.entrance();
                for index in order {
                    let (group, value) = rows[index];
                    entrance.offer(Candidate {
                        fingerprint: [group; 2],
                        key: Key::Integer(i64::try_from(index).expect("small")),
                        order: OrderKey::Integer(i64::from(value)),
                        value: None,
                    });
                }
                drop(entrance);
                let survivors = contest.finish(2).expect("no worker fails");
                let mut survivors: Vec<_> = (0..5)
                    .filter_map(|group| survivors.get(&[group; 2]).map(|row| (group, row.key.clone(), row.number())))
                    .collect();
                survivors.sort();
                survivors
            };
            let forward: Vec<usize> = (0..rows.len()).collect();
            let mut shuffled = forward.clone();
            for index in (1..shuffled.len()).rev() {
                shuffled.swap(index, usize::try_from(seed.rotate_left(u32::try_from(index).expect("small")) % (index as u64 + 1)).expect("small"));
            }
            prop_assert_eq!(outcome(forward), outcome(shuffled));
        }
    }

    /// Many rows of few groups are not all kept until the end.
    #[test]
    fn losers_are_dropped_on_the_way() {
        let contest = Contest::new(Keep::First, Takes::Key);
        let mut entrance = contest.entrance();
        for number in (0..100_000).rev() {
            entrance.offer(Candidate {
                fingerprint: [number % 10, 0],
                key: Key::Integer(i64::try_from(number).expect("small")),
                order: OrderKey::Missing,
                value: None,
            });
        }
        drop(entrance);
        assert!(
            contest.parts.iter().all(|part| part.lock().expect("free").candidates.len() < 5_000)
        );
        let survivors = contest.finish(1).expect("no worker fails");
        assert_eq!(survivors.get(&[7, 0]).expect("a survivor").key, &Key::Integer(7));
        assert_eq!(survivors.iter().count(), 10);
        assert!(survivors.get(&[10, 0]).is_none());
    }
}
