//! Which rows are compared together: a row that changed makes its bucket differ, and only such
//! buckets are fetched.

use common::Result;
use rows::CopyStream;

use super::key::Key;
use super::table::{Column, Table};

/// A table, and how its rows are told apart and put into buckets.
#[derive(Clone, Debug)]
pub struct Compared {
    pub table: Table,
    /// None: a row is told from others by all that it holds, and by how often it is there.
    pub key: Option<Key>,
    buckets: Buckets,
    /// Whether the two databases have different encodings.
    recode: bool,
}

#[derive(Clone, Debug)]
enum Buckets {
    /// The first column of the key is a whole number, of which so many of the last bits do not count.
    Ranges { column: Column, shift: u32 },
    /// The last bits of the hash of the key.
    Hashes { mask: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Source,
    Target,
}

impl Compared {
    /// # Errors
    /// The source cannot be read.
    pub fn new(
        table: Table,
        key: Option<Key>,
        recode: bool,
        source: &mut CopyStream,
    ) -> Result<Compared> {
        /// Blocks of a table to one bucket: what is fetched for a row that changed. Of ranges a
        /// piece of a table holds few; of buckets by hash it holds them all, so those are larger.
        const BLOCKS_OF_RANGE: i64 = 1;
        const BLOCKS_OF_HASH: i64 = 4;
        let count = |blocks: i64| (table.blocks / blocks).clamp(1, 65_536);
        let first = key.as_ref().and_then(|key| key.columns.first());
        let buckets = match first.filter(|column| column.is_integer()) {
            Some(column) => {
                let shift = shift(source, &table, column, count(BLOCKS_OF_RANGE))?;
                Buckets::Ranges { column: column.clone(), shift }
            }
            None => {
                let count = count(BLOCKS_OF_HASH).unsigned_abs().next_power_of_two();
                Buckets::Hashes { mask: count as i64 - 1 }
            }
        };
        Ok(Compared { table, key, buckets, recode })
    }

    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Source => &self.table.source,
            Side::Target => &self.table.target,
        }
    }

    /// All values of a row, as an expression whose hash tells it from every other row.
    pub fn row(&self, side: Side) -> String {
        self.values(&self.table.columns, side)
    }

    fn values(&self, columns: &[Column], side: Side) -> String {
        let value = |column: &Column| column.exact(column.name(side), self.recode);
        format!("ROW({})", columns.iter().map(value).collect::<Vec<_>>().join(", "))
    }

    /// The number of a row's bucket.
    pub fn bucket(&self, side: Side) -> String {
        match &self.buckets {
            Buckets::Ranges { column, shift } => {
                format!("{}::bigint >> {shift}", column.name(side))
            }
            Buckets::Hashes { mask } => {
                let columns = self.key.as_ref().map_or(&self.table.columns, |key| &key.columns);
                format!("hash_record_extended({}, 0) & {mask}", self.values(columns, side))
            }
        }
    }

    /// SQL that is true for the rows of these buckets, which come in order.
    pub fn within(&self, buckets: &[i64], side: Side) -> String {
        /// More ranges than these are looked up bucket by bucket in one pass over the table.
        const FEW: usize = 64;
        if let Buckets::Ranges { column, shift } = &self.buckets {
            let ranges = ranges(buckets, *shift);
            if ranges.len() <= FEW {
                let column = column.name(side);
                let range = |(low, high): &(i64, i64)| {
                    format!("{column} BETWEEN '{low}'::bigint AND '{high}'::bigint")
                };
                let ranges: Vec<String> = ranges.iter().map(range).collect();
                return format!("({})", ranges.join(" OR "));
            }
        }
        let list = buckets.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        format!("({}) = ANY ('{{{list}}}'::bigint[])", self.bucket(side))
    }
}

impl Column {
    pub fn name(&self, side: Side) -> &str {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }
}

/// So many bits that the source's keys fill about `count` buckets.
fn shift(source: &mut CopyStream, table: &Table, column: &Column, count: i64) -> Result<u32> {
    let name = &column.source;
    let sql = format!("SELECT min({name}) || ' ' || max({name}) FROM ONLY {}", table.source);
    let bounds = source.value(&sql)?.unwrap_or_default();
    let bounds = bounds
        .split_once(' ')
        .and_then(|(low, high)| Some((low.parse::<i64>().ok()?, high.parse::<i64>().ok()?)));
    let Some((low, high)) = bounds else { return Ok(0) };
    let fits = |shift: &u32| i128::from(high >> shift) - i128::from(low >> shift) < count.into();
    Ok((0..63).find(fits).unwrap_or(63))
}

/// Neighbours as one range, by the first and the last key.
fn ranges(buckets: &[i64], shift: u32) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for &bucket in buckets {
        let low = bucket << shift;
        let high = low | ((1_i64 << shift) - 1);
        match ranges.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(low) => last.1 = high,
            _ => ranges.push((low, high)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn neighbours_are_one_range() {
        assert_eq!(ranges(&[-1, 0, 2], 4), [(-16, 15), (32, 47)]);
        assert_eq!(ranges(&[-1, 0], 63), [(i64::MIN, i64::MAX)]);
        assert_eq!(ranges(&[5], 0), [(5, 5)]);
        assert_eq!(ranges(&[], 4), []);
    }
}
