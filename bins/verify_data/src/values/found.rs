//! What the new tables hold.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::copy_stream::CopyStream;
use common::identifier::list;
use common::{Pool, Result};
use migrate_data::workers;

use super::canonical::Row;
use super::{BUCKETS, Bucket, Buckets, Shape};

/// The buckets of every target, a table per worker.
pub fn buckets(new: &Pool, shapes: &[Shape], worker_count: usize) -> Result<Vec<Buckets>> {
    let all = Mutex::new(vec![Buckets::new(); shapes.len()]);
    let next = AtomicUsize::new(0);
    workers::run(worker_count.min(shapes.len()), |_| {
        let mut stream = CopyStream::open(new.database())?;
        let mut buffer = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(shape) = shapes.get(index) else { break };
            let mut own = vec![Bucket::default(); BUCKETS];
            read(&mut stream, shape, |row| row.add(shape, &mut own, &mut buffer))?;
            all.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[index] = own;
        }
        Ok(())
    })?;
    Ok(all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// Visits every row of a table.
pub fn read(stream: &mut CopyStream, shape: &Shape, mut visit: impl FnMut(&Row)) -> Result<()> {
    let columns =
        list(shape.columns.iter().map(|&column| shape.target.columns[column].name.as_str()));
    let sql =
        format!("COPY (SELECT {columns} FROM {}) TO STDOUT (FORMAT binary)", shape.target.sql);
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
