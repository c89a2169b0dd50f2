//! Rows in the tables that no run loaded: a later run does not know what to do with them.

use common::progress::{count, grouped};
use common::{Error, Result, Session};

use crate::plan::Plan;

/// # Errors
/// A table holds other rows than were loaded. Nothing was changed.
pub fn refuse(new: &mut Session, plan: &Plan, run: i64) -> Result<()> {
    for source in &plan.sources {
        for target in &source.targets {
            let row = new.query_one(
                "SELECT coalesce(sum((target_rows ->> $3)::bigint), 0)::bigint \
                 + (SELECT count(*) FROM pgrefit.gone WHERE run = $1 AND target = $3) \
                 FROM pgrefit.load_chunk WHERE run = $1 AND source = $2",
                &[&run, &source.label, &target.name],
            )?;
            let written: i64 = row.get(0);
            let rows: i64 =
                new.query_one(&format!("SELECT count(*) FROM {}", target.sql), &[])?.get(0);
            if rows != written {
                return Err(Error::new(format!(
                    "{} has {}, {} were loaded",
                    target.name,
                    count(rows, "row"),
                    grouped(written)
                ))
                .detail(format!("{} has changed since it was loaded", source.label))
                .hint("Rows that others added or deleted there cannot be told apart from the rows to change. `verify_data` names the rows; `migrate_data --restart` loads everything again. Nothing was changed."));
            }
        }
    }
    Ok(())
}

/// Whether rows are there that an earlier run let stay.
pub fn has_gone(new: &mut Session, plan: &Plan, run: i64) -> Result<bool> {
    let targets: Vec<&str> = plan.targets().map(|target| target.name.as_str()).collect();
    let row = new.query_one(
        "SELECT EXISTS (SELECT FROM pgrefit.gone WHERE run = $1 AND target = ANY ($2))",
        &[&run, &targets],
    )?;
    Ok(row.get(0))
}
