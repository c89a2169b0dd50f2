//! A run: source after source, chunk after chunk, then what the new tables need to be complete.

use common::identifier::literal;
use common::{Pool, Result, Session};

use crate::aside;
use crate::ledger;
use crate::plan::Plan;
use crate::snapshot::Snapshot;
use crate::source_load::SourceLoad;
use crate::transform::Lookups;

/// The two databases and how many workers share them.
pub struct Route<'a> {
    pub old: &'a Pool,
    pub new: &'a Pool,
    pub workers: usize,
}

/// How a run ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    Finished,
    /// Named source and its quarantined rows, over `max_rejects`.
    TooManyRejects {
        source: String,
        quarantined: i64,
        limit: String,
    },
}

/// Loads everything that the ledger does not hold yet.
///
/// # Errors
/// Whatever was committed stays, and the same call goes on from there.
pub fn load(route: &Route, plan: &Plan, run: i64) -> Result<Ending> {
    let mut ledger = route.new.session()?;
    let (snapshot, mut coordinator) = Snapshot::export(route.old, plan)?;
    let mut lookups: Lookups = (0..plan.target_count).map(|_| None).collect();
    let tables: Vec<u32> = plan.targets().map(|target| target.oid).collect();
    aside::set_aside(&mut ledger, run, &tables)?;
    for (position, source) in plan.sources.iter().enumerate() {
        let mut source_load =
            SourceLoad::prepare(route, plan, run, position, source, &mut coordinator)?;
        let ending = source_load.run(&snapshot, &mut lookups)?;
        if ending != Ending::Finished {
            // The tables are left whole, with their keys and indexes, for whoever looks at them.
            aside::restore(route.new, run, route.workers)?;
            return Ok(ending);
        }
    }
    drop(coordinator);
    complete(route, plan, run)?;
    ledger::finish_run(&mut ledger, run)?;
    Ok(Ending::Finished)
}

/// Keys, sequences and statistics: what a table needs after its rows.
fn complete(route: &Route, plan: &Plan, run: i64) -> Result<()> {
    aside::restore(route.new, run, route.workers)?;
    let mut session = route.new.session()?;
    for target in plan.targets() {
        for column in &target.columns {
            advance_sequence(&mut session, &target.sql, &column.name)?;
        }
        session.batch(&format!("ANALYZE {}", target.sql))?;
    }
    Ok(())
}

/// The next value of a serial or identity column comes after the greatest loaded.
fn advance_sequence(session: &mut Session, table: &str, column: &str) -> Result<()> {
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
