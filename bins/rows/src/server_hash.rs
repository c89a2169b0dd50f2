//! A hash of a row's text that the server can compute for itself, so that stored rows are proved
//! where they are, without being sent back.

use std::fmt;
use std::ops::AddAssign;

use common::{Error, Result};
use memchr::{memchr, memchr_iter};

/// Stands for NULL among the values of a row; no text of a person's begins and ends so.
pub const NULL: &str = "\u{1}N\u{1}";

/// Longer rows are not gathered: whether they are stored is seen by reading them back.
const LONGEST: usize = 24 * 1024 * 1024;

/// Rows and the sums of their hashes, of which the server may compute several: a multiset, as its
/// order does not matter, while a row that is doubled does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum<const HASHES: usize = 1> {
    pub rows: i64,
    /// Of each row's hash as PostgreSQL's bigint.
    pub hashes: [i128; HASHES],
}

impl<const HASHES: usize> Sum<HASHES> {
    #[must_use]
    pub fn and(mut self, other: Sum<HASHES>) -> Sum<HASHES> {
        self += other;
        self
    }

    /// As the server tells it.
    ///
    /// # Errors
    /// A sum is not a number.
    pub fn from_text(rows: i64, hashes: [&str; HASHES]) -> Result<Sum<HASHES>> {
        let mut sum = Sum { rows, ..Sum::default() };
        for (number, text) in sum.hashes.iter_mut().zip(hashes) {
            match text.parse() {
                Ok(hash) => *number = hash,
                Err(error) => {
                    return Err(Error::new(format!("{text} is not a sum of hashes: {error}")));
                }
            }
        }
        Ok(sum)
    }
}

impl<const HASHES: usize> Default for Sum<HASHES> {
    fn default() -> Sum<HASHES> {
        Sum { rows: 0, hashes: [0; HASHES] }
    }
}

impl<const HASHES: usize> AddAssign for Sum<HASHES> {
    fn add_assign(&mut self, other: Sum<HASHES>) {
        self.rows += other.rows;
        self.hashes.iter_mut().zip(other.hashes).for_each(|(sum, hash)| *sum += hash);
    }
}

impl<const HASHES: usize> fmt::Display for Sum<HASHES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hashes: Vec<String> = self.hashes.iter().map(|hash| format!("{hash:x}")).collect();
        write!(f, "{} rows with hash {}", self.rows, hashes.join(":"))
    }
}

/// The sum of COPY text that streams by.
#[derive(Default)]
pub struct Summing {
    sum: Sum,
    /// The beginning of a row that goes on in the next block.
    open: Vec<u8>,
    /// The values of a row in which something was escaped.
    values: Vec<u8>,
    has_long: bool,
}

impl Summing {
    pub fn update(&mut self, block: &[u8]) {
        let mut start = 0;
        for end in memchr_iter(b'\n', block) {
            let line = &block[start..end];
            if self.open.is_empty() {
                self.sum += of_row(of_line(line, &mut self.values));
            } else {
                self.open.extend_from_slice(line);
                self.sum += of_row(of_line(&self.open, &mut self.values));
                self.open.clear();
            }
            start = end + 1;
        }
        if self.open.len() + block.len() - start > LONGEST {
            self.has_long = true;
            self.open.clear();
        }
        self.open.extend_from_slice(&block[start..]);
    }

    /// `None` where a row was too long.
    pub fn sum(&self) -> Option<Sum> {
        (!self.has_long).then_some(self.sum)
    }
}

fn of_row(hash: i64) -> Sum {
    Sum { rows: 1, hashes: [i128::from(hash)] }
}

fn of_line(line: &[u8], values: &mut Vec<u8>) -> i64 {
    if memchr(b'\\', line).is_none() {
        return hash(line);
    }
    unescape(line, values);
    hash(values)
}

/// The values of a row of COPY text, joined by tabs, as `concat_ws` makes them of the columns.
fn unescape(line: &[u8], values: &mut Vec<u8>) {
    values.clear();
    for (number, field) in line.split(|byte| *byte == b'\t').enumerate() {
        if number > 0 {
            values.push(b'\t');
        }
        if field == b"\\N" {
            values.extend_from_slice(NULL.as_bytes());
            continue;
        }
        let mut rest = field;
        while let Some(at) = memchr(b'\\', rest) {
            values.extend_from_slice(&rest[..at]);
            // The server writes no other escapes than these, and none at a value's end.
            values.extend(rest.get(at + 1).map(|escaped| match escaped {
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 0x0b,
                other => *other,
            }));
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        values.extend_from_slice(rest);
    }
}

/// PostgreSQL's `hashtextextended(text, 0)` for a collation that tells all texts apart, on a
/// little-endian server. Source: `hash_bytes_extended` in `src/common/hashfn.c`, which is Bob
/// Jenkins' lookup3; it makes the partitions of hash-partitioned tables and so never changes.
fn hash(text: &[u8]) -> i64 {
    let length = u32::try_from(text.len()).expect("PostgreSQL has no text above 1 GB");
    let start = 0x9e37_79b9_u32.wrapping_add(length).wrapping_add(3_923_095);
    let (mut a, mut b, mut c) = (start, start, start);
    let mut blocks = text.chunks_exact(12);
    for block in &mut blocks {
        a = a.wrapping_add(word(&block[..4]));
        b = b.wrapping_add(word(&block[4..8]));
        c = c.wrapping_add(word(&block[8..]));
        (a, b, c) = mix(a, b, c);
    }
    let mut last = [0; 12];
    let rest = blocks.remainder();
    last[..rest.len()].copy_from_slice(rest);
    a = a.wrapping_add(word(&last[..4]));
    b = b.wrapping_add(word(&last[4..8]));
    // The lowest byte of the last word is that of the length.
    c = c.wrapping_add(word(&last[8..]) << 8);
    let (b, c) = last_mix(a, b, c);
    (u64::from(b) << 32 | u64::from(c)).cast_signed()
}

fn word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    (a, b, c)
}

fn last_mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32) {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    c = (c ^ b).wrapping_sub(b.rotate_left(24));
    (b, c)
}

#[cfg(test)]
mod tests {
    use super::{Sum, Summing, hash, unescape};

    /// The numbers are PostgreSQL's own.
    #[test]
    fn it_is_the_servers_hash() {
        let case =
            |text: &str, expected: i64| assert_eq!(hash(text.as_bytes()), expected, "{text}");
        case("", -6_939_563_903_564_495_251);
        case("a", 3_591_986_179_850_072_241);
        case("abcdefghijk", 3_112_909_444_737_856_467);
        case("abcdefghijkl", -7_556_637_188_122_330_412);
        case("abcdefghijklm", 8_871_624_171_452_417_744);
        case(&"x".repeat(100), -6_927_006_773_748_011_226);
        case("ümläut 🦀\u{1}N\u{1}\t", -2_777_610_961_304_861_148);
    }

    #[test]
    fn escapes_are_undone_and_null_is_no_text() {
        let case = |line: &str, expected: &str| {
            let mut values = b"left over".to_vec();
            unescape(line.as_bytes(), &mut values);
            assert_eq!(String::from_utf8(values).unwrap(), expected, "{line}");
        };
        case(r"a\tb\n\r\b\f\v\\", "a\tb\n\r\u{8}\u{c}\u{b}\\");
        case("\\N\t\\\\N", "\u{1}N\u{1}\t\\N");
        case("\\\\x00ff\t\\\\", "\\x00ff\t\\");
    }

    #[test]
    fn neither_order_nor_block_boundaries_matter_but_a_doubled_row_does() {
        let of = |blocks: &[&[u8]]| {
            let mut summing = Summing::default();
            blocks.iter().for_each(|block| summing.update(block));
            summing.sum().unwrap()
        };
        let whole = of(&[b"1\ta\n2\t\\N\n\n"]);
        assert_eq!(of(&[b"2\t\\", b"N", b"\n1\ta\n", b"\n"]), whole);
        assert_eq!(whole.rows, 3);
        assert_eq!(of(&[b"1\ta\n"]).and(of(&[b"\n2\t\\N\n"])), whole);
        assert_ne!(of(&[b"1\ta\n1\ta\n"]), Sum { rows: 2, ..of(&[b"1\ta\n"]) });
    }

    #[test]
    fn a_row_that_is_too_long_leaves_the_sum_open() {
        let mut summing = Summing::default();
        let block = vec![b'x'; 1024 * 1024];
        (0..25).for_each(|_| summing.update(&block));
        summing.update(b"\n1\n");
        assert_eq!(summing.sum(), None);
    }
}
