//! COPY out of the source into the target, and back for the check.

use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use common::{Error, Result, Session};
use rows::{CopyStream, RowsHash, Tally};

/// What is handed over at once: the driver's channel holds one message.
const SLICE: usize = 128 * 1024;

/// Rows and their hash, independent of their order.
pub type Content = (u64, RowsHash);

/// Copies what a `COPY … TO STDOUT` gives into a `COPY … FROM STDIN`; what it held. One thread
/// reads while the other writes.
///
/// # Errors
/// Either side failed; nothing of it stays.
pub fn through(
    source: &mut CopyStream,
    out: &str,
    to: &mut Session,
    into: &str,
) -> Result<Content> {
    let mut writer = to.copy_in(into)?;
    let (blocks, handed_over) = sync_channel(4);
    thread::scope(|threads| {
        let reading = threads.spawn(move || read(source, out, &blocks));
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

fn read(source: &mut CopyStream, out: &str, blocks: &SyncSender<Vec<u8>>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut block: Vec<u8> = Vec::with_capacity(SLICE);
    let mut hand_over = |block: &mut Vec<u8>| -> Result<()> {
        tally.update(block);
        blocks
            .send(std::mem::replace(block, Vec::with_capacity(SLICE)))
            .map_err(|closed| Error::new(format!("the rows cannot be written: {closed}")))
    };
    source.copy_out(out, |row| {
        block.extend_from_slice(row);
        if block.len() >= SLICE { hand_over(&mut block) } else { Ok(()) }
    })?;
    hand_over(&mut block)?;
    Ok(tally)
}

/// What a `COPY … TO STDOUT` gives.
///
/// # Errors
/// It cannot be read.
pub fn content(stream: &mut CopyStream, out: &str) -> Result<Content> {
    let mut tally = Tally::default();
    stream.copy_out(out, |row| {
        tally.update(row);
        Ok(())
    })?;
    Ok((tally.rows, tally.hash()))
}
