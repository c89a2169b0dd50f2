//! The schema `pgrefit` of a database that we keep: which tables there are, of which version, and
//! how an older pgrefit's become today's. Each binary writes to the tables of its own part; what
//! another one wants to know of them it asks here.
//!
//! ```text
//! prepare(session, part)     makes or upgrades the tables of a part, before the first write
//! exists(session, part)      whether anything of it was ever written; writes nothing itself
//! loads, revisions, scripts  what others read of a part, whichever version it has
//! ```

pub mod loads;
pub mod revisions;
pub mod scripts;

use common::identifier::literal;
use common::{Context, Error, Result, Session};
use postgres::error::SqlState;

/// What the tables of one binary's books are called together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// migrate_schema's and mirror_schema's revisions.
    Revisions,
    /// apply_sql's scripts.
    Scripts,
    /// migrate_data's ledger.
    Loads,
    /// What mirrors were made of.
    Mirrors,
}

/// How each part came to be what it is, step by step. The first step also completes the tables of
/// before there were versions, so it makes only what is missing.
const STEPS: [(Part, &str, &[&str]); 4] = [
    (
        Part::Revisions,
        "revision_log",
        &[include_str!("revisions/1_journal.sql"), include_str!("revisions/2_words.sql")],
    ),
    (
        Part::Scripts,
        "script_log",
        &[include_str!("scripts/1_log.sql"), include_str!("scripts/2_words.sql")],
    ),
    (Part::Loads, "load_run", &[include_str!("loads/1_tables.sql")]),
    (
        Part::Mirrors,
        "mirror",
        &[include_str!("mirrors/1_lineage.sql"), include_str!("mirrors/2_words.sql")],
    ),
];

impl Part {
    fn row(self) -> &'static (Part, &'static str, &'static [&'static str]) {
        let found = STEPS.iter().find(|(part, ..)| *part == self);
        found.expect("every part has its steps")
    }

    fn name(self) -> &'static str {
        match self {
            Part::Revisions => "revisions",
            Part::Scripts => "scripts",
            Part::Loads => "loads",
            Part::Mirrors => "mirrors",
        }
    }

    /// The table that is there from the first write on.
    fn first_table(self) -> &'static str {
        self.row().1
    }

    fn steps(self) -> &'static [&'static str] {
        self.row().2
    }

    /// The version that this program writes.
    fn version(self) -> i32 {
        i32::try_from(self.steps().len()).expect("there are few steps")
    }
}

/// Whether the part's tables are there, of whatever version.
pub fn exists(session: &mut Session, part: Part) -> Result<bool> {
    let table = format!("pgrefit.{}", part.first_table());
    Ok(session.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?.get(0))
}

/// Makes the tables of a part, or brings an older pgrefit's up to date, in one transaction. Where
/// they are of today, nothing is written and nothing is locked. Not to be called in a transaction.
///
/// # Errors
/// A newer pgrefit keeps them, or the role may not create or change them; nothing was changed.
pub fn prepare(session: &mut Session, part: Part) -> Result<()> {
    match version(session, part)? {
        Some(found) if found == part.version() => return Ok(()),
        Some(found) if found > part.version() => return Err(kept_by_a_newer_one(part, found)),
        _ => {}
    }
    session.begin()?;
    let done = session.batch(include_str!("begin.sql")).and_then(|()| {
        let prepared = session.batch(&script(part));
        prepared.context(|| format!("pgrefit's own tables of {} cannot be made", part.name()))
    });
    if let Err(error) = done {
        // The first error is the one to be told.
        drop(session.rollback());
        return Err(error);
    }
    session.commit()
}

/// The statements that [`prepare`] runs, for a script that psql runs. They look at the version
/// themselves, so that they may run again, or after another binary's.
pub fn script(part: Part) -> String {
    let name = literal(part.name());
    let steps = part.steps().iter().enumerate().map(|(index, step)| {
        format!("    IF found < {} THEN EXECUTE $step$\n{step}$step$;\n    END IF;\n", index + 1)
    });
    format!(
        "{}
DO $pgrefit$
DECLARE found integer := coalesce((SELECT version FROM pgrefit.version WHERE part = {name}), 0);
BEGIN
{}    INSERT INTO pgrefit.version AS v (part, version) VALUES ({name}, {version})
    ON CONFLICT (part) DO UPDATE SET version = EXCLUDED.version, upgraded_at = now()
    WHERE v.version < EXCLUDED.version;
END
$pgrefit$;
",
        include_str!("version.sql"),
        steps.collect::<String>(),
        version = part.version()
    )
}

const VERSION: &str = "SELECT version FROM pgrefit.version WHERE part = $1";

/// The version of a part; `None` where there are no versions yet, or not of this part.
fn version(session: &mut Session, part: Part) -> Result<Option<i32>> {
    match session.query_opt(VERSION, &[&part.name()]) {
        Ok(row) => Ok(row.map(|row| row.get(0))),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Neither the table nor, maybe, the schema was ever made.
fn is_missing(error: &Error) -> bool {
    error.is(&SqlState::UNDEFINED_TABLE) || error.is(&SqlState::INVALID_SCHEMA_NAME)
}

fn kept_by_a_newer_one(part: Part, found: i32) -> Error {
    Error::new(format!("a newer pgrefit keeps the {} of this database", part.name()))
        .detail(format!(
            "pgrefit.version says {found}; this one knows versions up to {}.",
            part.version()
        ))
        .hint("Use that pgrefit, or a newer one. Nothing was changed.")
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    /// A step that has shipped is never edited: what it made stands in databases.
    #[test]
    fn every_step_says_what_it_does_and_what_it_locks() {
        for (part, _, steps) in STEPS {
            for (number, step) in steps.iter().enumerate() {
                let comments: Vec<_> = step.lines().take_while(|l| l.starts_with("--")).collect();
                let says = |word: &str| comments.iter().any(|line| line.starts_with(word));
                assert!(says("-- What:") && says("-- Locks:"), "{part:?} {}", number + 1);
            }
        }
    }
}
