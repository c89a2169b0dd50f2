//! One range of one table, from the source to the mirror.

use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use catalog::{Id, Kind};
use common::copy_stream::CopyStream;
use common::{Database, Error, Result, Session};
use db_backup::{copy_text, tally::Tally};

use super::Content;
use crate::sides::State;

/// Blocks of 8 kB in one piece: few enough that no worker is the last one for long.
const PIECE: i64 = 2048;

/// What is handed over at once: the driver's channel holds one message.
const SLICE: usize = 128 * 1024;

/// A table of the source and its place, as SQL.
#[derive(Clone, Debug)]
pub struct Table {
    pub path: Vec<String>,
    pub source: String,
    pub target: String,
    source_columns: String,
    target_columns: String,
    /// 0 where it can only be read whole.
    pub blocks: i64,
}

/// Some blocks of a table.
pub struct Piece {
    table: Table,
    predicate: String,
}

impl Table {
    pub fn new(path: &[String], place: &Id, blocks: i64, state: &State) -> Table {
        // Generated columns are made anew.
        let columns: Vec<(&Id, &Id)> = state
            .wanted
            .places
            .iter()
            .filter(|(id, _)| id.kind == Kind::Column && id.path[..2] == *path)
            .filter(|(_, place)| {
                !state.wanted.catalog.get(place).is_some_and(|column| column.is("generated"))
            })
            .collect();
        let list =
            |ids: Vec<&Id>| ids.iter().map(|id| id.name_sql()).collect::<Vec<_>>().join(", ");
        Table {
            path: place.path.clone(),
            source: Id { kind: Kind::Table, path: path.to_vec() }.sql(),
            target: place.sql(),
            source_columns: list(columns.iter().map(|(id, _)| *id).collect()),
            target_columns: list(columns.iter().map(|(_, place)| *place).collect()),
            blocks,
        }
    }

    /// Ranges of blocks that hold every row; the last one is open.
    pub fn pieces(&self) -> Vec<Piece> {
        let count = (self.blocks / PIECE).max(1);
        let bound = |number: i64| self.blocks * number / count;
        let piece = |number: i64| {
            let low = format!("ctid >= '({},0)'", bound(number));
            let predicate = match number {
                _ if count == 1 => "true".to_owned(),
                last if last + 1 == count => low,
                _ => format!("{low} AND ctid < '({},0)'", bound(number + 1)),
            };
            Piece { table: self.clone(), predicate }
        };
        (0..count).map(piece).collect()
    }
}

impl Piece {
    fn sql(&self, table: &str, columns: &str) -> String {
        format!("COPY (SELECT {columns} FROM ONLY {table} WHERE {}) TO STDOUT", self.predicate)
    }
}

/// Copies a piece; what it held. One thread reads while the other writes.
///
/// # Errors
/// Either side failed; nothing of the piece stays.
pub fn through(source: &mut CopyStream, target: &mut Session, piece: &Piece) -> Result<Content> {
    let table = &piece.table;
    let sql = format!("COPY {} ({}) FROM STDIN", table.target, table.target_columns);
    source.batch(copy_text::SETTINGS)?;
    // Lost with the server's crash, the load is begun anew in any case.
    target.batch("SET synchronous_commit = off")?;
    let mut writer = target.copy_in(&sql)?;
    let (blocks, handed_over) = sync_channel(4);
    thread::scope(|threads| {
        let reading = threads.spawn(move || read(source, piece, &blocks));
        let written = handed_over.iter().try_for_each(|block| writer.write_all(&block));
        // Whoever reads notices that nobody writes any more.
        drop(handed_over);
        let tally = reading.join().expect("reading does not panic");
        written?;
        let tally = tally?;
        writer.finish()?;
        Ok((tally.rows, tally.hash()))
    })
}

fn read(source: &mut CopyStream, piece: &Piece, blocks: &SyncSender<Vec<u8>>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut block: Vec<u8> = Vec::with_capacity(SLICE);
    let mut hand_over = |block: &mut Vec<u8>| -> Result<()> {
        tally.update(block);
        blocks
            .send(std::mem::replace(block, Vec::with_capacity(SLICE)))
            .map_err(|closed| Error::new(format!("the rows cannot be written: {closed}")))
    };
    let table = &piece.table;
    source.copy_out(&piece.sql(&table.source, &table.source_columns), |row| {
        block.extend_from_slice(row);
        if block.len() >= SLICE { hand_over(&mut block) } else { Ok(()) }
    })?;
    hand_over(&mut block)?;
    Ok(tally)
}

/// What a piece of the mirror holds.
///
/// # Errors
/// It cannot be read.
pub fn back(target: &Database, piece: &Piece) -> Result<Content> {
    let mut stream = CopyStream::open(target)?;
    stream.batch(copy_text::SETTINGS)?;
    let mut tally = Tally::default();
    let table = &piece.table;
    stream.copy_out(&piece.sql(&table.target, &table.target_columns), |row| {
        tally.update(row);
        Ok(())
    })?;
    Ok((tally.rows, tally.hash()))
}
