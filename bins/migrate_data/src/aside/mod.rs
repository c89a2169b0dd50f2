//! Foreign keys and indexes of empty targets are set aside during the load and rebuilt after it.
//!
//! What is away stands in the ledger from the transaction that takes it away to the one that
//! brings it back, so that a crash never loses one.

use std::sync::atomic::{AtomicUsize, Ordering};

use common::identifier::{literal, quote};
use common::{Context, Result, Session};

use crate::load::Route;
use crate::workers;

/// Something that is away.
#[derive(Clone, Debug)]
struct Away {
    position: i32,
    kind: String,
    table: String,
    name: String,
    definition: String,
    comment: Option<String>,
}

/// Takes foreign keys and plain indexes off the tables, in one transaction with the ledger.
///
/// # Errors
/// A table is in use: `lock_timeout` passed. Nothing was taken away then.
pub fn set_aside(session: &mut Session, run: i64, tables: &[u32]) -> Result<()> {
    session.begin()?;
    session.batch("SET LOCAL lock_timeout = '10s'")?;
    let found = session.query(include_str!("find.sql"), &[&tables])?;
    for (position, row) in (1_i32..).zip(&found) {
        let fields: [String; 5] = std::array::from_fn(|index| row.get(index));
        let [kind, table, name, definition, removal] = fields;
        let comment: Option<String> = row.get("comment");
        session.execute(
            "INSERT INTO pgrefit.set_aside (run, position, kind, table_name, name, definition, comment) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[&run, &position, &kind, &table, &name, &definition, &comment],
        )?;
        session
            .batch(&removal)
            .context(|| format!("the {kind} {name} of {table} cannot be set aside"))?;
    }
    session.commit()
}

/// Brings back whatever a run took away: indexes side by side, then foreign keys one by one, since
/// two at once may wait for each other.
///
/// # Errors
/// Rows violate a foreign key; what is still away stays in the ledger for the next try.
pub fn restore(route: &Route, run: i64) -> Result<usize> {
    let away = still_away(&mut route.writer()?, run)?;
    let (indexes, foreign_keys): (Vec<_>, Vec<_>) =
        away.iter().partition(|away| away.kind == "index");
    let next = AtomicUsize::new(0);
    workers::run(route.workers.min(indexes.len()), |stop| {
        let mut session = route.writer()?;
        session.batch("SET maintenance_work_mem = '256MB'")?;
        while let Some(index) = indexes.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.is_set() {
                break;
            }
            bring_back(&mut session, run, index)?;
        }
        Ok(())
    })?;
    let mut session = route.writer()?;
    session.batch("SET maintenance_work_mem = '256MB'")?;
    for foreign_key in foreign_keys {
        bring_back(&mut session, run, foreign_key)?;
    }
    Ok(away.len())
}

fn still_away(session: &mut Session, run: i64) -> Result<Vec<Away>> {
    let rows = session.query(
        "SELECT position, kind, table_name, name, definition, comment FROM pgrefit.set_aside \
         WHERE run = $1 AND restored_at IS NULL ORDER BY position",
        &[&run],
    )?;
    let away = rows.iter().map(|row| Away {
        position: row.get(0),
        kind: row.get(1),
        table: row.get(2),
        name: row.get(3),
        definition: row.get(4),
        comment: row.get(5),
    });
    Ok(away.collect())
}

fn bring_back(session: &mut Session, run: i64, away: &Away) -> Result<()> {
    session.begin()?;
    let restored = session.batch(&away.definition).context(|| {
        format!("the {} {} of {} cannot be brought back", away.kind, away.name, away.table)
    });
    if let Err(error) = restored {
        session.rollback()?;
        return Err(error.hint(
            "All rows are loaded. Mend what is named and run migrate_data again: it goes on here.",
        ));
    }
    if let Some(comment) = &away.comment {
        let object = match away.kind.as_str() {
            "index" => format!("INDEX {}", quote(&away.name)),
            _ => format!("CONSTRAINT {} ON {}", quote(&away.name), away.table),
        };
        session.batch(&format!("COMMENT ON {object} IS {}", literal(comment)))?;
    }
    session.execute(
        "UPDATE pgrefit.set_aside SET restored_at = clock_timestamp() WHERE run = $1 AND position = $2",
        &[&run, &away.position],
    )?;
    session.commit()
}
