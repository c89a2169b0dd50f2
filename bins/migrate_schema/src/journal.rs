//! `pgrefit.revision_log`: what ran. It is written in the transaction of what it tells of.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bookkeeping::{Part, revisions};
use common::identifier::literal;
use common::{Error, Result, Session};

use crate::graph::plan::{Direction, RowChange};
use crate::version;

/// What the journal says, read before anything runs.
#[derive(Debug, Default)]
pub struct Journal {
    last_runs: Vec<LastRun>,
    /// By revision.
    unfinished: BTreeMap<String, Unfinished>,
}

#[derive(Debug)]
pub struct LastRun {
    pub revision: String,
    pub direction: String,
    pub checksum: Option<String>,
    pub started_at: String,
    pub by_whom: String,
}

/// A revision without a transaction that was begun and has not ended.
#[derive(Clone, Debug, Default)]
pub struct Unfinished {
    pub direction: String,
    /// Checksums of the statements that ran to their end, by their number.
    pub finished: BTreeMap<usize, String>,
    /// Statements that were begun, and whose end nobody saw: their checksum and journal line.
    pub begun: BTreeMap<usize, (String, i64)>,
}

impl Journal {
    /// Writes nothing; empty where there is no journal yet.
    pub fn read(session: &mut Session) -> Result<Journal> {
        let Some(last_runs) = revisions::last_runs(session)? else {
            return Ok(Journal::default());
        };
        let mut journal = Journal::default();
        journal.last_runs.extend(last_runs.iter().map(|row| LastRun {
            revision: row.get(0),
            direction: row.get(1),
            checksum: row.get(2),
            started_at: row.get(3),
            by_whom: row.get(4),
        }));
        for row in revisions::unfinished(session)? {
            let revision = journal.unfinished.entry(row.get(1)).or_default();
            revision.direction = row.get(2);
            let number = usize::try_from(row.get::<_, i32>(3)).unwrap_or_default().max(1);
            if row.get(5) {
                revision.finished.insert(number, row.get(4));
            } else {
                revision.begun.insert(number, (row.get(4), row.get(0)));
            }
        }
        Ok(journal)
    }

    /// Revisions whose upgrade ran here, with what ran.
    pub fn upgrades(&self) -> impl Iterator<Item = &LastRun> {
        self.last_runs.iter().filter(|run| run.direction == Direction::Upgrade.word())
    }

    pub fn unfinished(&self, revision: &str, direction: Direction) -> Option<&Unfinished> {
        self.unfinished.get(revision).filter(|found| found.direction == direction.word())
    }

    /// Revisions that stopped half way in this direction.
    pub fn unfinished_in(&self, direction: Direction) -> impl Iterator<Item = &str> {
        let found = self.unfinished.iter();
        let found = found.filter(move |(_, found)| found.direction == direction.word());
        found.map(|(revision, _)| revision.as_str())
    }
}

/// Creates the version table and the journal where they are missing; the version table's full
/// name, as a revision may change `search_path`.
///
/// # Errors
/// The role may not create them, or `search_path` names no schema that exists.
pub fn create_missing(session: &mut Session) -> Result<String> {
    let row = session.query_one(include_str!("sql/version_table.sql"), &[])?;
    let existing: Option<String> = row.get("version_table");
    let has_schema: bool = row.get("has_schema");
    bookkeeping::prepare(session, Part::Revisions)?;
    match existing {
        Some(name) => Ok(name),
        None if !has_schema => Err(Error::new(
            "no schema of search_path exists, so there is no place for the table alembic_version",
        )
        .hint("Create the schema, or correct search_path.")),
        None => {
            let name: String = row.get("would_be");
            session.batch(&format!("CREATE TABLE {name} {}", version::CREATE))?;
            Ok(name)
        }
    }
}

/// A line of the journal to be written.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub revision: &'a str,
    pub direction: &'a str,
    pub statement: Option<usize>,
    pub checksum: Option<String>,
    pub time: Time,
}

/// When what the line tells of began, and how long it took.
#[derive(Clone, Copy, Debug)]
pub enum Time {
    /// It begins now, and has not ended.
    Begins,
    Took {
        started: Instant,
        took: Duration,
    },
    /// It came just before in the same message, and the server knows when that arrived.
    ThisMessage,
    ThisTransaction,
}

/// The INSERT of some lines, as text: it travels in one message with what it tells of.
pub fn insert(entries: &[Entry]) -> String {
    let values = entries.iter().map(|entry| {
        let statement = entry.statement.map_or("NULL".to_owned(), |number| number.to_string());
        let checksum = entry.checksum.as_deref().map_or("NULL".to_owned(), literal);
        let (started, took) = match entry.time {
            Time::Begins => ("clock_timestamp()".to_owned(), "NULL".to_owned()),
            Time::Took { started, took } => {
                (format!("clock_timestamp() - {}", interval(started.elapsed())), interval(took))
            }
            Time::ThisMessage => since("statement_timestamp()"),
            Time::ThisTransaction => since("transaction_timestamp()"),
        };
        format!(
            "({}, {}, {statement}, {checksum}, {started}, {took})",
            literal(entry.revision),
            literal(entry.direction),
        )
    });
    format!(
        "INSERT INTO pgrefit.revision_log (revision, direction, statement, checksum, started_at, took) VALUES {}",
        values.collect::<Vec<_>>().join(", ")
    )
}

fn since(start: &str) -> (String, String) {
    (start.to_owned(), format!("clock_timestamp() - {start}"))
}

/// The end of a statement whose begin was written before.
pub fn finish(id: i64, started: Instant) -> String {
    format!(
        "UPDATE pgrefit.revision_log SET took = {} WHERE id = {id}",
        interval(started.elapsed())
    )
}

/// The change of the version table, as text.
pub fn change_rows(version_table: &str, change: &RowChange) -> String {
    let mut sql = String::new();
    if let ([gone], [new]) = (&change.remove[..], &change.add[..]) {
        let (gone, new) = (literal(gone), literal(new));
        return format!(
            "UPDATE {version_table} SET version_num = {new} WHERE version_num = {gone};\n"
        );
    }
    if !change.remove.is_empty() {
        let rows = change.remove.iter().map(|row| literal(row)).collect::<Vec<_>>().join(", ");
        sql.push_str(&format!("DELETE FROM {version_table} WHERE version_num IN ({rows});\n"));
    }
    if !change.add.is_empty() {
        let rows = change.add.iter().map(|row| format!("({})", literal(row)));
        let rows = rows.collect::<Vec<_>>().join(", ");
        sql.push_str(&format!("INSERT INTO {version_table} (version_num) VALUES {rows};\n"));
    }
    sql
}

fn interval(duration: Duration) -> String {
    format!("interval '{:.6} s'", duration.as_secs_f64())
}
