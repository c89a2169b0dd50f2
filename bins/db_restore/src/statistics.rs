//! The planner's statistics, which no backup holds: ANALYZE makes them anew.

use std::collections::HashSet;

use common::identifier::quote;
use common::{Context, Result, Session};

use crate::journal;
use crate::plan::Plan;

/// The tables by when they can be analyzed, as SQL names them, the largest first.
pub struct Tables {
    /// While their rows are proved, so that no processor is idle at the end.
    pub with_rows: Vec<String>,
    /// Only once everything else is there: it has statistics of its own, or is filled then.
    pub at_last: Vec<String>,
}

pub fn tables(session: &mut Session, plan: &Plan) -> Result<Tables> {
    let by_id = plan.archive.by_id();
    let late: HashSet<(Option<&str>, &str)> = plan
        .entries()
        .filter(|entry| entry.adds_statistics)
        .flat_map(|entry| &entry.needs)
        .filter_map(|id| by_id.get(id))
        .map(|needed| (needed.schema.as_deref(), needed.tag.as_str()))
        .collect();
    let mut tables = Tables { with_rows: Vec::new(), at_last: Vec::new() };
    for row in session.query(include_str!("sql/analyzed_tables.sql"), &[&journal::SCHEMA])? {
        let (schema, name, is_plain): (String, String, bool) = (row.get(0), row.get(1), row.get(2));
        let sql = format!("{}.{}", quote(&schema), quote(&name));
        if is_plain && !late.contains(&(Some(&schema), &name)) {
            tables.with_rows.push(sql);
        } else {
            tables.at_last.push(sql);
        }
    }
    Ok(tables)
}

pub fn analyze(session: &mut Session, table: &str) -> Result<()> {
    session.batch(&format!("ANALYZE {table}")).context(|| format!("{table} cannot be analyzed"))
}
