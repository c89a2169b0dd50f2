//! `checks/*.sql`: queries that return a row for each thing that is wrong.

use std::fs;

use common::progress::count;
use common::script::Script;
use common::{Error, Project, Result, Session, note};
use postgres::{Row, SimpleQueryMessage};

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
            sentence = format!("{sentence}, {} not asked", self.skipped);
        }
        sentence
    }
}

/// Runs every check in a transaction that may not write.
///
/// # Errors
/// A check is not a query that PostgreSQL understands.
pub fn verify(project: &Project, new: &mut Session, findings: &mut Findings) -> Result<Checks> {
    let mut checks = Checks::default();
    let folder = project.checks();
    if !folder.is_dir() {
        return Ok(checks);
    }
    let mut paths: Vec<_> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    new.batch("BEGIN READ ONLY")?;
    for path in paths {
        let script = Script::read(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let headers = script.headers();
        let header = |key: &str| headers.iter().find(|header| header.key == key);
        if let Some(needs) = header("needs")
            && !exists(new, &needs.value)?
        {
            note(format_args!(
                "{name} is not asked: {} does not exist yet (`make migrate-sql`)",
                needs.value
            ));
            checks.skipped += 1;
            continue;
        }
        let wrong = ask(new, &script)?;
        if wrong.is_empty() {
            checks.empty += 1;
            continue;
        }
        checks.failed += 1;
        let what = header("check")
            .map_or_else(String::new, |check| format!(" (should hold: {})", check.value));
        let rows = count(i64::try_from(wrong.len()).unwrap_or(i64::MAX), "row");
        findings.add(format!("{} returns {rows}{what}", path.display()));
        for row in wrong.iter().take(SHOWN) {
            findings.add(format!("  {row}"));
        }
    }
    new.rollback()?;
    Ok(checks)
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
            "{}: a check is one query, this has {} statements",
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
