//! `checks/*.sql`: queries that return a row for each thing that is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Mutex, PoisonError};

use common::progress::count;
use common::{Error, Pool, Project, Result, Session, note};
use postgres::{Row, SimpleQueryMessage};
use rows::workers;
use sql_script::Script;

use crate::findings::{Findings, SHOWN};

#[derive(Debug, Default)]
pub struct Checks {
    empty: i64,
    failed: i64,
    skipped: i64,
}

impl Checks {
    /// `16 checks empty`, and how many could not be asked yet.
    pub fn sentence(&self) -> String {
        let mut sentence = format!("{} empty", count(self.empty, "check"));
        if self.failed > 0 {
            sentence = format!("{sentence}, {} NOT", self.failed);
        }
        if self.skipped > 0 {
            sentence = format!("{sentence}, {} skipped", self.skipped);
        }
        sentence
    }
}

/// How one check ended.
enum Answer {
    /// It needs a relation that is not there yet.
    NotAsked { needs: String },
    /// Rows that should not be.
    Wrong(Vec<String>),
}

/// Runs every check in a transaction that may not write, several at a time; they are told in the
/// order of their names.
///
/// # Errors
/// A check is not a query that PostgreSQL understands.
pub fn verify(
    project: &Project,
    new: &Pool,
    workers: usize,
    findings: &mut Findings,
) -> Result<Checks> {
    let scripts = scripts(project)?;
    let answers = Mutex::new(BTreeMap::new());
    workers::share(workers, scripts.iter().enumerate(), |scripts| {
        let mut session = new.session_of_users()?;
        session.batch(include_str!("checks.sql"))?;
        for (index, script) in scripts {
            let answer = answer(&mut session, script)?;
            answers.lock().unwrap_or_else(PoisonError::into_inner).insert(index, answer);
        }
        session.rollback()
    })?;
    let mut checks = Checks::default();
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (script, answer) in scripts.iter().zip(answers.into_values()) {
        let path = script.path.display();
        match answer {
            Answer::NotAsked { needs } => {
                let name = script.path.file_stem().unwrap_or_default().to_string_lossy();
                note(format_args!(
                    "{name} was skipped: {needs} does not exist yet (`make migrate-sql`)"
                ));
                checks.skipped += 1;
            }
            Answer::Wrong(rows) if rows.is_empty() => checks.empty += 1,
            Answer::Wrong(rows) => {
                checks.failed += 1;
                let what = header(script, "check")
                    .map_or_else(String::new, |check| format!(" (should hold: {check})"));
                let number = count(i64::try_from(rows.len()).unwrap_or(i64::MAX), "row");
                findings.add(format!("{path} returns {number}{what}"));
                for row in rows.iter().take(SHOWN) {
                    findings.add(format!("  {row}"));
                }
            }
        }
    }
    Ok(checks)
}

/// In the order of their names.
fn scripts(project: &Project) -> Result<Vec<Script>> {
    let folder = project.checks();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<_> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    paths.iter().map(|path| Script::read(path)).collect()
}

fn header(script: &Script, key: &str) -> Option<String> {
    script.headers().into_iter().find(|header| header.key == key).map(|header| header.value)
}

fn answer(new: &mut Session, script: &Script) -> Result<Answer> {
    match header(script, "needs") {
        Some(needs) if !exists(new, &needs)? => Ok(Answer::NotAsked { needs }),
        _ => ask(new, script).map(Answer::Wrong),
    }
}

fn exists(new: &mut Session, relation: &str) -> Result<bool> {
    let row: Row = new.query_one("SELECT to_regclass($1) IS NOT NULL", &[&relation])?;
    Ok(row.get(0))
}

/// The rows of a check, each as `column=value` pairs.
fn ask(new: &mut Session, script: &Script) -> Result<Vec<String>> {
    let statements = script.statements()?;
    let [statement] = statements.as_slice() else {
        return Err(Error::usage(format!(
            "{}: a check is one query, but this one has {} statements",
            script.path.display(),
            statements.len()
        )));
    };
    let sql = script.sql(statement);
    let messages = new
        .client()
        .simple_query(sql)
        .map_err(|error| script.locate(statement, Error::from(error)))?;
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let shown = rows.map(|row| {
        let fields = row.columns().iter().enumerate().map(|(index, column)| {
            format!("{}={}", column.name(), row.get(index).unwrap_or("NULL"))
        });
        fields.collect::<Vec<_>>().join(" ")
    });
    Ok(shown.collect())
}
