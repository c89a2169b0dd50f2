//! The rows: every chunk by COPY, from one queue.

use std::collections::HashSet;
use std::io::Write;

use common::identifier::quote;
use common::progress::{self, grouped};
use common::{Context, Error, Result, Session};
use db_backup::manifest::{Chunk, Table};
use db_backup::store::Backup;
use rows::{copy_text, workers};

use crate::plan::Plan;
use crate::scratch::Scratch;
use crate::{journal, session};
use rows::server_hash::{Sum, Summing};

/// The table as SQL names it.
pub fn sql_name(table: &Table) -> String {
    format!("{}.{}", quote(&table.schema), quote(&table.name))
}

/// Loads the chunks that are not done, those of the largest tables first, so that no long one is
/// left over at the end.
///
/// Triggers are there already where a crash has emptied an unlogged table after they were made;
/// they are set aside, which takes a superuser. For others the check of the rows finds it.
///
/// # Errors
/// The first that failed, by table and file; those committed before stay, and are not loaded again.
pub fn load(
    plan: &Plan,
    scratch: &Scratch,
    done: &HashSet<String>,
    is_superuser: bool,
) -> Result<()> {
    let mut tables = plan.tables.clone();
    tables.sort_by_key(|table| std::cmp::Reverse(table.bytes));
    let chunks: Vec<(&Table, &Chunk)> = tables
        .iter()
        .flat_map(|table| table.chunks.iter().map(|chunk| (*table, chunk)))
        .filter(|(_, chunk)| !done.contains(&chunk.file))
        .collect();
    let total = chunks.iter().map(|(_, chunk)| chunk.bytes).sum();
    let bar = progress::bar(total, "rows");
    let open = || {
        let mut session = session::open(&scratch.database)?;
        if is_superuser {
            session.batch("SET session_replication_role = replica")?;
        }
        Ok(session)
    };
    workers::each(plan.jobs, chunks, open, |session: &mut Session, (table, chunk)| {
        session.begin()?;
        let sent = copy(session, plan.backup, table, chunk)?;
        journal::record_chunk(session, &chunk.file, &sql_name(table), sent)?;
        session.commit()?;
        bar.inc(chunk.bytes);
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// Sends one chunk's rows, in the transaction that is open; what was sent.
///
/// # Errors
/// The server refuses a row, or the file is not what the manifest says.
pub fn copy(
    session: &mut Session,
    backup: &Backup,
    table: &Table,
    chunk: &Chunk,
) -> Result<Option<Sum>> {
    let encoding = &backup.manifest.copy_encoding;
    let sql = copy_text::copy_in(&table.schema, &table.name, &table.columns, encoding);
    let mut sent = Summing::default();
    let rows = send(session, backup, &sql, chunk, |text| sent.update(text))
        .context(|| format!("{}.{} cannot be filled", table.schema, table.name))?;
    if rows != chunk.rows {
        return Err(Error::new(format!(
            "{}.{}: {} of {} rows of {} were loaded",
            table.schema,
            table.name,
            grouped(rows.cast_signed()),
            grouped(chunk.rows.cast_signed()),
            chunk.file
        )));
    }
    Ok(sent.sum())
}

/// Streams a chunk, whose file was checked, into a COPY, and shows `see` what is sent; the rows
/// that the server took.
pub fn send(
    session: &mut Session,
    backup: &Backup,
    sql: &str,
    chunk: &Chunk,
    mut see: impl FnMut(&[u8]),
) -> Result<u64> {
    let whole = backup.read_whole_chunk(chunk)?;
    let mut writer = session.copy_in(sql)?;
    if let Some(text) = whole {
        for block in text.chunks(BLOCK) {
            writer.write_all(block)?;
            see(block);
        }
        return Ok(writer.finish()?);
    }
    let mut reader = backup.read_chunk(chunk)?;
    while let Some(block) = reader.next_block()? {
        writer.write_all(block)?;
        see(block);
    }
    Ok(writer.finish()?)
}

/// What the driver's COPY writer likes to be handed.
const BLOCK: usize = 128 * 1024;
