//! One file: COPY out of the server, count, compress, store.

use std::fs::File;
use std::path::Path;

use common::progress::grouped;
use common::{Context, Error, Result};
use db_backup::gzip::Gzip;
use db_backup::manifest::{self, Chunk};
use db_backup::sink::Sink;
use indicatif::ProgressBar;
use rows::workers::Stop;
use rows::{CopyStream, Tally};

use crate::plan::Piece;

/// Rows are gathered to this many bytes before they are counted and compressed.
const BLOCK: usize = 128 * 1024;

/// How files are written, the same for all of them.
pub struct Form<'a> {
    pub folder: &'a Path,
    pub level: u32,
    pub filter: Option<&'a str>,
    /// Set where another worker failed: then nobody needs to go on.
    pub stop: &'a Stop,
    pub bar: &'a ProgressBar,
}

/// Writes the rows of a piece by a worker's session and compressor. The file is still to be synced.
///
/// `oid` is the table's, where the piece is one's: the server counts for itself the rows it read
/// in this transaction, and a stream that holds another number is an error.
///
/// # Errors
/// The server, the disk or the filter failed.
pub fn write(
    session: &mut CopyStream,
    gzip: &mut Gzip,
    piece: &Piece,
    oid: Option<u32>,
    form: &Form,
) -> Result<(Chunk, manifest::File, File)> {
    let before = oid.map(|oid| rows_read(session, oid)).transpose()?;
    let sink = Sink::create(form.folder, &piece.file, form.filter)?;
    let mut gzip = gzip.member(sink);
    let mut tally = Tally::default();
    let mut shown = 0;
    let mut store = |rows: &[u8]| -> Result<()> {
        tally.update(rows);
        gzip.write(rows)?;
        let step = (rows.len() as u64).min(piece.estimate - shown);
        form.bar.inc(step);
        shown += step;
        if form.stop.is_set() {
            return Err(Error::new("stopped, since another worker failed"));
        }
        Ok(())
    };
    let mut block = Vec::with_capacity(2 * BLOCK);
    session.copy_out(&piece.sql, |row| {
        if block.len() + row.len() > 2 * BLOCK || row.len() > BLOCK {
            store(&block)?;
            block.clear();
        }
        // A long row is held once, by the driver.
        if row.len() > BLOCK {
            return store(row);
        }
        block.extend_from_slice(row);
        Ok(())
    })?;
    store(&block)?;
    form.bar.inc(piece.estimate - shown);
    if let (Some(before), Some(oid)) = (before, oid) {
        check_count(&tally, before, rows_read(session, oid)?, piece)?;
    }
    let (stored, file) = gzip.finish()?.finish()?;
    let chunk = Chunk {
        file: piece.file.clone(),
        rows: tally.rows,
        bytes: tally.bytes,
        sha256: stored.sha256.clone(),
        hash: tally.hash(),
        predicate: piece.predicate.clone(),
    };
    Ok((chunk, stored, file))
}

/// Rows that scans of the table returned in this transaction; `None` where the server does not
/// count (`track_counts = off`).
fn rows_read(session: &mut CopyStream, oid: u32) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT CASE WHEN pg_catalog.current_setting('track_counts')::boolean \
         THEN pg_catalog.pg_stat_get_xact_tuples_returned({oid}) END"
    );
    let counted =
        session.value(&sql).context(|| "the server ended the COPY with an error".to_owned())?;
    Ok(counted.and_then(|count| count.parse().ok()))
}

fn check_count(
    tally: &Tally,
    before: Option<i64>,
    after: Option<i64>,
    piece: &Piece,
) -> Result<()> {
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
    let (read, written) = (after - before, tally.rows.cast_signed());
    // An extension's condition leaves rows out.
    let right = if piece.predicate.as_ref().is_some_and(|text| !text.starts_with("WHERE ctid")) {
        written <= read
    } else {
        written == read
    };
    if right && !tally.is_cut() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{}: the server read {} rows and {} arrived",
        piece.file,
        grouped(read),
        grouped(written)
    )))
}
