//! Rows that pass every rule of ours but not PostgreSQL's: remembered, so that a second try does
//! not let others merge into them again.

use common::{Result, Session};

use crate::clean::Rule;
use crate::keys::Key;
use crate::plan::Source;
use crate::survey::Refused;
use crate::transform::Reject;

pub fn add(
    session: &mut Session,
    run: i64,
    source: &Source,
    key: &Key,
    reject: &Reject,
) -> Result<()> {
    session.execute(
        "INSERT INTO pgrefit.load_refused (run, source, key, target, column_name, reason, value, sqlstate) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        &[
            &run,
            &source.label,
            &key.to_string(),
            &reject.target,
            &reject.column,
            &reject.reason,
            &reject.value,
            &reject.sqlstate,
        ],
    )?;
    Ok(())
}

/// Those that are refused now take the place of those known before.
pub fn replace(session: &mut Session, run: i64, source: &Source, refused: &Refused) -> Result<()> {
    session.execute(
        "DELETE FROM pgrefit.load_refused WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    for (key, reject) in refused {
        add(session, run, source, key, reject)?;
    }
    Ok(())
}

pub fn known(session: &mut Session, run: i64, source: &Source) -> Result<Refused> {
    let rows = session.query(
        "SELECT key, target, column_name, reason, value, sqlstate FROM pgrefit.load_refused \
         WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    let refused = rows.iter().map(|row| {
        let reject = Reject {
            target: row.get(1),
            column: row.get(2),
            rule: Rule::Server,
            reason: row.get(3),
            value: row.get(4),
            sqlstate: row.get(5),
        };
        (Key::new(row.get(0), source.key.is_integer), reject)
    });
    Ok(refused.collect())
}

/// Takes back what a source has loaded, in one transaction: its targets are filled by no other
/// source, and those that look them up come later.
pub fn start_over(session: &mut Session, run: i64, source: &Source) -> Result<()> {
    session.begin()?;
    for target in &source.targets {
        session.batch(&format!("DELETE FROM {}", target.sql))?;
    }
    for table in ["quarantine", "lineage"] {
        session.execute(
            &format!("DELETE FROM pgrefit.{table} WHERE run = $1 AND source = $2"),
            &[&run, &source.label],
        )?;
    }
    session.execute(
        "UPDATE pgrefit.load_chunk SET read = NULL, loaded = NULL, merged = NULL, quarantined = NULL, \
         target_rows = NULL, replaced = NULL, hash = NULL, committed_at = NULL WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    session.execute(
        "UPDATE pgrefit.load_source SET survivors = NULL WHERE run = $1 AND source = $2",
        &[&run, &source.label],
    )?;
    session.commit()
}
