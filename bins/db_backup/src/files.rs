//! All files of a backup at once: workers take pieces from one queue, largest tables first.

use std::collections::HashSet;
use std::fs::File;
use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use common::{Context, Error, Result};
use db_backup::filter;
use db_backup::gzip::Gzip;
use db_backup::manifest::{self, Chunk};
use rows::CopyStream;
use rows::workers::{self, Items};

use crate::batch;
use crate::plan::{Of, Piece, Plan};
use crate::snapshot::{self, Snapshot};
use crate::source::Selection;
use crate::stream::{self, Form};

/// How often the connection that holds the snapshot is looked at; firewalls forget idle ones.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// A chunk and the piece it came from.
pub type Written = (usize, Chunk);

/// Writes and syncs every piece.
///
/// # Errors
/// The first failure; the other workers stop at their next block.
pub fn copy(
    snapshot: &mut Snapshot,
    plan: &Plan,
    form: &Form,
    files: &mut Vec<manifest::File>,
) -> Result<Vec<Written>> {
    let workers = Mutex::new(std::mem::take(&mut snapshot.workers));
    let (selection, locked_ahead) = (&snapshot.selection, snapshot.locked_ahead);
    let count = lock(&workers).len();
    let (sender, receiver) = mpsc::channel();
    let mut written = Vec::with_capacity(plan.pieces.len());
    let mut failure = None;
    let copied = thread::scope(|scope| {
        let work = move |pieces: &mut Items<(usize, &Piece)>| -> Result<()> {
            let Some(mut session) = lock(&workers).pop() else { return Ok(()) };
            filter::survive_broken_pipes();
            batch::schedule();
            let mut locked = HashSet::new();
            let mut gzip = Gzip::new(form.level);
            for (number, piece) in pieces {
                if !locked_ahead {
                    lock_late(&mut session, piece, selection, &mut locked)?;
                }
                let file = write(&mut session, &mut gzip, piece, selection, form)?;
                if sender.send((number, file)).is_err() {
                    break;
                }
            }
            Ok(())
        };
        let pieces = plan.pieces.iter().enumerate();
        let copying = scope.spawn(move || workers::share_until(form.stop, count, pieces, work));
        loop {
            let outcome = match receiver.recv_timeout(HEARTBEAT) {
                Ok((piece, (chunk, stored, file))) => {
                    file.sync_all().map_err(Error::from).map(|()| {
                        files.push(stored);
                        written.push((piece, chunk));
                    })
                }
                Err(RecvTimeoutError::Timeout) => snapshot.coordinator.batch("SELECT 1"),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Err(error) = outcome {
                form.stop.set();
                failure.get_or_insert(error);
            }
        }
        copying.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked))
    });
    // What stopped the workers says more than they do about it.
    match failure {
        Some(error) => Err(error),
        None => copied.map(|()| written),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The coordinator holds the table since before the snapshot; whoever waits to change it stands
/// between, so that waiting here would be for ever.
fn lock_late(
    session: &mut CopyStream,
    piece: &Piece,
    selection: &Selection,
    locked: &mut HashSet<usize>,
) -> Result<()> {
    let Of::Table(index) = piece.of else { return Ok(()) };
    if locked.insert(index) {
        snapshot::lock(&selection.relations[index..=index], false, |sql| session.batch(sql))?;
    }
    Ok(())
}

fn write(
    session: &mut CopyStream,
    gzip: &mut Gzip,
    piece: &Piece,
    selection: &Selection,
    form: &Form,
) -> Result<(Chunk, manifest::File, File)> {
    let (oid, label) = match piece.of {
        Of::Table(index) => {
            let relation = &selection.relations[index];
            (relation.heap.then_some(relation.oid), relation.label())
        }
        Of::LargeObjectMetadata | Of::LargeObjectContent => (None, "the large objects".to_owned()),
    };
    stream::write(session, gzip, piece, oid, form)
        .context(|| format!("{label} could not be copied"))
}
