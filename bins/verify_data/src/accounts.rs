//! The ledger against `count(*)` and against the keys, in both databases.

use std::collections::HashMap;
use std::{panic, thread};

use common::identifier::quote;
use common::progress::grouped;
use common::{Database, Error, Result, Session};
use migrate_data::ledger::audit::{self, Away, Kept};
use migrate_data::ledger::{self, gone};
use migrate_data::plan::{FieldInput, Plan, Source};
use migrate_data::value::Kind;
use rows::{CopyStream, RowsHash};

use crate::findings::{Findings, SHOWN};

/// The run to verify.
///
/// # Errors
/// There is none, it is not finished, or the mapping is not the one it was made by.
pub fn finished_run(new: &mut Session, plan: &Plan) -> Result<i64> {
    match ledger::last_run(new)? {
        None => Err(Error::new("nothing has been loaded into this database")
            .hint("`make migrate-data` loads it.")),
        Some(run) if !run.is_finished => Err(Error::new(format!("run {} is not finished", run.number))
            .hint("`make migrate-data` goes on with it.")),
        Some(run) if run.checksum != plan.checksum => {
            Err(Error::new(format!("the mapping has changed since run {}", run.number))
                .hint("Verify with the mapping that loaded the rows, or load again with `migrate_data --restart`."))
        }
        Some(run) => Ok(run.number),
    }
}

/// `read = loaded + merged + quarantined`, in rows and key by key; no constraint left aside.
pub fn verify(
    old: &Database,
    new: &mut Session,
    new_database: &Database,
    plan: &Plan,
    run: i64,
    findings: &mut Findings,
) -> Result<()> {
    let mut sides = Sides { old: CopyStream::open(old)?, new: CopyStream::open(new_database)? };
    let summaries = ledger::summaries(new, run)?;
    for source in &plan.sources {
        let Some(summary) = summaries.iter().find(|summary| summary.source == source.label) else {
            findings.add_account(format!("{}: run {run} did not read it", source.label));
            continue;
        };
        let fates = summary.loaded + summary.merged + summary.quarantined;
        if summary.read != fates {
            findings.add_account(format!(
                "{}: {} rows read, {} accounted for",
                source.label,
                grouped(summary.read),
                grouped(fates)
            ));
        }
        for (kept, fate, expected) in [
            (Kept::Quarantine, "quarantined", summary.quarantined),
            (Kept::Lineage, "merged", summary.merged),
        ] {
            let rows = audit::keys_kept(new, run, &source.label, kept)?;
            if rows != expected {
                findings.add_account(format!(
                    "{}: {} rows {fate}, {} of them in {}",
                    source.label,
                    grouped(expected),
                    grouped(rows),
                    kept.table().0
                ));
            }
        }
        verify_targets(new, source, run, findings)?;
        verify_keys(&mut sides, new, source, run, findings)?;
    }
    for Away { kind, name, table } in audit::away(new)? {
        findings.add(format!(
            "the {kind} {name} of {table} was set aside and has not been brought back"
        ));
    }
    Ok(())
}

/// Rows in the tables against rows that the ledger says were written.
fn verify_targets(
    new: &mut Session,
    source: &Source,
    run: i64,
    findings: &mut Findings,
) -> Result<()> {
    for target in &source.targets {
        let written = audit::rows_written(new, run, &source.label, &target.name)?;
        let from_clause = gone::without(new, run, target)?;
        let rows = count(new, &from_clause)?;
        if rows != written {
            findings.add_account(format!(
                "{} has {} rows, {} were loaded",
                target.name,
                grouped(rows),
                grouped(written)
            ));
        }
    }
    Ok(())
}

fn count(session: &mut Session, from: &str) -> Result<i64> {
    Ok(session.query_one(&format!("SELECT count(*) FROM {from}"), &[])?.get(0))
}

/// A connection to either database, for many keys.
struct Sides {
    old: CopyStream,
    new: CopyStream,
}

/// A multiset of keys, in constant memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Keys {
    rows: u64,
    sum: RowsHash,
}

/// The keys of the source are those that were read, and each is in exactly one of target, lineage
/// and quarantine. Where the target does not keep the source's key, the counts stand alone.
fn verify_keys(
    sides: &mut Sides,
    new: &mut Session,
    source: &Source,
    run: i64,
    findings: &mut Findings,
) -> Result<()> {
    let kept = kept_keys(new, source, run)?;
    let Sides { old: old_keys, new: new_keys } = sides;
    // Each side has a server process of its own, so that the two take the time of one.
    let (there, accounted) = thread::scope(|scope| {
        let there = scope.spawn(|| hashed(old_keys, &source_keys(source)));
        let accounted = kept.as_ref().map(|query| hashed(new_keys, query)).transpose();
        let there = there.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked));
        (there, accounted)
    });
    let there = there?;
    let accounted = accounted?.unwrap_or(there);
    let read = audit::keys_read(new, run, &source.label)?;
    if accounted == there && read == there.sum {
        return Ok(());
    }
    match kept.filter(|_| accounted != there) {
        Some(query) => name_keys(sides, source, &query, findings),
        None => {
            findings.add_account(format!(
                "{}: its keys are not those that run {run} read",
                source.label
            ));
            Ok(())
        }
    }
}

fn source_keys(source: &Source) -> String {
    format!("SELECT {}::text FROM {}", source.key.sql, source.from_clause)
}

/// Every key with a fate, once for each; `None` where the main target does not keep it.
fn kept_keys(new: &mut Session, source: &Source, run: i64) -> Result<Option<String>> {
    let main = &source.targets[source.main];
    let kept = main.columns.iter().find(|column| {
        let field = &source.fields[column.field];
        let is_whole = matches!(column.kind, Kind::Integer(_) | Kind::Text(_));
        field.input == FieldInput::Key
            && field.clean.is_empty()
            && field.lookup.is_none()
            && is_whole
    });
    let Some(column) = kept else { return Ok(None) };
    let from_clause = gone::without(new, run, main)?;
    Ok(Some(format!(
        "SELECT {}::text FROM {from_clause} UNION ALL {}",
        quote(&column.name),
        audit::set_apart_sql(run, &source.label)
    )))
}

fn hashed(stream: &mut CopyStream, query: &str) -> Result<Keys> {
    let mut keys = Keys::default();
    for_each_key(stream, query, |key| {
        keys.rows += 1;
        keys.sum += RowsHash::of(key.as_bytes());
    })?;
    Ok(keys)
}

fn for_each_key(stream: &mut CopyStream, query: &str, mut visit: impl FnMut(&str)) -> Result<()> {
    stream.rows(&format!("COPY ({query}) TO STDOUT (FORMAT binary)"), |row| {
        visit(row.text(0)?.unwrap_or("NULL"));
        Ok(())
    })
}

/// Names keys that have no fate, or more than one. Only once something is wrong, since it holds a
/// number per key.
fn name_keys(
    Sides { old, new }: &mut Sides,
    source: &Source,
    kept: &str,
    findings: &mut Findings,
) -> Result<()> {
    let hash = |key: &str| RowsHash::of(key.as_bytes());
    let mut fates: HashMap<RowsHash, i64> = HashMap::new();
    for_each_key(new, kept, |key| *fates.entry(hash(key)).or_default() += 1)?;
    let (mut lost, mut twice) = (Vec::new(), Vec::new());
    for_each_key(old, &source_keys(source), |key| match fates.remove(&hash(key)) {
        None => lost.push(key.to_owned()),
        Some(1) => {}
        Some(_) => twice.push(key.to_owned()),
    })?;
    let mut invented = Vec::new();
    for_each_key(new, kept, |key| {
        if fates.contains_key(&hash(key)) {
            invented.push(key.to_owned());
        }
    })?;
    let label = &source.label;
    tell(findings, &lost, |key| {
        format!("{label} {key}: neither loaded nor merged nor quarantined")
    });
    tell(findings, &twice, |key| format!("{label} {key}: has more than one fate"));
    let main = &source.targets[source.main].name;
    tell(findings, &invented, |key| format!("{main} {key}: does not come from any row of {label}"));
    Ok(())
}

fn tell(findings: &mut Findings, keys: &[String], sentence: impl Fn(&str) -> String) {
    for key in keys.iter().take(SHOWN) {
        findings.add_account(sentence(key));
    }
    if keys.len() > SHOWN {
        findings.add_account(format!(
            "  and {} more like it",
            grouped(i64::try_from(keys.len() - SHOWN).unwrap_or(i64::MAX))
        ));
    }
}
