//! Large objects, with their owners, grants and comments: the schema's archive has none of them.

use std::collections::HashSet;

use common::progress::{count, grouped};
use common::{Context, Error, Result, Session};
use db_backup::large_objects::content_sql;
use db_backup::manifest::{Chunk, LargeObjects};
use db_backup::store::Backup;
use rows::{RowsHash, copy_text, workers};

use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::{chunks, content, journal, session};

/// Restores those that are not done.
pub fn load(plan: &Plan, scratch: &Scratch, done: &HashSet<String>) -> Result<()> {
    let Some(objects) = plan.large_objects else { return Ok(()) };
    let open = || session::open(&scratch.database);
    let journalled = |session: &mut Session,
                      chunk: &Chunk,
                      work: fn(&mut Session, &Backup, &Chunk) -> Result<()>| {
        session.begin()?;
        work(session, plan.backup, chunk)?;
        journal::record(session, &chunk.file)?;
        session.commit()
    };
    if !done.contains(&objects.metadata.file) {
        journalled(&mut open()?, &objects.metadata, create)?;
    }
    let open_chunks = objects.content.iter().filter(|chunk| !done.contains(&chunk.file));
    workers::each(plan.jobs, open_chunks, open, |session, chunk| journalled(session, chunk, fill))
}

/// The same on one session, inside of its transaction.
pub fn load_here(session: &mut Session, backup: &Backup, objects: &LargeObjects) -> Result<()> {
    create(session, backup, &objects.metadata)?;
    objects.content.iter().try_for_each(|chunk| fill(session, backup, chunk))
}

/// # Errors
/// A large object is missing, or its content is another.
pub fn check(session: &mut Session, objects: &LargeObjects, encoding: &str) -> Result<()> {
    let found: i64 =
        session.query_one("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata", &[])?.get(0);
    if found.unsigned_abs() != objects.count {
        return Err(Error::new(format!(
            "{} restored, but the backup has {}",
            count(found, "large object"),
            grouped(objects.count.cast_signed())
        )));
    }
    let expected = objects.content.iter().map(|chunk| chunk.hash);
    let expected = expected.fold(RowsHash::default(), RowsHash::and);
    let sql = content_sql((0, u32::MAX), encoding);
    if content::tally(session, &sql)?.hash() == expected {
        return Ok(());
    }
    Err(Error::new("the restored large objects do not hold the backup's content"))
}

fn create(session: &mut Session, backup: &Backup, chunk: &Chunk) -> Result<()> {
    let mut made = || -> Result<()> {
        session.batch(
            "CREATE TEMPORARY TABLE large_object
                 (id oid, owner text, grants jsonb, comment text) ON COMMIT DROP",
        )?;
        chunks::send(session, backup, &into("pg_temp.large_object", backup), chunk, |_| ())?;
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
        chunks::send(session, backup, &into("pg_temp.large_object_part", backup), chunk, |_| ())?;
        session.batch(
            "SELECT count(lo_put(id, start, content)) FROM pg_temp.large_object_part;
             DROP TABLE pg_temp.large_object_part",
        )
    };
    filled().context(|| "the large objects cannot be filled".to_owned())
}

fn into(table: &str, backup: &Backup) -> String {
    copy_text::into(table, &backup.manifest.copy_encoding)
}
