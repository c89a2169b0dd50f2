//! The quarantine by reason, with a few rows of each.

use common::{Result, Session};

/// Rows that were refused for one reason.
#[derive(Clone, Debug)]
pub struct Rejects {
    pub source: String,
    pub target: String,
    pub column: String,
    pub rule: String,
    pub reason: String,
    pub rows: i64,
    /// Key and value of the first of them; NULL has no value.
    pub samples: Vec<(String, Option<String>)>,
}

/// Most frequent first.
pub fn rejects(session: &mut Session, run: i64) -> Result<Vec<Rejects>> {
    let rows = session.query(include_str!("rejects.sql"), &[&run])?;
    let mut found: Vec<Rejects> = Vec::new();
    for row in rows {
        let sample = (row.get("key"), row.get("value"));
        if row.get::<_, i64>("number") > 1
            && let Some(last) = found.last_mut()
        {
            last.samples.push(sample);
            continue;
        }
        found.push(Rejects {
            source: row.get("source"),
            target: row.get("target"),
            column: row.get("column_name"),
            rule: row.get("rule"),
            reason: row.get("reason"),
            rows: row.get("rows"),
            samples: vec![sample],
        });
    }
    Ok(found)
}
