//! Large objects, with their owners, grants and comments: the schema's archive has none of them.

use std::collections::HashSet;

use common::{Context, Result, Session};
use db_backup::manifest::{Chunk, LargeObjects};
use db_backup::store::Backup;

use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::{journal, rows, workers};

/// Restores those that are not done.
pub fn load(plan: &Plan, scratch: &Scratch, done: &HashSet<String>) -> Result<()> {
    let Some(objects) = plan.large_objects else { return Ok(()) };
    let encoding = &plan.backup.manifest.copy_encoding;
    let open = || workers::session(&scratch.database, encoding);
    let journalled = |session: &mut Session,
                      chunk: &Chunk,
                      work: fn(&mut Session, &Backup, &Chunk) -> Result<()>| {
        session.begin()?;
        work(session, plan.backup, chunk)?;
        journal::record(session, &chunk.file, None)?;
        session.commit()
    };
    if !done.contains(&objects.metadata.file) {
        journalled(&mut open()?, &objects.metadata, create)?;
    }
    let open_chunks = objects.content.iter().filter(|chunk| !done.contains(&chunk.file)).collect();
    workers::each(plan.jobs, open_chunks, open, |session, chunk| journalled(session, chunk, fill))
}

/// The same on one session, inside of its transaction.
pub fn load_here(session: &mut Session, backup: &Backup, objects: &LargeObjects) -> Result<()> {
    create(session, backup, &objects.metadata)?;
    objects.content.iter().try_for_each(|chunk| fill(session, backup, chunk))
}

fn create(session: &mut Session, backup: &Backup, chunk: &Chunk) -> Result<()> {
    let mut made = || -> Result<()> {
        session.batch(
            "CREATE TEMPORARY TABLE large_object
                 (id oid, owner text, grants jsonb, comment text) ON COMMIT DROP",
        )?;
        rows::send(session, backup, "COPY pg_temp.large_object FROM STDIN", chunk)?;
        session.batch(include_str!("sql/create_large_objects.sql"))
    };
    made().context(|| "the large objects cannot be created".to_owned())
}

fn fill(session: &mut Session, backup: &Backup, chunk: &Chunk) -> Result<()> {
    let mut filled = || -> Result<()> {
        session.batch(
            "CREATE TEMPORARY TABLE large_object_part
                 (id oid, start bigint, content bytea) ON COMMIT DROP",
        )?;
        rows::send(session, backup, "COPY pg_temp.large_object_part FROM STDIN", chunk)?;
        session.batch(
            "SELECT count(lo_put(id, start, content)) FROM pg_temp.large_object_part;
             DROP TABLE pg_temp.large_object_part",
        )
    };
    filled().context(|| "the large objects cannot be filled".to_owned())
}
