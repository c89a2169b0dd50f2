//! Rows, bytes and content hash of COPY text, counted while it streams.

use memchr::memchr;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// What a stream of COPY text holds. COPY text has exactly one newline per row, at its end:
/// those inside of values are written `\n`.
#[derive(Default)]
pub struct Tally {
    pub rows: u64,
    /// Newlines included.
    pub bytes: u64,
    hash: u128,
    /// A row that began in an earlier block.
    open: Option<Box<Xxh3>>,
}

impl Tally {
    pub fn update(&mut self, mut block: &[u8]) {
        self.bytes += block.len() as u64;
        while let Some(end) = memchr(b'\n', block) {
            let line = match self.open.take() {
                None => xxh3_128(&block[..end]),
                Some(mut open) => {
                    open.update(&block[..end]);
                    open.digest128()
                }
            };
            self.hash = self.hash.wrapping_add(line);
            self.rows += 1;
            block = &block[end + 1..];
        }
        if !block.is_empty() {
            self.open.get_or_insert_default().update(block);
        }
    }

    /// Whether the stream ends in the middle of a row.
    pub fn is_cut(&self) -> bool {
        self.open.is_some()
    }

    pub fn hash(&self) -> Hash {
        Hash(self.hash)
    }
}

/// A multiset of rows: the sum of their hashes, so that their order, and the chunks they came
/// in, do not matter, while a row that is doubled does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hash(pub u128);

impl Hash {
    #[must_use]
    pub fn and(self, other: Hash) -> Hash {
        Hash(self.0.wrapping_add(other.0))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl serde::Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Hash).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn of(blocks: &[&[u8]]) -> Tally {
        let mut tally = Tally::default();
        blocks.iter().for_each(|block| tally.update(block));
        tally
    }

    #[test]
    fn neither_order_nor_block_boundaries_matter() {
        let whole = of(&[b"a\tb\n\nlonger row\n"]);
        let cut = of(&[b"longer", b" row", b"\n", b"\na", b"\tb\n"]);
        assert_eq!((whole.rows, whole.bytes), (3, 16));
        assert_eq!((cut.rows, cut.bytes, cut.hash()), (3, 16, whole.hash()));
        assert!(!cut.is_cut());
    }

    #[test]
    fn a_doubled_row_an_empty_row_and_an_open_end_are_seen() {
        assert_ne!(of(&[b"a\n"]).hash(), of(&[b"a\na\n"]).hash());
        assert_ne!(of(&[b"a\n"]).hash(), of(&[b"a\n\n"]).hash());
        assert!(of(&[b"a\nb"]).is_cut());
    }
}
