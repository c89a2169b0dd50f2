//! One moment of the database, seen by all who read.

use common::{Context, Database, Error, Result, Session, note, pooling};
use postgres::error::SqlState;
use rows::{CopyStream, SnapshotId, copy_text, snapshot};

use crate::arguments::Arguments;
use crate::source::{self, Relation, Selection};

/// How often the beginning is tried while others change tables.
const ATTEMPTS: u32 = 5;

/// Tables up to this number are locked by every worker at once; more of them could exceed the
/// server's room for locks (`max_locks_per_transaction`), so that each is locked when its turn comes.
const LOCKED_AHEAD: usize = 1000;

/// The snapshot, the session that holds it, and those that read under it.
pub struct Snapshot {
    pub id: SnapshotId,
    pub coordinator: Session,
    pub workers: Vec<CopyStream>,
    pub selection: Selection,
    /// Whether the workers hold all locks already.
    pub locked_ahead: bool,
}

impl Snapshot {
    /// Locks every table against TRUNCATE, rewriting ALTER and DROP before it exports the
    /// snapshot: a snapshot alone would see a table that is truncated afterwards as empty,
    /// without an error. What changed between the listing and the lock is noticed, and begun anew.
    ///
    /// # Errors
    /// A table may not be read, stays locked by others, or a pooler stands in between.
    pub fn take(
        database: &Database,
        connections: Connections,
        arguments: &Arguments,
    ) -> Result<Snapshot> {
        let Connections { mut coordinator, mut workers } = connections;
        for attempt in 1.. {
            match attempt_once(&mut coordinator, &mut workers, database, arguments) {
                Ok(Attempt::Taken(id, selection)) => {
                    let locked_ahead = selection.relations.len() <= LOCKED_AHEAD;
                    return Ok(Snapshot { id, coordinator, workers, selection, locked_ahead });
                }
                Ok(Attempt::Changed) if attempt == ATTEMPTS => return Err(keeps_changing()),
                Err(error) if attempt == ATTEMPTS || !is_passing(&error) => return Err(error),
                Ok(Attempt::Changed) | Err(_) => {}
            }
            note(format_args!("a table changed in the meantime; starting over"));
            coordinator.rollback()?;
            for worker in &mut workers {
                worker.batch("ROLLBACK")?;
            }
        }
        unreachable!("the last attempt returns")
    }

    /// Whether the locks and the snapshot held until now.
    pub fn is_alive(&mut self) -> Result<()> {
        self.coordinator
            .batch("SELECT 1")
            .context(|| "the connection that holds the snapshot is gone".to_owned())
            .map_err(|error| error.hint("No backup was made; nothing of it was left behind."))
    }
}

fn open(database: &Database) -> Result<Session> {
    let mut session = pooling::session(database)?;
    session.batch(copy_text::SETTINGS)?;
    session.batch(SERIAL)?;
    Ok(session)
}

fn open_worker(database: &Database) -> Result<CopyStream> {
    let mut worker = CopyStream::open(database)?;
    worker.batch(copy_text::SETTINGS)?;
    worker.batch(SERIAL)?;
    Ok(worker)
}

/// A row that a parallel worker of the server reads is not counted for our own process.
const SERIAL: &str = "SET max_parallel_workers_per_gather = 0";

/// The one that will hold the snapshot, and those that will read.
pub struct Connections {
    pub coordinator: Session,
    workers: Vec<CopyStream>,
}

/// # Errors
/// A pooler stands in between that cannot keep a snapshot.
pub fn connect(database: &Database, arguments: &Arguments) -> Result<Connections> {
    let mut coordinator = open(database)?;
    coordinator.batch(&format!("SET lock_timeout = '{}s'", arguments.lock_wait))?;
    let mut workers = Vec::new();
    for _ in 0..arguments.jobs.wanted() {
        workers.push(open_worker(database)?);
    }
    Ok(Connections { coordinator, workers })
}

/// How an attempt ended that the server did not refuse.
enum Attempt {
    Taken(SnapshotId, Selection),
    /// Tables came or went between the listing and the lock.
    Changed,
}

fn attempt_once(
    coordinator: &mut Session,
    workers: &mut [CopyStream],
    database: &Database,
    arguments: &Arguments,
) -> Result<Attempt> {
    let listed = selected(coordinator, arguments)?;
    listed.require_readable(&database.user)?;
    let id = SnapshotId::take(coordinator, |session| {
        lock(&listed.relations, true, |sql| session.batch(sql))
    })?;
    let selection = selected(coordinator, arguments)?;
    let same = |one: &Selection| one.relations.iter().map(|one| one.oid).collect::<Vec<_>>();
    if same(&listed) != same(&selection) {
        return Ok(Attempt::Changed);
    }
    for worker in workers {
        id.begin(worker).map_err(not_shared)?;
        if selection.relations.len() <= LOCKED_AHEAD {
            lock(&selection.relations, false, |sql| worker.batch(sql))?;
        }
    }
    Ok(Attempt::Taken(id, selection))
}

fn keeps_changing() -> Error {
    Error::new("the tables kept changing while they were locked")
        .detail("somebody keeps creating or dropping tables")
        .hint("Try again when that has ended. No backup was made.")
}

fn selected(session: &mut Session, arguments: &Arguments) -> Result<Selection> {
    let all = source::relations(session).map_err(locked_by_others)?;
    Selection::new(all, &arguments.schemas, &arguments.tables, &arguments.exclude_table_data)
}

/// Locks all that has rows of its own, without its heirs, which are listed for themselves.
pub fn lock(
    relations: &[Relation],
    may_wait: bool,
    send: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let lockable = relations.iter().filter(|one| one.kind != source::Kind::Foreign);
    let names: Vec<_> = lockable.map(|one| format!("ONLY {}", one.sql())).collect();
    snapshot::lock(&names, may_wait, send).map_err(locked_by_others)
}

fn locked_by_others(error: Error) -> Error {
    if !error.is(&SqlState::LOCK_NOT_AVAILABLE) {
        return error;
    }
    error.context("a table is locked by others").hint("Somebody is changing it, or is waiting to: `SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'`. No backup was made.")
}

/// Whether the next attempt may well find it otherwise.
fn is_passing(error: &Error) -> bool {
    let codes = [
        SqlState::UNDEFINED_TABLE,
        SqlState::INVALID_SCHEMA_NAME,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    codes.iter().any(|code| error.is(code))
}

fn not_shared(error: Error) -> Error {
    error.context("the snapshot cannot be shared between connections").hint(
        "Is a pooler or a load balancer in between? Connect to one PostgreSQL server itself. Nothing was written.",
    )
}
