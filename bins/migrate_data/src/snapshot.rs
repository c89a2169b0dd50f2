//! Reading the old database: many connections, one moment.

use std::thread;
use std::time::{Duration, Instant};

use common::identifier::literal;
use common::{Error, Pool, Result, Session};
use postgres::error::SqlState;
use rows::copy::{Row, RowBatch};
use rows::{CopyStream, Snapshot};

use crate::plan::{Key, Plan, Source};
use crate::throttle;

/// Rows whose key is at least `low` and below `high`; `None` is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: Option<String>,
    pub high: Option<String>,
}

/// How long a snapshot is taken again and again because somebody wants to lock a table as a whole.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries: whoever waits gets the table then.
const PAUSE: Duration = Duration::from_millis(50);

/// Locks every source and takes the snapshot; both last as long as the session that is handed
/// back. So many readers lock the sources at once.
///
/// # Errors
/// A source may not be read.
pub fn of_sources(pool: &Pool, plan: &Plan, readers: usize) -> Result<(Snapshot, Session)> {
    let tables: Vec<_> = plan.sources.iter().filter_map(|source| source.table.as_deref()).collect();
    let queries =
        plan.sources.iter().map(|source| (source.label.as_str(), source.from_clause.as_str()));
    let start = Instant::now();
    loop {
        let (snapshot, session) = Snapshot::take(pool, "", &tables)?;
        match snapshot.open_ahead(readers, queries.clone()) {
            Ok(()) => return Ok((snapshot, session)),
            // Somebody came in between. Without our locks they are not in the way any more.
            Err(error) if error.is(&SqlState::LOCK_NOT_AVAILABLE) && start.elapsed() < PATIENCE => {
                drop((snapshot, session));
                thread::sleep(PAUSE);
            }
            Err(error) if error.is(&SqlState::LOCK_NOT_AVAILABLE) => return Err(locked(error)),
            Err(error) => return Err(error),
        }
    }
}

fn locked(error: Error) -> Error {
    error.hint(
        "Somebody is waiting to lock the whole table, for example for VACUUM FULL or ALTER TABLE. Run the same command again: it goes on where this one stopped.",
    )
}

/// Hands the rows of a range to `take`, key first.
pub fn for_each_row(
    stream: &mut CopyStream,
    source: &Source,
    range: &Range,
    mut take: impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let read = stream.rows(&source.copy_sql(&range.predicate(source)), |row| {
        throttle::pace();
        take(row)
    });
    read.map_err(|error| match error.is(&SqlState::LOCK_NOT_AVAILABLE) {
        true => locked(error.context(format!("{} cannot be read", source.label))),
        false => error,
    })
}

/// Rows and bytes in a batch: enough that memory answers most of its lookups at once, few enough to
/// stay in the processor's cache meanwhile.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 256 * 1024;

/// As [`for_each_row`], batch by batch.
pub fn for_each_batch(
    stream: &mut CopyStream,
    source: &Source,
    range: &Range,
    mut take: impl FnMut(&RowBatch) -> Result<()>,
) -> Result<()> {
    let mut batch = RowBatch::default();
    for_each_row(stream, source, range, |row| {
        batch.push(row);
        if batch.len() == BATCH_ROWS || batch.byte_len() >= BATCH_BYTES {
            take(&batch)?;
            batch.clear();
        }
        Ok(())
    })?;
    take(&batch)
}

/// Rows of a source at the snapshot's moment.
///
/// # Errors
/// The key is missing in a row or names two: then rows could not be accounted for.
pub fn count(session: &mut Session, source: &Source) -> Result<i64> {
    let key = &source.key.sql;
    if source.key.is_unique {
        let row =
            session.query_one(&format!("SELECT count(*) FROM {}", source.from_clause), &[])?;
        return Ok(row.get(0));
    }
    let sql =
        format!("SELECT count(*), count({key}), count(DISTINCT {key}) FROM {}", source.from_clause);
    let row = session.query_one(&sql, &[])?;
    let (all, named, distinct): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    if named == all && distinct == named {
        return Ok(all);
    }
    let problem = if named < all {
        format!("{} of {all} rows have none", all - named)
    } else {
        format!("{all} rows have only {distinct} different ones")
    };
    Err(Error::usage(format!(
        "`{}` is not a key of {}: {problem}",
        source.key.column, source.label
    ))
    .hint(
        "`key` names the column that tells every source row from all others. Nothing was loaded.",
    ))
}

/// Rows in one chunk: enough to amortise a transaction, few enough to be redone without regret.
const CHUNK_ROWS: i64 = 25_000;

/// Rows of about 16 MiB, since a worker holds what it makes of one chunk in memory.
pub fn chunk_rows(session: &mut Session, source: &Source, rows: i64) -> Result<i64> {
    let Some(table) = &source.table else {
        return Ok(CHUNK_ROWS);
    };
    let row = session.query_one("SELECT pg_table_size(to_regclass($1))", &[table])?;
    let bytes: i64 = row.get(0);
    let row_bytes = (bytes / rows.max(1)).max(1);
    Ok((16 * 1024 * 1024 / row_bytes).clamp(1, CHUNK_ROWS))
}

/// Ranges of about `size` rows that together hold every row; the first and the last are open, so
/// that no row falls outside.
pub fn ranges(session: &mut Session, source: &Source, rows: i64, size: i64) -> Result<Vec<Range>> {
    split(session, source, Range { low: None, high: None }, rows, size)
}

/// The same within one range.
pub fn split(
    session: &mut Session,
    source: &Source,
    range: Range,
    rows: i64,
    size: i64,
) -> Result<Vec<Range>> {
    let bounds =
        if rows <= size { Vec::new() } else { bounds(session, source, &range, rows, size)? };
    let mut ranges = Vec::with_capacity(bounds.len() + 1);
    let Range { mut low, high } = range;
    for bound in bounds {
        ranges.push(Range { low, high: Some(bound.clone()) });
        low = Some(bound);
    }
    ranges.push(Range { low, high });
    Ok(ranges)
}

fn bounds(
    session: &mut Session,
    source: &Source,
    range: &Range,
    rows: i64,
    size: i64,
) -> Result<Vec<String>> {
    let within = format!("{} WHERE {}", source.from_clause, range.predicate(source));
    let key = &source.key.sql;
    if source.key.is_integer {
        let sql = format!("SELECT min({key})::bigint, max({key})::bigint FROM {within}");
        let row = session.query_one(&sql, &[])?;
        let (least, greatest): (i64, i64) = (row.get(0), row.get(1));
        let span = i128::from(greatest) - i128::from(least) + 1;
        // Few gaps: equal steps are chunks of about equal size, without sorting anything.
        if span <= 4 * i128::from(rows) {
            let steps = (rows / size).max(1);
            let bound = |step: i64| i128::from(least) + span * i128::from(step) / i128::from(steps);
            return Ok((1..steps).map(|step| bound(step).to_string()).collect());
        }
    }
    let sql = format!(
        "SELECT n.key::text FROM (SELECT {key} AS key, row_number() OVER (ORDER BY {}) AS number FROM {within}) AS n \
         WHERE n.number % $1 = 0 ORDER BY n.number",
        source.key.order()
    );
    let rows = session.query(&sql, &[&size])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

impl Range {
    /// SQL that is true for the range's rows.
    pub fn predicate(&self, source: &Source) -> String {
        self.of(&source.key, |part| source.key.parts[part].sql.clone())
    }

    /// The same where the key's parts are these expressions.
    pub fn of(&self, key: &Key, part: impl Fn(usize) -> String) -> String {
        let row = |parts: Vec<String>| match parts.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(", ")),
        };
        let ordered = key.parts.iter().enumerate().map(|(index, of)| of.ordered(&part(index)));
        let ordered = row(ordered.collect());
        let bound = |text: &String| {
            let values = if key.parts.len() == 1 {
                vec![text.clone()]
            } else {
                serde_json::from_str(text).unwrap_or_default()
            };
            let values = values.iter().zip(&key.parts);
            row(values.map(|(value, of)| format!("{}::{}", literal(value), of.type_name)).collect())
        };
        let low = self.low.as_ref().map(|low| format!("{ordered} >= {}", bound(low)));
        let high = self.high.as_ref().map(|high| format!("{ordered} < {}", bound(high)));
        let parts: Vec<_> = low.into_iter().chain(high).collect();
        if parts.is_empty() { "true".to_owned() } else { parts.join(" AND ") }
    }
}
