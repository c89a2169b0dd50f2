//! The backup into the scratch database, step by step, each proved before the database is called
//! ready.

use std::collections::HashSet;
use std::thread;

use common::{Result, Session};
use rows::workers;

use crate::archive::Key;
use crate::plan::Plan;
use crate::scratch::{Scratch, Stage, announce};
use crate::server::Server;
use crate::{
    chunks, content, journal, large_objects, objects, sequences, session, statistics, unlogged,
    way_out,
};

/// Goes on from wherever an earlier run stopped.
///
/// # Errors
/// What is finished stays in the scratch database for the next run.
pub fn build(plan: &Plan, server: &mut Server, scratch: &mut Scratch, target: &str) -> Result<()> {
    build_from(plan, server, scratch).map_err(|error| {
        let hint = way_out::of(&error, plan, scratch.name());
        let error = error.detail(format!(
            "`{target}` is unchanged; what is restored stays in `{}`, and the same command goes on.",
            scratch.name()
        ));
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    })
}

fn build_from(plan: &Plan, server: &mut Server, scratch: &mut Scratch) -> Result<()> {
    if scratch.stage == Stage::Ready && is_still_ready(plan, server, scratch)? {
        announce(scratch, 0, 0);
        return Ok(());
    }
    if scratch.stage == Stage::Begun && !journal::exists(&mut scratch.session()?)? {
        // It is quick to make the tables anew, and slow to find out which are there.
        scratch.again(server, &plan.backup.manifest)?;
    }
    if scratch.stage == Stage::New {
        restore(plan, scratch, &plan.pre_data, 1)?;
    }
    let mut session = session::open(&scratch.database)?;
    if scratch.stage == Stage::New {
        journal::create(&mut session)?;
    }
    journal::forget_unlogged(&mut session)?;
    let done = journal::done(&mut session)?;
    announce(scratch, done.len(), plan.chunks());

    large_objects::load(plan, scratch, &done)?;
    chunks::load(plan, scratch, &done, server.is_superuser)?;
    sequences::set(&mut session, &plan.sequences)?;
    // Before the indexes, whose building would lock the readers out.
    let analyzed = statistics::tables(&mut session, plan)?;
    content::check(plan, scratch, &analyzed.with_rows)?;
    restore(plan, scratch, &missing_post_data(plan, scratch)?, plan.jobs)?;
    analyze_and_compare(plan, scratch, analyzed.at_last)?;
    sequences::check(&mut session, &plan.sequences)?;
    objects::check_matviews(plan, &mut session)?;
    if let Some(objects) = plan.large_objects {
        large_objects::check(&mut session, objects, plan.encoding())?;
    }
    finish(&mut session, server, scratch)
}

/// A crash of the server since it was called ready may have emptied unlogged tables. They are filled
/// again, where the user may set triggers aside, else all is done anew.
fn is_still_ready(plan: &Plan, server: &mut Server, scratch: &mut Scratch) -> Result<bool> {
    let mut session = session::open(&scratch.database)?;
    let emptied = unlogged::emptied(plan, &mut session)?;
    if !emptied.is_empty() && !server.is_superuser {
        drop(session);
        scratch.again(server, &plan.backup.manifest)?;
        return Ok(false);
    }
    unlogged::refill(plan, &mut session, &emptied)?;
    unlogged::reset_sequences(plan, &mut session)?;
    Ok(true)
}

fn restore(plan: &Plan, scratch: &Scratch, entries: &[i32], jobs: usize) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    plan.pg_restore.restore(&plan.archive_file.path, entries, &scratch.database, jobs)
}

/// What an interrupted run has restored is not restored again: pg_dump itself tells what is there.
fn missing_post_data(plan: &Plan, scratch: &Scratch) -> Result<Vec<i32>> {
    if scratch.stage == Stage::New {
        return Ok(plan.post_data.clone());
    }
    let dumped = plan.pg_restore.dumped(&scratch.database)?;
    let there: HashSet<Key> = dumped.entries.iter().map(|entry| entry.key()).collect();
    let by_id = plan.archive.by_id();
    let missing = |id: &&i32| by_id.get(id).is_some_and(|entry| !there.contains(&entry.key()));
    Ok(plan.post_data.iter().filter(missing).copied().collect())
}

fn analyze_and_compare(plan: &Plan, scratch: &Scratch, tables: Vec<String>) -> Result<()> {
    thread::scope(|scope| {
        let compared = scope.spawn(|| objects::check(plan, &scratch.database));
        let open = || session::open(&scratch.database);
        let analyzed = workers::each(plan.jobs, tables, open, |session, table| {
            statistics::analyze(session, &table)
        });
        compared.join().expect("comparing does not panic").and(analyzed)
    })
}

fn finish(session: &mut Session, server: &Server, scratch: &mut Scratch) -> Result<()> {
    session.begin()?;
    journal::remove(session, server.is_superuser)?;
    scratch.mark_ready(session)?;
    // Unlike everything before, this must outlast a crash: the database is called whole.
    session.batch("SET LOCAL synchronous_commit = on")?;
    session.commit()?;
    scratch.stage = Stage::Ready;
    Ok(())
}
