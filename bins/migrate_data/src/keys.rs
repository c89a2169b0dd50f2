//! Source keys, fingerprints of values, and who survives among rows that are one.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;

use xxhash_rust::xxh3::xxh3_128;

use crate::mapping::Keep;
use crate::value::Value;

/// What names a source row. Integers in their order, text by its bytes, as the ranges are read.
///
/// Text is boxed twice, since there is a key in memory per survivor and most are integers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Integer(i64),
    Text(Box<Box<str>>),
}

impl Key {
    pub fn new(text: &str, is_integer: bool) -> Key {
        match text.parse() {
            Ok(number) if is_integer => Key::Integer(number),
            _ => Key::Text(Box::new(text.into())),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Integer(number) => write!(f, "{number}"),
            Key::Text(text) => f.write_str(text),
        }
    }
}

/// 128 bits that stand for values: two that differ share them with a chance of 2⁻¹²⁸ a pair.
///
/// In two halves, as a number of 128 bits would align every entry of a map to 16 bytes.
pub type Fingerprint = [u64; 2];

fn halves(hash: u128) -> Fingerprint {
    [hash as u64, (hash >> 64) as u64]
}

/// The fingerprint of bytes.
pub fn fingerprint_of(bytes: &[u8]) -> Fingerprint {
    halves(xxh3_128(bytes))
}

/// The fingerprint of one value or of several in a row.
pub fn fingerprint<'a>(
    values: impl IntoIterator<Item = &'a Value<'a>>,
    ignore_case: bool,
    buffer: &mut Vec<u8>,
) -> Fingerprint {
    buffer.clear();
    for value in values {
        value.fingerprint(ignore_case, buffer);
    }
    fingerprint_of(buffer)
}

/// A hash of a source key that adds up: the sum over rows does not depend on their order.
pub fn key_hash(key: &str) -> u128 {
    key_hash_of(key.as_bytes())
}

/// The same, of bytes.
pub fn key_hash_of(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

/// What `order_by` compares. Missing values lose to all others.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderKey {
    Missing,
    Integer(i64),
    Float(f64),
    Text(Box<Box<str>>),
}

impl OrderKey {
    pub fn of(value: &Value) -> OrderKey {
        match value {
            Value::Null => OrderKey::Missing,
            Value::Boolean(value) => OrderKey::Integer(i64::from(*value)),
            Value::Integer(value) | Value::Timestamp(value) => OrderKey::Integer(*value),
            Value::Date(days) => OrderKey::Integer(i64::from(*days)),
            Value::Float(value) => OrderKey::Float(*value),
            Value::Number(_) => OrderKey::Float(value.to_string().parse().unwrap_or(f64::NAN)),
            Value::Text(text) => OrderKey::text(text),
            Value::Uuid(_) => OrderKey::text(&value.to_string()),
        }
    }

    pub fn text(text: &str) -> OrderKey {
        OrderKey::Text(Box::new(text.into()))
    }

    fn compare(&self, other: &OrderKey) -> Ordering {
        match (self, other) {
            (OrderKey::Missing, OrderKey::Missing) => Ordering::Equal,
            (OrderKey::Missing, _) => Ordering::Less,
            (_, OrderKey::Missing) => Ordering::Greater,
            (OrderKey::Integer(one), OrderKey::Integer(other)) => one.cmp(other),
            (OrderKey::Float(one), OrderKey::Float(other)) => one.total_cmp(other),
            (OrderKey::Text(one), OrderKey::Text(other)) => one.cmp(other),
            // One column gives one kind of value.
            _ => Ordering::Equal,
        }
    }
}

/// A row that may survive.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub key: Key,
    pub order: OrderKey,
    pub taken: Taken,
}

/// What lookups take of a survivor.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// The source key itself.
    Key,
    /// The survivor's number, from 1, in the order of the keys; 0 until all are known.
    Number(u32),
    Value(Box<Value<'static>>),
    Nothing,
}

/// The row that stands for all rows with its fingerprint.
#[derive(Clone, Debug)]
pub struct Survivor {
    pub key: Key,
    taken: Taken,
}

impl Survivor {
    pub fn taken(&self) -> Value<'static> {
        match &self.taken {
            Taken::Key => match &self.key {
                Key::Integer(number) => Value::Integer(*number),
                Key::Text(text) => Value::Text(text.to_string().into()),
            },
            Taken::Number(number) => Value::Integer(i64::from(*number)),
            Taken::Value(value) => (**value).clone(),
            Taken::Nothing => Value::Null,
        }
    }

    /// Its number, where a surrogate key needs one.
    pub fn number(&self) -> u32 {
        match self.taken {
            Taken::Number(number) => number,
            _ => 0,
        }
    }
}

type Shard<T> = HashMap<Fingerprint, T, BuildHasherDefault<Halved>>;

/// Survivors of one target by fingerprint.
#[derive(Debug)]
pub struct Survivors(Vec<Shard<Survivor>>);

impl Survivors {
    pub fn get(&self, fingerprint: &Fingerprint) -> Option<&Survivor> {
        self.0[shard_of(fingerprint)].get(fingerprint)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Fingerprint, &Survivor)> {
        self.0.iter().flatten()
    }
}

/// A fingerprint is a good hash already: its first half chooses the place in the shard.
#[derive(Default)]
pub struct Halved(u64);

impl Hasher for Halved {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let half = bytes.first_chunk().map_or(0, |half| u64::from_ne_bytes(*half));
        self.0 = half;
    }

    /// The number of halves, which is always two.
    fn write_usize(&mut self, _length: usize) {}
}

const SHARDS: usize = 64;

fn shard_of(fingerprint: &Fingerprint) -> usize {
    (fingerprint[1] % SHARDS as u64) as usize
}

/// Candidates of one target, gathered by several workers at once. The outcome does not depend on
/// the order in which rows are offered.
pub struct Contest {
    keep: Keep,
    shards: Vec<Mutex<Shard<Candidate>>>,
}

impl Contest {
    pub fn new(keep: Keep) -> Contest {
        Contest { keep, shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    pub fn offer(&self, fingerprint: Fingerprint, candidate: Candidate) {
        let mut shard = self.shards[shard_of(&fingerprint)]
            .lock()
            .expect("no worker panics while it holds a shard");
        match shard.entry(fingerprint) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(candidate);
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                if self.beats(&candidate, entry.get()) {
                    entry.insert(candidate);
                }
            }
        }
    }

    fn beats(&self, challenger: &Candidate, holder: &Candidate) -> bool {
        let order = match self.keep {
            Keep::First => holder.order.compare(&challenger.order),
            Keep::Latest => challenger.order.compare(&holder.order),
        };
        order.then_with(|| holder.key.cmp(&challenger.key)) == Ordering::Greater
    }

    /// The survivors, numbered in the order of their keys where a surrogate key needs it.
    pub fn finish(self) -> Survivors {
        // Shard by shard, so that candidates and survivors are never all there at once.
        let finish_shard = |shard: Mutex<Shard<Candidate>>| {
            let shard = shard.into_inner().expect("no worker panics while it holds a shard");
            let mut survivors =
                Shard::with_capacity_and_hasher(shard.len(), BuildHasherDefault::default());
            survivors.extend(shard.into_iter().map(|(fingerprint, candidate)| {
                (fingerprint, Survivor { key: candidate.key, taken: candidate.taken })
            }));
            survivors
        };
        let mut shards: Vec<Shard<Survivor>> = self.shards.into_iter().map(finish_shard).collect();
        let mut in_order: Vec<&mut Survivor> = shards
            .iter_mut()
            .flat_map(HashMap::values_mut)
            .filter(|survivor| matches!(survivor.taken, Taken::Number(_)))
            .collect();
        in_order.sort_by(|one, other| one.key.cmp(&other.key));
        for (number, survivor) in (1..).zip(in_order) {
            survivor.taken = Taken::Number(number);
        }
        Survivors(shards)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Candidate, Contest, Key, OrderKey, Taken};
    use crate::mapping::Keep;

    proptest! {
        /// Whoever offers first, the same row survives.
        #[test]
        fn survivors_do_not_depend_on_the_order_of_offers(
            rows in proptest::collection::vec((0_u64..5, any::<i8>()), 1..40),
            seed in any::<u64>(),
        ) {
            let outcome = |order: Vec<usize>| {
                let contest = Contest::new(Keep::Latest);
                for index in order {
                    let (fingerprint, value) = rows[index];
                    let candidate = Candidate {
                        key: Key::Integer(i64::try_from(index).expect("small")),
                        order: OrderKey::Integer(i64::from(value)),
                        taken: Taken::Number(0),
                    };
                    contest.offer([fingerprint; 2], candidate);
                }
                let survivors = contest.finish();
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
}
