//! Hashes of rows that add up.

use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;
use std::str::FromStr;

use xxhash_rust::xxh3::xxh3_128;

/// A multiset of rows: the sum of their hashes, so that their order, and the chunks they came
/// in, do not matter, while a row that is doubled does. In text it is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowsHash(pub u128);

impl RowsHash {
    /// That of one row, or of what names it.
    pub fn of(row: &[u8]) -> RowsHash {
        RowsHash(xxh3_128(row))
    }

    #[must_use]
    pub fn and(self, other: RowsHash) -> RowsHash {
        RowsHash(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for RowsHash {
    fn add_assign(&mut self, other: RowsHash) {
        *self = self.and(other);
    }
}

impl Sum for RowsHash {
    fn sum<I: Iterator<Item = RowsHash>>(hashes: I) -> RowsHash {
        hashes.fold(RowsHash::default(), RowsHash::and)
    }
}

impl fmt::Display for RowsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for RowsHash {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<RowsHash, Self::Err> {
        u128::from_str_radix(text, 16).map(RowsHash)
    }
}

impl serde::Serialize for RowsHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for RowsHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<RowsHash, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::RowsHash;

    #[test]
    fn its_text_is_read_as_what_was_written_and_order_does_not_count() {
        let (one, other) = (RowsHash::of(b"one"), RowsHash::of(b"other"));
        assert_eq!(one.and(other), [other, one].into_iter().sum());
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(RowsHash(10).to_string(), "0000000000000000000000000000000a");
        assert_ne!(one.and(one), one);
    }
}
