//! Rows that stay in a table though nothing in the old database makes them any more.

use common::identifier::{QualifiedName, literal, quote};
use common::{Result, Session};

use crate::catalog::Relation;
use crate::plan::Target;

/// Target, source and how many.
///
/// # Errors
/// The ledger cannot be read.
pub fn all(session: &mut Session, run: i64) -> Result<Vec<(String, String, i64)>> {
    // The books of before there were later runs have no such table.
    let known = session.query_one("SELECT to_regclass('pgrefit.gone') IS NOT NULL", &[])?;
    if !known.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows = session.query(
        "SELECT target, source, count(*) FROM pgrefit.gone WHERE run = $1 GROUP BY target, source ORDER BY 1, 2",
        &[&run],
    )?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// For `FROM`: the target without such rows.
///
/// # Errors
/// The ledger or the catalog cannot be read.
pub fn without(session: &mut Session, run: i64, target: &Target) -> Result<String> {
    if !all(session, run)?.iter().any(|(name, _, _)| *name == target.name) {
        return Ok(target.sql.clone());
    }
    let name = QualifiedName::parse(&target.name);
    let relation = name.map(|name| Relation::find(session, &name)).transpose()?.flatten();
    let key = relation.map(|relation| relation.primary_key).unwrap_or_default();
    let key: Vec<_> = key.iter().map(|column| format!("t.{}", quote(column))).collect();
    Ok(format!(
        "{} AS t WHERE NOT EXISTS (SELECT FROM pgrefit.gone AS g WHERE g.run = {run} AND g.target = {} AND g.row_key = ROW({})::text)",
        target.sql,
        literal(&target.name),
        key.join(", ")
    ))
}
