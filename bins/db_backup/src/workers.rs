//! All files of a backup at once: workers take pieces from one queue, largest tables first.

use std::collections::HashSet;
use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use common::{Context, Result};
use db_backup::filter;
use db_backup::gzip::Gzip;
use db_backup::manifest::{self, Chunk};
use rows::CopyStream;

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
    let workers = std::mem::take(&mut snapshot.workers);
    let (selection, locked_ahead) = (&snapshot.selection, snapshot.locked_ahead);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut written = Vec::with_capacity(plan.pieces.len());
    let mut failure = None;
    std::thread::scope(|scope| {
        for mut session in workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                filter::survive_broken_pipes();
                batch::schedule();
                let mut locked = HashSet::new();
                let mut gzip = Gzip::new(form.level);
                while let Some(piece) = take(plan, next, form) {
                    let work = (|| {
                        if !locked_ahead {
                            lock(&mut session, &plan.pieces[piece], selection, &mut locked)?;
                        }
                        write(&mut session, &mut gzip, &plan.pieces[piece], selection, form)
                    })();
                    let failed = work.is_err();
                    if sender.send((piece, work)).is_err() || failed {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            let outcome = match receiver.recv_timeout(HEARTBEAT) {
                Ok((piece, work)) => work.and_then(|(chunk, stored, file)| {
                    file.sync_all()?;
                    files.push(stored);
                    written.push((piece, chunk));
                    Ok(())
                }),
                Err(RecvTimeoutError::Timeout) => snapshot.coordinator.batch("SELECT 1"),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Err(error) = outcome {
                form.stop.store(true, Ordering::Relaxed);
                failure.get_or_insert(error);
            }
        }
    });
    match failure {
        Some(error) => Err(error),
        None => Ok(written),
    }
}

fn take(plan: &Plan, next: &AtomicUsize, form: &Form) -> Option<usize> {
    let piece = next.fetch_add(1, Ordering::Relaxed);
    (piece < plan.pieces.len() && !form.stop.load(Ordering::Relaxed)).then_some(piece)
}

/// The coordinator holds the table since before the snapshot; whoever waits to change it stands
/// between, so that waiting here would be for ever.
fn lock(
    session: &mut CopyStream,
    piece: &Piece,
    selection: &Selection,
    locked: &mut HashSet<usize>,
) -> Result<()> {
    let Of::Table(index) = piece.of else { return Ok(()) };
    if locked.insert(index) {
        snapshot::lock(&selection.relations[index..=index], " NOWAIT", |sql| session.batch(sql))?;
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
