//! Foreign keys and indexes of empty targets are set aside during the load and rebuilt after it.
//!
//! What is away stands in the ledger from the transaction that takes it away to the one that
//! brings it back, so that a crash never loses one.

mod queue;

use common::identifier::{literal, quote};
use common::{Context, Result, Session};

use crate::load::Route;
use crate::workers;
use queue::Queue;

/// Something that is away.
#[derive(Clone, Debug)]
struct Away {
    position: i32,
    kind: String,
    table: String,
    name: String,
    definition: String,
    comment: Option<String>,
    /// The tables that bringing it back locks against each other, as oids.
    locks: Vec<u32>,
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
        let locks: Vec<u32> = row.get("locks");
        session.execute(
            "INSERT INTO pgrefit.set_aside (run, position, kind, table_name, name, definition, comment, locks) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[&run, &position, &kind, &table, &name, &definition, &comment, &locks],
        )?;
        session
            .batch(&removal)
            .context(|| format!("the {kind} {name} of {table} cannot be set aside"))?;
    }
    session.commit()
}

/// Brings back whatever a run took away, several at once: indexes first, since a foreign key may
/// be checked by one of them.
///
/// # Errors
/// Rows violate a foreign key; what is still away stays in the ledger for the next try.
pub fn restore(route: &Route, run: i64) -> Result<usize> {
    let away = still_away(&mut route.writer()?, run)?;
    let (indexes, foreign_keys): (Vec<_>, Vec<_>) =
        away.iter().partition(|away| away.kind == "index");
    for step in [indexes, foreign_keys] {
        let queue = Queue::new(step);
        workers::run(route.workers.min(queue.len()), |stop| {
            let mut session = route.writer()?;
            session.batch("SET maintenance_work_mem = '256MB'")?;
            while let Some(next) = queue.next(stop) {
                let restored = bring_back(&mut session, run, next);
                queue.done(next);
                restored?;
            }
            Ok(())
        })?;
    }
    Ok(away.len())
}

fn still_away(session: &mut Session, run: i64) -> Result<Vec<Away>> {
    let rows = session.query(
        "SELECT position, kind, table_name, name, definition, comment, locks FROM pgrefit.set_aside \
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
        locks: row.get(6),
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
