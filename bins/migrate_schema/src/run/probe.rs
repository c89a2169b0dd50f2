//! What works CONCURRENTLY goes through several transactions. Where the end of a former run is
//! unknown, the catalog tells how far it came.

use common::{Error, Result, note};
use sql_script::{Concurrent, ConcurrentIndex, Statement};

use super::Runner;
use super::resumable::send_alone;

/// Removes or ends what a former run left half done. Whether nothing is left to do, as that run
/// was killed just after the work.
///
/// An index that is invalid is dropped whoever left it, since IF NOT EXISTS would succeed over it.
pub(super) fn is_done(runner: &mut Runner, statement: &Statement, begun: bool) -> Result<bool> {
    if let Some(index) = &statement.concurrent_index {
        return match state(runner, index)? {
            None => Ok(false),
            Some((_, true)) => Ok(begun),
            Some((name, false)) => drop_invalid(runner, &name).map(|()| false),
        };
    }
    match &statement.concurrent {
        Some(Concurrent::Reindex(name)) if begun => {
            let left = include_str!("../sql/reindex_left.sql");
            for row in runner.session.query(left, &[name])? {
                drop_invalid(runner, row.get(0))?;
            }
            Ok(false)
        }
        Some(Concurrent::Detach { parent, partition }) if begun => {
            let state = include_str!("../sql/detach_state.sql");
            let pending = runner.session.query_opt(state, &[parent, partition])?;
            match pending.map(|row| row.get(0)) {
                None => Ok(true),
                Some(false) => Ok(false),
                Some(true) => {
                    let end = format!("ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE");
                    send_alone(runner, &end).map(|()| true)
                }
            }
        }
        _ => Ok(false),
    }
}

/// # Errors
/// The index that was built is not valid.
pub(super) fn whole(runner: &mut Runner, statement: &Statement) -> Result<()> {
    match &statement.concurrent_index {
        Some(index) if !matches!(state(runner, index)?, Some((_, true))) => {
            let name = index.name.as_deref().unwrap_or_default();
            Err(Error::new(format!("the index {name} is not valid after its build")))
        }
        _ => Ok(()),
    }
}

fn drop_invalid(runner: &mut Runner, name: &str) -> Result<()> {
    send_alone(runner, &format!("DROP INDEX CONCURRENTLY {name}"))?;
    note(format_args!("dropped {name}, which a former build left invalid"));
    Ok(())
}

/// The index's full name, and whether it is valid.
fn state(runner: &mut Runner, index: &ConcurrentIndex) -> Result<Option<(String, bool)>> {
    let sql = include_str!("../sql/index_state.sql");
    let row = runner.session.query_opt(sql, &[&index.table, &index.name])?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}
