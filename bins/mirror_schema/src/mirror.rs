//! A mirror: a schema of the source, its schema in the target, and the folder of its files.

use std::path::PathBuf;

use common::{Database, Result};

use crate::arguments::Which;
use crate::fold::names::{Names, cut, refuse_long, refuse_same};

#[derive(Clone, Debug)]
pub struct Mirror {
    /// The schema in the source.
    pub source: String,
    /// The schema in the target.
    pub name: String,
    folder: PathBuf,
}

impl Mirror {
    pub fn revisions(&self) -> PathBuf {
        self.folder.join("revisions")
    }

    /// The whole mirror as SQL, for reading.
    pub fn models(&self) -> PathBuf {
        self.folder.join("models.sql")
    }

    /// The last change as SQL, for review.
    pub fn migration(&self) -> PathBuf {
        self.folder.join("migration.sql")
    }

    /// The target, with the mirror as its only schema to look in: there is the version table, so
    /// that a mirror and a project live in one database.
    pub fn in_target(&self, target: &Database) -> Database {
        // Blanks and backslashes would end the value; a folded name may hold either.
        let name = catalog::quote(&self.name).replace('\\', "\\\\").replace(' ', "\\ ");
        target.with_options(&format!("-c search_path={name}"))
    }
}

/// The mirrors that are asked for, and how names go from the source to them.
///
/// # Errors
/// A schema's name is too long in the mirror, or two are one there.
pub fn mirrors(which: &Which, source: &Database) -> Result<(Vec<Mirror>, Names)> {
    let mut mirrors: Vec<Mirror> = Vec::new();
    for schema in which.schemas.iter().map(|schema| schema.trim()).filter(|name| !name.is_empty()) {
        let name = Names::schema(&source.name, schema);
        if let Some(other) = mirrors.iter().find(|mirror| cut(&mirror.name) == cut(&name)) {
            return Err(refuse_same(
                &format!("schema {}", other.source),
                &format!("schema {schema}"),
                cut(&name),
            ));
        }
        let folder = which.dir.join(&name);
        mirrors.push(Mirror { source: schema.to_owned(), name, folder });
    }
    if let Some(long) = mirrors.iter().find(|mirror| cut(&mirror.name) != mirror.name) {
        let what = format!("schema {}.{}", source.name, long.source);
        return Err(refuse_long(&what, &long.name));
    }
    let names = Names::new(mirrors.iter().map(|m| (m.source.clone(), m.name.clone())));
    Ok((mirrors, names))
}
