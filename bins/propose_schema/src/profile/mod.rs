//! What a table of the old database holds, column by column, before anybody writes a mapping.

mod column;
mod counter;
mod distinct;
mod shape;
mod show;
mod table;
mod takers;

use std::sync::{Mutex, PoisonError};

use common::identifier::{QualifiedName, quote};
use common::{Error, Pool, Result};
use migrate_data::catalog::Relation;
use migrate_data::{progress, throttle};
use rows::{Snapshot, workers};

pub use column::ColumnProfile;
pub use show::{print, share};
pub use table::TableProfile;
pub use takers::Takers;

/// Heap pages that a worker reads at a time: 16 MiB.
const PAGES: i64 = 2048;

/// Reads every row once, in one snapshot, by COPY. Memory grows with the number of columns, not
/// with rows: what cannot be counted exactly within bounds is estimated, and says so.
///
/// # Errors
/// There is no such table, or it may not be read.
pub fn profile(pool: &Pool, table: &QualifiedName, worker_count: usize) -> Result<TableProfile> {
    let relation = Relation::find(&mut pool.session()?, table)?;
    let Some(relation) = relation else {
        return Err(Error::usage(format!("{table} does not exist in the old database")));
    };
    let sql = relation.name.sql();
    let locked: Vec<&str> = if relation.is_table { vec![&sql] } else { Vec::new() };
    let (snapshot, mut coordinator) = Snapshot::take(pool, "", &locked)?;
    let (pages, estimate) = coordinator
        .query_one(include_str!("pages.sql"), &[&sql])
        .map(|row| (row.get::<_, i64>(0), row.get::<_, f64>(1)))?;
    let list: Vec<_> =
        relation.columns.iter().map(|column| format!("{}::text", quote(&column.name))).collect();
    let takers = Takers::default();
    let new_columns = || -> Vec<ColumnProfile> {
        let columns = relation.columns.iter();
        columns.map(|column| ColumnProfile::new(column, relation.columns.len())).collect()
    };
    let total = Mutex::new((0, new_columns()));
    let ranges = ranges(pages);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rows of a table, not below 0"
    )]
    let bar = progress::bar(estimate.max(0.0) as u64, &table.to_string());
    workers::share(worker_count, &ranges, |ranges| {
        let mut stream = snapshot.stream()?;
        let mut columns = new_columns();
        let mut read = 0;
        for range in ranges {
            let before = read;
            let copy = format!(
                "COPY (SELECT {} FROM {sql} AS s WHERE {range}) TO STDOUT (FORMAT binary)",
                list.join(", ")
            );
            stream.rows(&copy, |row| {
                throttle::pace();
                read += 1;
                for (index, column) in columns.iter_mut().enumerate() {
                    column.add(row.get(index), &takers);
                }
                Ok(())
            })?;
            bar.inc(read - before);
        }
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        total.0 += read;
        for (sum, mut own) in total.1.iter_mut().zip(columns) {
            own.settle(&takers);
            sum.merge(own);
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    let (rows, columns) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    let rows = i64::try_from(rows).expect("rows of a table");
    Ok(TableProfile { table: table.clone(), rows, columns })
}

/// Conditions that together hold every row; the last range is open, as the size was read a moment
/// before the snapshot.
fn ranges(pages: i64) -> Vec<String> {
    let count = (pages / PAGES).max(0);
    if count < 2 {
        return vec!["true".to_owned()];
    }
    let low = |part: i64| format!("s.ctid >= '({},0)'::tid", part * PAGES);
    let range = |part| format!("{} AND s.ctid < '({},0)'::tid", low(part), (part + 1) * PAGES);
    (0..count - 1).map(range).chain([low(count - 1)]).collect()
}
