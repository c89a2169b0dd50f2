//! Tables that are empty in a mirror: filled by several streams in one snapshot, counted, and
//! compared by hash.

use std::cmp::Reverse;
use std::sync::Mutex;
use std::time::Instant;

use common::{Error, Pool, Result, progress, say};
use rows::{CopyStream, RowsHash, Snapshot, copy_text, workers};

use super::aside::Aside;
use super::copy::{self, Content};
use super::table::Table;
use crate::mirror::Mirror;
use crate::sides::{Sides, State};

/// # Errors
/// What arrived is not what was read, or either side failed; the next run begins anew.
pub fn load(sides: &mut Sides, state: &State, tables: &[Table], jobs: usize) -> Result<()> {
    if tables.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let away = Aside::take(&mut sides.to, &state.actual, tables)?;
    let (from, to) = (Pool::open(&sides.source)?, Pool::open(&sides.target)?);
    let sources: Vec<&str> = tables.iter().map(|table| table.source.as_str()).collect();
    let (snapshot, holder) = Snapshot::take(&from, copy_text::SETTINGS, &sources)?;
    let open = || {
        let (source, mut target) = (snapshot.stream()?, to.session()?);
        // Lost with the server's crash, the load is begun anew in any case.
        target.batch("SET synchronous_commit = off")?;
        Ok((source, target))
    };
    let read = all(tables, jobs, "rows", open, |(source, target), table, piece| {
        let columns = table.list(|column| &column.source);
        let out =
            format!("COPY (SELECT {columns} FROM ONLY {} WHERE {piece}) TO STDOUT", table.source);
        copy::through(source, &out, target, &table.copy_in(&table.target))
    })?;
    drop(holder);
    let there: Vec<Table> =
        tables.iter().map(|table| table.sized_by(&mut sides.to)).collect::<Result<_>>()?;
    let open = || {
        let mut stream = CopyStream::open(&sides.target)?;
        stream.batch(copy_text::SETTINGS)?;
        Ok(stream)
    };
    let arrived = all(&there, jobs, "check", open, |stream, table, piece| {
        let columns = table.list(|column| &column.target);
        let out =
            format!("COPY (SELECT {columns} FROM ONLY {} WHERE {piece}) TO STDOUT", table.target);
        copy::content(stream, &out)
    })?;
    for ((table, read), arrived) in tables.iter().zip(&read).zip(&arrived) {
        refuse_different(table, read, arrived)?;
    }
    away.bring_back(&mut sides.to)?;
    for mirror in &sides.mirrors {
        report(mirror, tables, &read, start);
    }
    Ok(())
}

fn report(mirror: &Mirror, tables: &[Table], read: &[Content], start: Instant) {
    let mine = tables.iter().zip(read).filter(|(table, _)| table.is_of(mirror));
    let (mut count, mut rows) = (0, 0);
    mine.for_each(|(_, (held, _))| {
        count += 1;
        rows += i64::try_from(*held).unwrap_or(i64::MAX);
    });
    if count > 0 {
        let (rows, count) = (progress::count(rows, "row"), progress::count(count, "table"));
        let time = progress::seconds(start.elapsed());
        say(format_args!("{}: {rows} in {count}, hashes equal ({time})", mirror.name));
    }
}

/// Does every piece of every table, those of the largest first; what each table held.
fn all<S>(
    tables: &[Table],
    jobs: usize,
    label: &str,
    open: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, &Table, &str) -> Result<Content> + Sync,
) -> Result<Vec<Content>> {
    let mut pieces: Vec<(usize, String)> = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        pieces.extend(table.pieces().into_iter().map(|piece| (index, piece)));
    }
    pieces.sort_by_key(|(index, _)| Reverse(tables[*index].blocks));
    let bar = progress::bar(pieces.len() as u64, label);
    let contents = Mutex::new(vec![(0, RowsHash::default()); tables.len()]);
    workers::each(jobs, pieces, open, |own, (index, piece)| {
        let (rows, hash) = work(own, &tables[index], &piece)?;
        let content = &mut contents.lock().expect("no worker panics")[index];
        *content = (content.0 + rows, content.1.and(hash));
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(contents.into_inner().expect("no worker panics"))
}

fn refuse_different(table: &Table, read: &Content, arrived: &Content) -> Result<()> {
    if read == arrived {
        return Ok(());
    }
    let primary = format!("{} is not what was read from {}", table.target, table.source);
    Err(Error::new(primary)
        .detail(format!(
            "{} rows with hash {} were read, {} with hash {} arrived",
            read.0, read.1, arrived.0, arrived.1
        ))
        .hint("The next run empties it and starts over."))
}
