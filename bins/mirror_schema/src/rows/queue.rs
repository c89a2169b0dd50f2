//! Pieces of work, done by several hands at once.

use std::sync::Mutex;

use common::{Result, progress};
use migrate_data::workers;

/// Does every piece, from the last one on; each worker has what `open` made, for itself.
///
/// # Errors
/// The first that a worker met; the others stop after the piece that they are at.
pub fn each<P: Send, S>(
    pieces: Vec<P>,
    jobs: usize,
    label: &str,
    open: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, &P) -> Result<()> + Sync,
) -> Result<()> {
    let bar = progress::bar(pieces.len() as u64, label);
    let jobs = jobs.min(pieces.len());
    let queue = Mutex::new(pieces);
    workers::run(jobs, |stop| {
        let mut own = open()?;
        while !stop.is_set() {
            let next = queue.lock().expect("no worker panics").pop();
            let Some(piece) = next else { break };
            work(&mut own, &piece)?;
            bar.inc(1);
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(())
}
