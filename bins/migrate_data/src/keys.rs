//! Source keys, fingerprints of values, and who survives among rows that are one.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;

use xxhash_rust::xxh3::xxh3_128;

use crate::mapping::Keep;
use crate::value::Value;

/// What names a source row. Integers in their order, text by its bytes, as the ranges are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Integer(i64),
    Text(Box<str>),
}

impl Key {
    pub fn new(text: &str, is_integer: bool) -> Key {
        match text.parse() {
            Ok(number) if is_integer => Key::Integer(number),
            _ => Key::Text(text.into()),
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
pub type Fingerprint = u128;

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
    xxh3_128(buffer)
}

/// A hash of a source key that adds up: the sum over rows does not depend on their order.
pub fn key_hash(key: &str) -> u128 {
    xxh3_128(key.as_bytes())
}

/// What `order_by` compares. Missing values lose to all others.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderKey {
    Missing,
    Integer(i64),
    Float(f64),
    Text(Box<str>),
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
            Value::Text(text) => OrderKey::Text(text.as_ref().into()),
            Value::Uuid(_) => OrderKey::Text(value.to_string().into()),
        }
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
    /// The survivor's number.
    Number,
    Value(Box<Value<'static>>),
    Nothing,
}

/// The row that stands for all rows with its fingerprint.
#[derive(Clone, Debug)]
pub struct Survivor {
    pub key: Key,
    /// From 1, in the order of the keys; 0 where no surrogate key needs it.
    pub number: u32,
    pub taken: Taken,
}

impl Survivor {
    pub fn taken(&self) -> Value<'static> {
        match &self.taken {
            Taken::Key => match &self.key {
                Key::Integer(number) => Value::Integer(*number),
                Key::Text(text) => Value::Text(text.to_string().into()),
            },
            Taken::Number => Value::Integer(i64::from(self.number)),
            Taken::Value(value) => (**value).clone(),
            Taken::Nothing => Value::Null,
        }
    }
}

/// Survivors of one target by fingerprint.
pub type Survivors = HashMap<Fingerprint, Survivor, BuildHasherDefault<Halved>>;

/// A fingerprint is a good hash already.
#[derive(Default)]
pub struct Halved(u64);

impl Hasher for Halved {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_128(bytes) as u64;
    }

    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }
}

const SHARDS: usize = 64;

/// Candidates of one target, gathered by several workers at once. The outcome does not depend on
/// the order in which rows are offered.
pub struct Contest {
    keep: Keep,
    shards: Vec<Mutex<HashMap<Fingerprint, Candidate, BuildHasherDefault<Halved>>>>,
}

impl Contest {
    pub fn new(keep: Keep) -> Contest {
        Contest { keep, shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    pub fn offer(&self, fingerprint: Fingerprint, candidate: Candidate) {
        let shard = (fingerprint >> 64) as usize % SHARDS;
        let mut shard = self.shards[shard].lock().expect("no worker panics while it holds a shard");
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
    pub fn finish(self, numbered: bool) -> Survivors {
        let mut survivors = Survivors::default();
        for shard in self.shards {
            let shard = shard.into_inner().expect("no worker panics while it holds a shard");
            survivors.reserve(shard.len());
            survivors.extend(shard.into_iter().map(|(fingerprint, candidate)| {
                let Candidate { key, taken, .. } = candidate;
                (fingerprint, Survivor { key, number: 0, taken })
            }));
        }
        if numbered {
            let mut in_order: Vec<&mut Survivor> = survivors.values_mut().collect();
            in_order.sort_by(|one, other| one.key.cmp(&other.key));
            for (number, survivor) in (1..).zip(in_order) {
                survivor.number = number;
            }
        }
        survivors
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
            rows in proptest::collection::vec((0_u128..5, any::<i8>()), 1..40),
            seed in any::<u64>(),
        ) {
            let outcome = |order: Vec<usize>| {
                let contest = Contest::new(Keep::Latest);
                for index in order {
                    let (fingerprint, value) = rows[index];
                    let candidate = Candidate {
                        key: Key::Integer(i64::try_from(index).expect("small")),
                        order: OrderKey::Integer(i64::from(value)),
                        taken: Taken::Key,
                    };
                    contest.offer(fingerprint << 64 | fingerprint, candidate);
                }
                let mut survivors: Vec<_> = contest
                    .finish(true)
                    .into_iter()
                    .map(|(fingerprint, survivor)| (fingerprint, survivor.key, survivor.number))
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
