//! Foreign keys and indexes of empty targets are set aside during the load and rebuilt after it.
//!
//! What is away stands in the ledger from the transaction that takes it away to the one that
//! brings it back, so that a crash never loses one.

mod queue;

use common::identifier::literal;
use common::{Context, Result, Session};

use crate::load::Route;
use crate::workers;
use queue::Queue;

/// Something that is away.
#[derive(Clone, Debug)]
struct Away {
    run: i64,
    position: i32,
    kind: String,
    table: String,
    name: String,
    definition: String,
    /// As COMMENT ON names it.
    object: String,
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
    // A try that ended early brought its own back, and they stay written down.
    let last = session.query_one(
        "SELECT coalesce(max(position), 0) FROM pgrefit.set_aside WHERE run = $1",
        &[&run],
    )?;
    for (position, row) in (1 + last.get::<_, i32>(0)..).zip(&found) {
        let fields: [String; 6] = std::array::from_fn(|index| row.get(index));
        let [kind, table, name, definition, removal, object] = fields;
        let comment: Option<String> = row.get("comment");
        let locks: Vec<u32> = row.get("locks");
        session.execute(
            "INSERT INTO pgrefit.set_aside (run, position, kind, table_name, name, definition, object, comment, locks) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[&run, &position, &kind, &table, &name, &definition, &object, &comment, &locks],
        )?;
        session
            .batch(&removal)
            .context(|| format!("the {kind} {name} of {table} cannot be set aside"))?;
    }
    session.commit()
}

/// Brings back whatever is away, be it of an earlier run, several at once: indexes first, since a foreign key may
/// be checked by one of them.
///
/// # Errors
/// Rows violate a foreign key; what is still away stays in the ledger for the next try.
pub fn restore(route: &Route) -> Result<usize> {
    let away = still_away(&mut route.writer()?)?;
    let (indexes, foreign_keys): (Vec<_>, Vec<_>) =
        away.iter().partition(|away| away.kind == "index");
    for step in [indexes, foreign_keys] {
        let queue = Queue::new(step);
        workers::run(route.workers.min(queue.len()), |stop| {
            let mut session = route.writer()?;
            session.batch("SET maintenance_work_mem = '256MB'")?;
            while let Some(next) = queue.next(stop) {
                let restored = bring_back(&mut session, next);
                queue.done(next);
                restored?;
            }
            Ok(())
        })?;
    }
    Ok(away.len())
}

fn still_away(session: &mut Session) -> Result<Vec<Away>> {
    let rows = session.query(
        "SELECT run, position, kind, table_name, name, definition, object, comment, locks FROM pgrefit.set_aside \
         WHERE restored_at IS NULL ORDER BY run, position",
        &[],
    )?;
    let away = rows.iter().map(|row| Away {
        run: row.get(0),
        position: row.get(1),
        kind: row.get(2),
        table: row.get(3),
        name: row.get(4),
        definition: row.get(5),
        object: row.get(6),
        comment: row.get(7),
        locks: row.get(8),
    });
    Ok(away.collect())
}

fn bring_back(session: &mut Session, away: &Away) -> Result<()> {
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
        session.batch(&format!("COMMENT ON {} IS {}", away.object, literal(comment)))?;
    }
    session.execute(
        "UPDATE pgrefit.set_aside SET restored_at = clock_timestamp() WHERE run = $1 AND position = $2",
        &[&away.run, &away.position],
    )?;
    session.commit()
}
