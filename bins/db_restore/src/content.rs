//! The check of the rows: what the server has stored is what was sent and what the manifest says.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::sync::Mutex;

use common::progress::{self, count, grouped};
use common::{Error, Result, Session};
use db_backup::manifest::Table;
use rows::{RowsHash, Tally, copy_text, workers};

use crate::pieces::{self, Piece};
use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::{extension_config, journal, session, statistics};
use rows::server_hash::Sum;

/// Proves every restored table by the plan's workers, and has some analyzed by the way.
///
/// What was sent had the manifest's content hash, and was summed up by a hash that the server, too,
/// can compute of its stored rows. Where that was not done, or another sum comes out, the rows are
/// read back and hashed as db_backup did, which decides.
///
/// # Errors
/// A table is not what the manifest says.
pub fn check(plan: &Plan, scratch: &Scratch, analyzed: &[String]) -> Result<()> {
    let mut session = session::open(&scratch.database)?;
    let pieces = pieces::of_tables(&mut session, plan)?;
    let sent = sent(plan, &journal::sent(&mut session)?);
    let hashes = pieces::hashes(&mut session, plan)?;
    let can_be_summed =
        |piece: &Piece| sent[piece.table].is_some() && hashes[piece.table].is_some();
    let (summed, mut unproved): (Vec<_>, Vec<_>) = pieces.into_iter().partition(can_be_summed);

    let open = || {
        let mut session = session::open(&scratch.database)?;
        session.batch("SET jit = off; SET max_parallel_workers_per_gather = 0")?;
        Ok(session)
    };
    let bar = progress::bar(plan.rows(), "check of the rows");
    let stored = Mutex::new(vec![Sum::default(); plan.tables.len()]);
    // An ANALYZE is long: first, so that none is left over.
    let work = analyzed.iter().map(Work::Analyze).chain(summed.iter().map(Work::Sum));
    workers::each(plan.jobs, work, open, |session: &mut Session, work| {
        let piece = match work {
            Work::Analyze(table) => return statistics::analyze(session, table),
            Work::Sum(piece) => piece,
        };
        let hash = hashes[piece.table].as_deref().expect("only such pieces are summed");
        let row = session.query_one(&piece.sum(plan, hash), &[])?;
        let sum = Sum::from_text(row.get(0), [row.get(1)])?;
        let mut stored = stored.lock().expect("no holder panics");
        stored[piece.table] = stored[piece.table].and(sum);
        bar.inc(sum.rows.unsigned_abs());
        Ok(())
    })?;
    bar.finish_and_clear();

    let stored = stored.into_inner().expect("no holder panics");
    let is_proved = |piece: &Piece| sent[piece.table] == Some(stored[piece.table]);
    unproved.extend(summed.into_iter().filter(|piece| !is_proved(piece)));
    read_back(plan, scratch, unproved)
}

/// What a worker does next.
enum Work<'a> {
    Analyze(&'a String),
    Sum(&'a Piece),
}

/// What was sent of each table; `None` where that was not summed up, or is not all of it.
fn sent(plan: &Plan, chunks: &HashMap<String, Sum>) -> Vec<Option<Sum>> {
    let of = |table: &&Table| {
        let sums = table.chunks.iter().map(|chunk| chunks.get(&chunk.file).copied());
        let sum = sums.collect::<Option<Vec<_>>>()?.into_iter().fold(Sum::default(), Sum::and);
        (sum.rows.unsigned_abs() == table.rows).then_some(sum)
    };
    plan.tables.iter().map(of).collect()
}

/// Compares what COPY gives of the tables with the manifest.
fn read_back(plan: &Plan, scratch: &Scratch, pieces: Vec<Piece>) -> Result<()> {
    let tables: HashSet<usize> = pieces.iter().map(|piece| piece.table).collect();
    let sums = Mutex::new(vec![(0, RowsHash::default()); plan.tables.len()]);
    let open = || session::open(&scratch.database);
    workers::each(plan.jobs, pieces, open, |session, piece| {
        let tally = tally(session, &piece.copy_out(plan))?;
        let mut sums = sums.lock().expect("no holder panics");
        let (rows, hash) = &mut sums[piece.table];
        *rows += tally.rows;
        *hash = hash.and(tally.hash());
        Ok(())
    })?;
    let sums = sums.into_inner().expect("no holder panics");
    tables.into_iter().try_for_each(|position| {
        let (rows, hash) = sums[position];
        compare(plan.tables[position], rows, hash).map_err(|error| {
            error.hint(format!(
                "Somebody or something has changed rows in `{}`. `{}` drops it; the same command then starts over.",
                scratch.name(),
                plan.discard
            ))
        })
    })
}

/// The same on one session, inside of its transaction.
pub fn check_here(session: &mut Session, plan: &Plan) -> Result<()> {
    plan.tables.iter().try_for_each(|table| check_table(session, plan, table))
}

pub fn check_table(session: &mut Session, plan: &Plan, table: &Table) -> Result<()> {
    let condition = extension_config::condition(session, table)?;
    let (schema, name) = (&table.schema, &table.name);
    let sql =
        copy_text::copy_out(schema, name, &table.columns, condition.as_deref(), plan.encoding());
    let tally = tally(session, &sql)?;
    compare(table, tally.rows, tally.hash())
}

fn compare(table: &Table, rows: u64, hash: RowsHash) -> Result<()> {
    let name = format!("{}.{}", table.schema, table.name);
    if rows != table.rows {
        return Err(Error::new(format!(
            "the restored {name} holds {}, but the backup holds {}",
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
