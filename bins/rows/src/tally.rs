//! Rows, bytes and content hash of COPY text, counted while it streams.

use memchr::memchr;
use xxhash_rust::xxh3::Xxh3;

use crate::RowsHash;

/// What a stream of COPY text holds. COPY text has exactly one newline per row, at its end:
/// those inside of values are written `\n`.
#[derive(Default)]
pub struct Tally {
    pub rows: u64,
    /// Newlines included.
    pub bytes: u64,
    hash: RowsHash,
    /// A row that began in an earlier block.
    open: Option<Box<Xxh3>>,
}

impl Tally {
    pub fn update(&mut self, mut block: &[u8]) {
        self.bytes += block.len() as u64;
        while let Some(end) = memchr(b'\n', block) {
            let line = match self.open.take() {
                None => RowsHash::of(&block[..end]),
                Some(mut open) => {
                    open.update(&block[..end]);
                    RowsHash(open.digest128())
                }
            };
            self.hash += line;
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

    pub fn hash(&self) -> RowsHash {
        self.hash
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
