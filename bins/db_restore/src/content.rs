//! The check of the rows: read back from the restored tables, counted and hashed as db_backup did.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Mutex;

use common::progress::{self, count, grouped};
use common::{Error, Result, Session};
use db_backup::copy_text;
use db_backup::manifest::Table;
use db_backup::tally::{Hash, Tally};

use crate::plan::Plan;
use crate::rows::sql_name;
use crate::scratch::Scratch;
use crate::workers;

/// A part of a table that one worker reads.
struct Piece {
    /// Position among the plan's tables.
    table: usize,
    predicate: Option<String>,
}

/// Bytes of a table, TOAST included, in a piece.
const PIECE: i64 = 16 * 1024 * 1024;

/// Reads every restored table by the plan's workers and compares it with the manifest.
///
/// # Errors
/// A table is not what the manifest says.
pub fn check(plan: &Plan, scratch: &Scratch) -> Result<()> {
    let pieces = pieces(&mut workers::session(&scratch.database)?, plan)?;
    let bar = progress::bar(plan.rows(), "check of the rows");
    let sums = Mutex::new(vec![(0, Hash::default()); plan.tables.len()]);
    let open = || workers::reader(&scratch.database);
    workers::each(plan.jobs, pieces, open, |reader, piece| {
        let table = plan.tables[piece.table];
        let sql = copy_out(table, piece.predicate.as_deref(), plan.encoding());
        let mut tally = Tally::default();
        reader.copy_out(&sql, |row| {
            tally.update(row);
            Ok(())
        })?;
        let mut sums = sums.lock().expect("no holder panics");
        let (rows, hash) = &mut sums[piece.table];
        *rows += tally.rows;
        *hash = hash.and(tally.hash());
        bar.inc(tally.rows);
        Ok(())
    })?;
    bar.finish_and_clear();
    let sums = sums.into_inner().expect("no holder panics");
    plan.tables.iter().zip(sums).try_for_each(|(table, (rows, hash))| compare(table, rows, hash))
}

/// The same on one session, inside of its transaction.
pub fn check_here(session: &mut Session, plan: &Plan) -> Result<()> {
    for table in &plan.tables {
        let sql = copy_out(table, table.condition.as_deref(), plan.encoding());
        let tally = tally(session, &sql)?;
        compare(table, tally.rows, tally.hash())?;
    }
    Ok(())
}

fn compare(table: &Table, rows: u64, hash: Hash) -> Result<()> {
    let name = format!("{}.{}", table.schema, table.name);
    if rows != table.rows {
        return Err(Error::new(format!(
            "the restored {name} holds {}, and the backup {}",
            count(rows.cast_signed(), "row"),
            grouped(table.rows.cast_signed())
        )));
    }
    if hash != table.hash {
        return Err(Error::new(format!("the restored {name} does not hold the backup's rows"))
            .detail(format!("The content hash is {hash}; the manifest says {}.", table.hash)));
    }
    Ok(())
}

fn copy_out(table: &Table, predicate: Option<&str>, encoding: &str) -> String {
    copy_text::copy_out(&table.schema, &table.name, &table.columns, predicate, encoding)
}

/// What a COPY sends.
pub fn tally(session: &mut Session, sql: &str) -> Result<Tally> {
    let mut reader = session.copy_out(sql)?;
    let mut tally = Tally::default();
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            return Ok(tally);
        }
        tally.update(block);
        let length = block.len();
        reader.consume(length);
    }
}

/// Tables in pieces, the largest table first. Ranges of pages are read without the rest of the
/// table since PostgreSQL 14, and in tables of its own access method only.
fn pieces(session: &mut Session, plan: &Plan) -> Result<Vec<Piece>> {
    let names: Vec<String> = plan.tables.iter().map(|table| sql_name(table)).collect();
    let rows = session.query(include_str!("sql/table_sizes.sql"), &[&names])?;
    let sizes: HashMap<i64, (i64, i64)> =
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
    let mut pieces = Vec::new();
    for (position, table) in plan.tables.iter().enumerate() {
        let number = i64::try_from(position).expect("fewer tables than that") + 1;
        let (pages, bytes) = sizes.get(&number).copied().unwrap_or_default();
        let wanted = (bytes / PIECE + 1).min(pages);
        let one = Piece { table: position, predicate: table.condition.clone() };
        if wanted <= 1 || table.condition.is_some() {
            pieces.push((bytes, one));
            continue;
        }
        let step = pages.div_euclid(wanted) + 1;
        let mut from = 0;
        while from < pages {
            let to = from + step;
            // The last one is open, as the size was asked for a moment ago.
            let end = if to < pages { format!(" AND ctid < '({to},0)'") } else { String::new() };
            let predicate = Some(format!("WHERE ctid >= '({from},0)'{end}"));
            pieces.push((bytes, Piece { table: position, predicate }));
            from = to;
        }
    }
    pieces.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    Ok(pieces.into_iter().map(|(_, piece)| piece).collect())
}
