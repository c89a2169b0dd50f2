//! Source keys, fingerprints of values, and what decides between rows that are one.

use std::cmp::Ordering;

use xxhash_rust::xxh3::xxh3_128;

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

    pub fn compare(&self, other: &OrderKey) -> Ordering {
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
