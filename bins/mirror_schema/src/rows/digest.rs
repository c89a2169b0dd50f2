//! What a table holds, bucket by bucket, as its server counts it: no row travels.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;
use std::sync::Mutex;

use common::{Database, Error, Result, Session, progress};
use db_backup::copy_text;
use migrate_data::snapshot::Snapshot;
use rows::{CopyStream, workers};

use super::buckets::{Compared, Side};

/// Some rows, whatever their order: their number, and the sums of two hashes of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    pub rows: i64,
    sums: [i128; 2],
}

impl AddAssign for Digest {
    fn add_assign(&mut self, other: Digest) {
        self.rows += other.rows;
        self.sums[0] += other.sums[0];
        self.sums[1] += other.sums[1];
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows with hash {:x}:{:x}", self.rows, self.sums[0], self.sums[1])
    }
}

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
        let mut fields = line.trim_end().split('\t').map(str::parse::<i128>);
        let mut field = || fields.next().and_then(std::result::Result::ok);
        let (Some(bucket), Some(rows), Some(one), Some(other)) =
            (field(), field(), field(), field())
        else {
            return Err(Error::new(format!("a digest is not four numbers: {line}")));
        };
        let number = |value: i128| i64::try_from(value).expect("the server counts with 64 bits");
        *self.0.entry(number(bucket)).or_default() +=
            Digest { rows: number(rows), sums: [one, other] };
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
        for stream in [&mut *streams.0, &mut streams.1] {
            stream.batch(copy_text::SETTINGS)?;
            stream.batch(SETTINGS)?;
        }
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
    let sum = |index: usize| row.get::<_, String>(index).parse().unwrap_or_default();
    Ok(Digest { rows: row.get(0), sums: [sum(1), sum(2)] })
}
