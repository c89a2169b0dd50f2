//! An Alembic project as our files: its own Alembic renders the SQL, one file per revision, the
//! graph as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Error, Outcome, Result, note, progress, say};
use serde::Deserialize;

use crate::graph::plan::Direction;
use crate::revisions::Revisions;
use crate::write::{file_name, text};

const RENDER: &str = include_str!("import/render.py");

/// One revision, as `render.py` tells of it.
#[derive(Debug, Deserialize)]
struct Told {
    revision: String,
    down: Vec<String>,
    depends_on: Vec<String>,
    labels: Vec<String>,
    message: String,
    upgrade: Rendered,
    downgrade: Rendered,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Rendered {
    Sql(String),
    /// Why Alembic could not say it as SQL: the revision looks at the database, for one.
    Failure(String),
}

/// Writes the revisions of the Alembic project that `ini` belongs to into the folder, which must
/// hold none yet.
///
/// What cannot be rendered keeps its place in the graph: such an upgrade stops with the reason
/// where it is run, and such a downgrade is irreversible. Both are named, with exit code 3.
pub fn import(revisions: &Revisions, ini: &Path, python: &Path) -> Result<Outcome> {
    if !revisions.graph.is_empty() {
        return Err(Error::usage(format!("{} holds revisions", revisions.folder.display()))
            .hint("Import into a new project: `--project sql/NAME`. Nothing was written."));
    }
    let told = ask(&ini_file(ini)?, python)?;
    fs::create_dir_all(&revisions.folder)?;
    let mut written = Vec::new();
    let made = told.iter().try_for_each(|told| write(&revisions.folder, told, &mut written));
    // Names that are none here, and whatever else is no revision, is found before anyone runs it.
    if let Err(error) = made.and_then(|()| checked(&revisions.folder)) {
        for path in written {
            fs::remove_file(path)?;
        }
        return Err(error.hint("Nothing was written."));
    }
    let failures: Vec<String> = told.iter().flat_map(failures).collect();
    for failure in &failures {
        note(failure);
    }
    let count = progress::count(i64::try_from(told.len()).unwrap_or(i64::MAX), "revision");
    let folder = revisions.folder.display();
    if failures.is_empty() {
        say(format_args!("wrote {count} to {folder}"));
        return Ok(Outcome::Done);
    }
    say(format_args!("wrote {count} to {folder}, to be finished by hand where named above"));
    Ok(Outcome::FellShort)
}

fn ini_file(given: &Path) -> Result<PathBuf> {
    let path = if given.is_dir() { given.join("alembic.ini") } else { given.to_owned() };
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::usage(format!("{} does not exist", path.display()))
        .hint("Name the folder that holds alembic.ini, or the file itself. Nothing was written."))
}

fn ask(ini: &Path, python: &Path) -> Result<Vec<Told>> {
    let install = "Name the Python that runs this project's Alembic with --python, such as .venv/bin/python. Nothing was written.";
    let output =
        Command::new(python).args(["-c", RENDER]).arg(ini).stdin(Stdio::null()).output().map_err(
            |error| Error::usage(format!("{}: {error}", python.display())).hint(install),
        )?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(Error::new(format!("Alembic could not read {}", ini.display()))
            .detail(last.trim())
            .hint(install));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    let told = |line: &str| {
        serde_json::from_str(line).map_err(|error| Error::new(format!("render.py: {error}")))
    };
    lines.lines().map(told).collect()
}

fn write(folder: &Path, told: &Told, written: &mut Vec<PathBuf>) -> Result<()> {
    let (upgrade, alone) = match &told.upgrade {
        Rendered::Sql(sql) => own_transaction(sql),
        Rendered::Failure(reason) => (refusal(&told.revision, reason), false),
    };
    let (downgrade, alone_down) = match &told.downgrade {
        Rendered::Sql(sql) => own_transaction(sql),
        Rendered::Failure(_) => (String::new(), false),
    };
    let mark = match &told.downgrade {
        Rendered::Sql(_) => "-- +downgrade".to_owned(),
        Rendered::Failure(reason) => format!("-- +downgrade irreversible: {reason}"),
    };
    let empty = text(&told.revision, &told.down, &told.labels, &told.depends_on, &told.message);
    let text = empty
        .replace("-- +upgrade\n", &format!("-- +upgrade\n{upgrade}\n"))
        .replace("-- +downgrade\n", &format!("{mark}\n{downgrade}\n"))
        .replace(
            "-- transaction: on",
            if alone || alone_down { "-- transaction: off" } else { "-- transaction: on" },
        );
    let path = folder.join(file_name(&told.revision, &told.message));
    fs::write(&path, text)?;
    written.push(path);
    Ok(())
}

/// An `autocommit_block` ends Alembic's transaction and begins another; such a revision runs
/// statement by statement here.
fn own_transaction(sql: &str) -> (String, bool) {
    let is_control = |line: &&str| matches!(line.trim(), "BEGIN;" | "COMMIT;");
    let alone = sql.lines().any(|line| is_control(&line));
    let kept: Vec<&str> = sql.lines().filter(|line| !is_control(line)).map(str::trim_end).collect();
    let mut text = String::new();
    for line in kept {
        // Alembic leaves a blank line after each statement, and of a block more.
        if !(line.is_empty() && (text.is_empty() || text.ends_with("\n\n"))) {
            text.push_str(line);
            text.push('\n');
        }
    }
    (text.trim_end().to_owned(), alone)
}

fn refusal(revision: &str, reason: &str) -> String {
    let reason = reason.replace('\'', "''").replace('%', "%%").replace("$refusal$", "");
    format!(
        "-- Alembic could not render this revision as SQL; write here what it does, in place of this.\nDO $refusal$ BEGIN RAISE 'revision {revision} was not rendered: {reason}'; END $refusal$;"
    )
}

fn failures(told: &Told) -> Vec<String> {
    let parts = [("upgrade", &told.upgrade), ("downgrade", &told.downgrade)];
    let failure = |(part, rendered): (&str, &Rendered)| match rendered {
        Rendered::Sql(_) => None,
        Rendered::Failure(reason) => {
            Some(format!("the {part} of {} could not be rendered: {reason}", told.revision))
        }
    };
    parts.into_iter().filter_map(failure).collect()
}

fn checked(folder: &Path) -> Result<()> {
    let revisions = Revisions::load(folder)?;
    for index in 0..revisions.graph.len() {
        revisions.file(index).statements(Direction::Upgrade)?;
    }
    Ok(())
}
