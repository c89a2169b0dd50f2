//! A run: source after source, chunk after chunk, then what the new tables need to be complete.

use common::identifier::literal;
use common::{Result, Session};
use rows::workers;

use crate::aside;
use crate::circle_load::CircleLoad;
use crate::ledger;
use crate::plan::Plan;
use crate::route::{Ending, Route};
use crate::snapshot;
use crate::survivors::Lookups;

/// Loads everything that the ledger does not hold yet.
///
/// # Errors
/// Whatever was committed stays, and the same call goes on from there.
pub fn load(route: &Route, plan: &Plan, run: i64) -> Result<Ending> {
    let mut ledger = route.writer()?;
    let (snapshot, mut coordinator) = snapshot::of_sources(route.old, plan, route.workers)?;
    let mut lookups: Lookups = (0..plan.target_count).map(|_| None).collect();
    aside::set_aside(&mut ledger, run, plan)?;
    let mut renew = false;
    let mut position = 0;
    for circle in plan.circles() {
        let mut load = CircleLoad::prepare(route, plan, run, position, circle, &mut coordinator)?;
        position += circle.len();
        let ending = load.run(&snapshot, &mut lookups, &mut renew)?;
        if ending != Ending::Finished {
            // The tables are left whole, with their keys and indexes, for whoever looks at them.
            aside::restore_so_far(route)?;
            return Ok(ending);
        }
    }
    drop(coordinator);
    complete(route, plan)?;
    if !plan.is_whole {
        return Ok(Ending::Partial);
    }
    ledger::finish_run(&mut ledger, run)?;
    Ok(Ending::Finished)
}

/// Keys, statistics, sequences: what a table needs after its rows. Statistics come before foreign
/// keys, whose check is planned by them.
fn complete(route: &Route, plan: &Plan) -> Result<()> {
    aside::restore_indexes(route)?;
    let open = || route.writer();
    workers::each(route.workers, plan.targets(), open, |session, target| {
        session.batch(&format!("ANALYZE {}", target.sql))?;
        for column in &target.columns {
            advance_sequence(session, &target.sql, &column.name)?;
        }
        Ok(())
    })?;
    if plan.is_whole {
        aside::restore_foreign_keys(route)
    } else {
        aside::foreign_keys_so_far(route)
    }
}

/// The next value of a serial or identity column comes after the greatest loaded.
pub fn advance_sequence(session: &mut Session, table: &str, column: &str) -> Result<()> {
    let row = session.query_one("SELECT pg_get_serial_sequence($1, $2)", &[&table, &column])?;
    let Some(sequence) = row.get::<_, Option<String>>(0) else {
        return Ok(());
    };
    let column = common::identifier::quote(column);
    session.batch(&format!(
        "SELECT setval({}, greatest((SELECT max({column}) FROM {table}), 1), EXISTS (SELECT FROM {table}))",
        literal(&sequence)
    ))
}
