//! What tables hold.

use std::sync::Mutex;

use common::identifier::list;
use common::{Database, Result};
use rows::{CopyStream, workers};

use super::canonical::Row;
use super::{BUCKETS, Bucket, Buckets, Shape};

/// A table, quoted, that has the columns of a shape.
pub struct Table<'a, 'p> {
    pub sql: String,
    pub shape: &'a Shape<'p>,
}

/// The buckets of every table, one table per worker at a time.
pub fn buckets(database: &Database, tables: &[Table], worker_count: usize) -> Result<Vec<Buckets>> {
    let all = Mutex::new(vec![Buckets::new(); tables.len()]);
    workers::share(worker_count, tables.iter().enumerate(), |tables| {
        let mut stream = CopyStream::open(database)?;
        let mut buffer = Vec::new();
        for (index, Table { sql, shape }) in tables {
            let mut own = vec![Bucket::default(); BUCKETS];
            read(&mut stream, sql, shape, |row| row.add(shape, &mut own, &mut buffer))?;
            all.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[index] = own;
        }
        Ok(())
    })?;
    Ok(all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Visits every row of a table.
pub fn read(
    stream: &mut CopyStream,
    table: &str,
    shape: &Shape,
    mut visit: impl FnMut(&Row),
) -> Result<()> {
    let columns =
        list(shape.columns.iter().map(|&column| shape.target.columns[column].name.as_str()));
    let sql = format!("COPY (SELECT {columns} FROM {table}) TO STDOUT (FORMAT binary)");
    let mut canonical = Row::default();
    stream.rows(&sql, |row| {
        canonical.clear();
        for (index, &column) in shape.columns.iter().enumerate() {
            canonical.push_found(row.get(index), &shape.target.columns[column].kind);
        }
        visit(&canonical);
        Ok(())
    })
}
