//! A mirror's revisions: in the format of migrate_schema, with version rows of their own.

use std::fs;
use std::path::PathBuf;

use common::{Database, Error, Result, Session, Terms};
use migrate_schema::arguments::Patience;
use migrate_schema::change;
use migrate_schema::revisions::Revisions;
use migrate_schema::write::{self, Draft};

use crate::files;
use crate::mirror::Mirror;
use catalog::Plan;

/// The revision that a mirror is at; empty where it is at none.
pub fn current(target: &mut Session, mirror: &Mirror) -> Result<String> {
    let table = format!("{}.alembic_version", catalog::quote(&mirror.name));
    let there = target.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?;
    if !there.get::<_, bool>(0) {
        return Ok(String::new());
    }
    let row = target.query_opt(&format!("SELECT version_num FROM {table}"), &[])?;
    Ok(row.map(|row| row.get(0)).unwrap_or_default())
}

/// The revision that the files lead to; empty where there are none.
pub fn head(mirror: &Mirror) -> Result<String> {
    let graph = Revisions::load(&mirror.revisions())?.graph;
    let heads = graph.heads();
    Ok(heads.first().map(|head| graph.id(*head).to_owned()).unwrap_or_default())
}

/// A revision that is written and not yet applied.
pub struct Written {
    pub id: String,
    path: PathBuf,
}

/// Writes the next revision of a mirror.
pub fn write(mirror: &Mirror, message: &str, up: &Plan, down: &Plan) -> Result<Written> {
    let revisions = Revisions::load(&mirror.revisions())?;
    let graph = &revisions.graph;
    let after: Vec<String> = graph.heads().iter().map(|head| graph.id(*head).to_owned()).collect();
    let draft = Draft {
        message: message.to_owned(),
        transactional: true,
        upgrade: files::script(&up.statements),
        downgrade: files::script(&down.statements),
    };
    let id = write::new_id();
    let path = write::write(&revisions, &id, &after, &[], &[], &draft)?;
    Ok(Written { id, path })
}

impl Written {
    /// Applies it, and takes its file back where it could not be.
    pub fn apply(&self, mirror: &Mirror, target: &Database, patience: &Patience) -> Result<()> {
        apply(mirror, target, patience).map_err(|error| {
            let after = Session::open(target, Terms::Users)
                .and_then(|mut session| current(&mut session, mirror));
            match after {
                Ok(at) if at == self.id => error,
                Ok(_) => match fs::remove_file(&self.path) {
                    Ok(()) => error.hint("The mirror is as it was; no file was kept."),
                    Err(gone) => error.detail(format!("{}: {gone}", self.path.display())),
                },
                // The next run asks the server what became of it.
                Err(_) => {
                    error.hint("Run the same command again: it goes on where this one stopped.")
                }
            }
        })
    }
}

/// Applies every revision that was written.
pub fn apply(mirror: &Mirror, target: &Database, patience: &Patience) -> Result<()> {
    let revisions = Revisions::load(&mirror.revisions())?;
    change::Change::of(&revisions, mirror.in_target(target), false).upgrade("heads", patience)
}

/// Undoes revisions down to `goal`.
///
/// # Errors
/// There is no such revision.
pub fn undo(mirror: &Mirror, target: &Database, goal: &str, patience: &Patience) -> Result<()> {
    let revisions = Revisions::load(&mirror.revisions())?;
    if revisions.graph.is_empty() {
        return Err(Error::usage(format!("{} has no revisions", mirror.name))
            .hint("`mirror_schema` makes the first. Nothing was changed."));
    }
    change::Change::of(&revisions, mirror.in_target(target), false).downgrade(goal, patience)
}
