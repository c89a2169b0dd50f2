//! What a table holds, bucket by bucket, as its server counts it: no row travels.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use common::{Database, Error, Result, Session, progress};
use rows::server_hash::Sum;
use rows::{CopyStream, Snapshot, copy_text, workers};

use super::buckets::{Compared, Side};

/// Some rows, whatever their order: their number, and the sums of two hashes of each.
pub type Digest = Sum<2>;

/// By the number of the bucket.
#[derive(Clone, Debug, Default)]
pub struct Digests(BTreeMap<i64, Digest>);

impl Digests {
    pub fn total(&self) -> Digest {
        let mut total = Digest::default();
        self.0.values().for_each(|digest| total += *digest);
        total
    }

    /// What some buckets hold together.
    pub fn of(&self, buckets: &[i64]) -> Digest {
        let mut sum = Digest::default();
        buckets.iter().filter_map(|number| self.0.get(number)).for_each(|digest| sum += *digest);
        sum
    }

    /// The buckets that are not the same in both, in order.
    pub fn different(&self, other: &Digests) -> Vec<i64> {
        let buckets: BTreeSet<&i64> = self.0.keys().chain(other.0.keys()).collect();
        buckets.into_iter().filter(|n| self.0.get(n) != other.0.get(n)).copied().collect()
    }

    fn add(&mut self, line: &str) -> Result<()> {
        let fields: Vec<&str> = line.trim_end().split('\t').collect();
        let number = |text: &str| {
            let wrong = |error| Error::new(format!("a digest holds {text}: {error}"));
            text.parse::<i64>().map_err(wrong)
        };
        let [bucket, rows, one, other] = fields[..] else {
            return Err(Error::new(format!("a digest is not four numbers: {line}")));
        };
        *self.0.entry(number(bucket)?).or_default() += Sum::from_text(number(rows)?, [one, other])?;
        Ok(())
    }
}

/// The same text of the same values on both sides, and groups by hash: the planner takes every
/// row for a group of its own, and would sort them all.
const SETTINGS: &str =
    "SET enable_sort = off; SET jit = off; SET max_parallel_workers_per_gather = 0";

/// What the tables hold in the source's snapshot and in the target, both at once.
///
/// # Errors
/// A table cannot be read.
pub fn both(
    tables: &[Compared],
    snapshot: &Snapshot,
    target: &Database,
    target_blocks: &[i64],
    jobs: usize,
) -> Result<Vec<(Digests, Digests)>> {
    let mut pieces: Vec<(usize, Side, String, i64)> = Vec::new();
    for (index, compared) in tables.iter().enumerate() {
        let mut there = compared.table.clone();
        there.blocks = target_blocks[index];
        for (side, table) in [(Side::Source, &compared.table), (Side::Target, &there)] {
            let cut = table.pieces().into_iter();
            pieces.extend(cut.map(|piece| (index, side, piece, table.blocks)));
        }
    }
    // Those of the largest tables first.
    pieces.sort_by_key(|(.., blocks)| Reverse(*blocks));
    let bar = progress::bar(pieces.len() as u64, "compare");
    let found = Mutex::new(vec![(Digests::default(), Digests::default()); tables.len()]);
    let open = || {
        let mut streams = (snapshot.stream()?, CopyStream::open(target)?);
        streams.1.batch(copy_text::SETTINGS)?;
        streams.0.batch(SETTINGS)?;
        streams.1.batch(SETTINGS)?;
        Ok(streams)
    };
    workers::each(jobs, pieces, open, |streams, (index, side, piece, _)| {
        let stream = match side {
            Side::Source => &mut *streams.0,
            Side::Target => &mut streams.1,
        };
        let mut lines = Vec::new();
        stream.copy_out(&sql(&tables[index], side, &piece), |line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            Ok(())
        })?;
        let digests = &mut found.lock().expect("no worker panics")[index];
        let digests = match side {
            Side::Source => &mut digests.0,
            Side::Target => &mut digests.1,
        };
        bar.inc(1);
        lines.iter().try_for_each(|line| digests.add(line))
    })?;
    bar.finish_and_clear();
    Ok(found.into_inner().expect("no worker panics"))
}

/// The row is made once for both of its hashes: OFFSET keeps the two apart.
fn sql(compared: &Compared, side: Side, piece: &str) -> String {
    format!(
        "COPY (SELECT bucket, count(*), sum(hash_record_extended(r, 0)), sum(hash_record_extended(r, 1)) \
         FROM (SELECT {} AS bucket, {} AS r FROM ONLY {} WHERE {piece} OFFSET 0) AS rows GROUP BY bucket) TO STDOUT",
        compared.bucket(side),
        compared.row(side),
        compared.name(side)
    )
}

/// What some buckets of a table of the mirror hold, as this session sees it.
pub fn of_mirror(target: &mut Session, compared: &Compared, buckets: &[i64]) -> Result<Digest> {
    let row = target.query_one(
        &format!(
            "SELECT count(*), coalesce(sum(hash_record_extended(r, 0)), 0)::text, coalesce(sum(hash_record_extended(r, 1)), 0)::text \
             FROM (SELECT {} AS r FROM ONLY {} WHERE {} OFFSET 0) AS rows",
            compared.row(Side::Target),
            compared.name(Side::Target),
            compared.within(buckets, Side::Target)
        ),
        &[],
    )?;
    Sum::from_text(row.get(0), [row.get(1), row.get(2)])
}
