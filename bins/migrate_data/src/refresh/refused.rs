//! Rows that PostgreSQL refused in an earlier run.

use std::collections::HashMap;

use common::identifier::literal;
use common::{Result, Session};

use super::Wanted;
use crate::ledger;
use crate::plan::{Plan, Source};
use crate::rivals::Rivalry;
use crate::survey::Refused;

/// Of one source.
pub struct Kept {
    /// Rows that are to stay in quarantine, since they are what they were.
    pub refused: Refused,
    pub rivalry: Rivalry,
}

/// By source.
///
/// # Errors
/// Either database cannot be read.
pub fn known(
    new: &mut Session,
    old: &mut Session,
    plan: &Plan,
    run: i64,
    wanted: Wanted,
) -> Result<Vec<Kept>> {
    let mut all = Vec::new();
    for source in &plan.sources {
        let mut refused = ledger::refused::known(new, run, source)?;
        let mut rivalry = Rivalry::of(new, plan, source, &refused)?;
        rivalry.watch_primary_key();
        if wanted.retry_refused {
            refused.clear();
        } else {
            rivalry.forget(&mut refused);
            keep_unchanged(&mut refused, new, old, source, run)?;
        }
        all.push(Kept { refused, rivalry });
    }
    Ok(all)
}

fn keep_unchanged(
    refused: &mut Refused,
    new: &mut Session,
    old: &mut Session,
    source: &Source,
    run: i64,
) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let rows = new.query(
        "SELECT key, raw::text FROM pgrefit.quarantine WHERE run = $1 AND source = $2 AND sqlstate IS NOT NULL",
        &[&run, &source.label],
    )?;
    let former: HashMap<String, Option<String>> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let keys: Vec<_> = refused.keys().map(|key| literal(&key.to_string())).collect();
    let key = &source.key;
    let rows = old.query(
        &format!(
            "SELECT {}::text, row_to_json(s)::text FROM {} WHERE {} = ANY (ARRAY[{}]::{}[])",
            key.sql,
            source.from_clause,
            key.sql,
            keys.join(", "),
            key.type_name
        ),
        &[],
    )?;
    let now: HashMap<String, Option<String>> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    refused.retain(|key, _| {
        let key = key.to_string();
        former.get(&key).is_some_and(|raw| Some(raw) == now.get(&key))
    });
    Ok(())
}
