//! The check of what is no rows: pg_dump of the restored database lists what the backup's archive
//! lists, and materialized views are filled or not as they were.

use std::collections::{BTreeMap, HashSet};

use common::progress::count;
use common::{Database, Error, Result, Session};

use crate::archive::{Entry, Section};
use crate::plan::Plan;

/// # Errors
/// Something of the backup is not in the database, has another owner, or something is that is not
/// in the backup; the first few are named.
pub fn check(plan: &Plan, database: &Database) -> Result<()> {
    let found = plan.pg_restore.dumped(database)?;
    let taken: HashSet<i32> = plan.pre_data.iter().chain(&plan.post_data).copied().collect();
    let expected = plan.archive.entries.iter().filter(|entry| taken.contains(&entry.id));
    let mut balance: BTreeMap<String, i64> = BTreeMap::new();
    for entry in expected {
        *balance.entry(described(entry)).or_default() += 1;
    }
    for entry in found.entries.iter().filter(|entry| entry.section != Section::Other) {
        *balance.entry(described(entry)).or_default() -= 1;
    }
    let missing = list(&balance, |difference| difference > 0);
    let extra = list(&balance, |difference| difference < 0);
    if missing.is_empty() && extra.is_empty() {
        return Ok(());
    }
    let mut error = Error::new("the restored database does not hold the backup's objects");
    for (word, names) in [("missing", missing), ("not in the backup", extra)] {
        if !names.is_empty() {
            let number = count(i64::try_from(names.len()).unwrap_or(i64::MAX), "object");
            let first: Vec<_> = names.into_iter().take(5).collect();
            error = error.detail(format!("{word}: {number}, such as {}", first.join(", ")));
        }
    }
    Err(error)
}

fn described(entry: &Entry) -> String {
    if entry.owner.is_empty() { entry.to_string() } else { format!("{entry} of {}", entry.owner) }
}

fn list(balance: &BTreeMap<String, i64>, wanted: impl Fn(i64) -> bool) -> Vec<String> {
    let names = balance.iter().filter(|(_, difference)| wanted(**difference));
    names.map(|(name, _)| name.clone()).collect()
}

/// # Errors
/// A materialized view is filled that was not, or the other way round.
pub fn check_matviews(plan: &Plan, session: &mut Session) -> Result<()> {
    for view in &plan.matviews {
        let sql = "SELECT relispopulated FROM pg_catalog.pg_class AS c
                   JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                   WHERE n.nspname = $1 AND c.relname = $2";
        let populated = session.query_opt(sql, &[&view.schema, &view.name])?;
        if populated.map(|row| row.get::<_, bool>(0)) != Some(view.populated) {
            let state = if view.populated { "not filled" } else { "filled" };
            return Err(Error::new(format!(
                "the restored materialized view {}.{} is {state}, unlike the backup's",
                view.schema, view.name
            )));
        }
    }
    Ok(())
}
