//! Bringing back what is away, be it of an earlier run, several at once, the largest first.

use common::identifier::literal;
use common::{Context, Result, Session, note};
use postgres::error::SqlState;
use rows::workers::{self, Stop};

use super::queue::Queue;
use super::{Away, Kind};
use crate::route::Route;

/// Brings back everything.
///
/// # Errors
/// Rows violate one of them; what is still away stays in the ledger for the next try.
pub fn restore(route: &Route) -> Result<()> {
    restore_indexes(route)?;
    restore_foreign_keys(route)
}

/// Brings back what rows allow that are loaded in part: a foreign key to rows that are not stays
/// away, and is told.
///
/// # Errors
/// As [`restore`].
pub fn restore_so_far(route: &Route) -> Result<()> {
    restore_indexes(route)?;
    foreign_keys_so_far(route)
}

/// The foreign keys of [`restore_so_far`].
///
/// # Errors
/// As [`restore`].
pub fn foreign_keys_so_far(route: &Route) -> Result<()> {
    match restore_foreign_keys(route) {
        Err(error) if error.is(&SqlState::FOREIGN_KEY_VIOLATION) => {
            note(format_args!("{} before the rest is loaded", error.primary()));
            Ok(())
        }
        outcome => outcome,
    }
}

/// Keys first: of two that share a table each would wait for the other's lock.
///
/// # Errors
/// As [`restore`].
pub fn restore_indexes(route: &Route) -> Result<()> {
    bring_all_back(route, Kind::Key)?;
    bring_all_back(route, Kind::Index)
}

/// Declares the foreign keys, then checks their rows, which takes long and locks little. They need
/// the keys that they point to.
///
/// # Errors
/// As [`restore`].
pub fn restore_foreign_keys(route: &Route) -> Result<()> {
    let mut session = route.writer()?;
    session.begin()?;
    for away in still_away(&mut session, Kind::ForeignKey)? {
        if away.validation.is_some() {
            session.batch(&away.definition).context(|| away.sentence())?;
        }
    }
    session.commit()?;
    bring_all_back(route, Kind::ForeignKey)
}

fn bring_all_back(route: &Route, kind: Kind) -> Result<()> {
    let away = still_away(&mut route.writer()?, kind)?;
    let queue = Queue::new(away.iter().collect());
    let hands = route.workers.min(queue.len());
    let stop = Stop::default();
    workers::run(hands, &stop, || {
        let mut session = route.writer()?;
        session.batch(include_str!("build_settings.sql"))?;
        if hands > 1 {
            // Helpers of several builds at once would take the processors from each other.
            session.batch("SET max_parallel_maintenance_workers = 0")?;
        }
        while let Some(next) = queue.next(&stop) {
            let restored = bring_back(&mut session, next);
            queue.done(next);
            restored?;
        }
        Ok(())
    })
}

fn still_away(session: &mut Session, kind: Kind) -> Result<Vec<Away>> {
    let rows = session.query(
        "SELECT run, position, table_name, name, definition, validation, object, comment, locks FROM pgrefit.set_aside \
         WHERE restored_at IS NULL AND kind = $1 ORDER BY pg_table_size(to_regclass(table_name)) DESC NULLS LAST, run, position",
        &[&kind.name()],
    )?;
    let away = rows.iter().map(|row| Away {
        run: row.get("run"),
        position: row.get("position"),
        kind,
        table: row.get("table_name"),
        name: row.get("name"),
        definition: row.get("definition"),
        validation: row.get("validation"),
        object: row.get("object"),
        comment: row.get("comment"),
        locks: row.get("locks"),
    });
    Ok(away.collect())
}

impl Away {
    fn sentence(&self) -> String {
        format!("the {} {} of {} cannot be brought back", self.kind.name(), self.name, self.table)
    }
}

fn bring_back(session: &mut Session, away: &Away) -> Result<()> {
    session.begin()?;
    if is_checked_sorted(session, away)? {
        session.batch(include_str!("sort_settings.sql"))?;
    }
    let statement = away.validation.as_ref().unwrap_or(&away.definition);
    let restored = session.batch(statement).context(|| away.sentence());
    if let Err(error) = restored {
        session.rollback()?;
        return Err(error.hint(
            "All rows are loaded. Fix what is named and run migrate_data again: it goes on here.",
        ));
    }
    if let Some(comment) = &away.comment {
        session.batch(&format!("COMMENT ON {} IS {}", away.object, literal(comment)))?;
    }
    session.execute(
        "UPDATE pgrefit.set_aside SET restored_at = clock_timestamp() WHERE run = $1 AND position = $2",
        &[&away.run, &away.position],
    )?;
    session.commit()
}

/// Whether sorting checks the rows of a declared foreign key faster than hashing does.
fn is_checked_sorted(session: &mut Session, away: &Away) -> Result<bool> {
    if away.validation.is_none() {
        return Ok(false);
    }
    let row = session.query_opt(include_str!("sorted_check.sql"), &[&away.table, &away.name])?;
    Ok(row.is_some_and(|row| row.get(0)))
}
