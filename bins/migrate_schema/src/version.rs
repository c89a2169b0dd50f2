//! Alembic's own version table: a set of rows, one per minimal head.

use std::collections::BTreeSet;

use common::{Database, Error, Result, Session};
use postgres::error::SqlState;

use crate::graph::{Graph, Set};
use crate::revisions::Revisions;

/// As Alembic creates it.
pub const CREATE: &str =
    "(version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))";

/// The rows; none where there is no table yet. Writes nothing.
pub fn rows(session: &mut Session) -> Result<BTreeSet<String>> {
    match session.query("SELECT version_num FROM alembic_version", &[]) {
        Ok(rows) => Ok(rows.iter().map(|row| row.get(0)).collect()),
        Err(error) if error.is(&SqlState::UNDEFINED_TABLE) => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

/// All revisions that the rows stand for.
///
/// # Errors
/// A row names a revision that has no file here.
pub fn applied(revisions: &Revisions, rows: &BTreeSet<String>, database: &Database) -> Result<Set> {
    match rows.iter().find(|row| find(&revisions.graph, row).is_none()) {
        Some(unknown) => Err(Error::new(format!(
            "{database} is at revision {unknown}, which no file in {} has",
            revisions.folder.display()
        ))
        .hint(
            "It was applied from somewhere else: fetch its file, or, if the schema is known to be \
             at another revision, say so with `migrate_schema stamp --purge REV`. Nothing was changed.",
        )),
        None => Ok(known(&revisions.graph, rows)),
    }
}

/// As [`applied`], leaving out what has no file here.
pub fn known(graph: &Graph, rows: &BTreeSet<String>) -> Set {
    graph.ancestors(rows.iter().filter_map(|row| find(graph, row)))
}

/// By id alone: a row is never a label.
fn find(graph: &Graph, row: &str) -> Option<usize> {
    graph.find(row).filter(|index| graph.id(*index) == row)
}
