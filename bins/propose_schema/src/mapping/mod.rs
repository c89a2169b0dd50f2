//! A mapping to start from, out of both databases: tables and columns matched by their names and by
//! what the old rows look like, cleaners and formats chosen from the profile, doubts as comments.
//!
//! What it writes is checked against both catalogs as any mapping is. What cannot be filled is
//! written as a comment, never left out without a word.

mod catalog;
mod columns;
mod cut;
mod labels;
mod names;
mod sources;
mod spec;
mod tables;
mod toml;
mod write;

use common::identifier::QualifiedName;
use common::{Database, Error, Pool, Result};

use migrate_data::catalog::Relation;
use migrate_data::mapping::{Mapping, MappingFile};
use migrate_data::plan;

use crate::profile::{self, Takers};
use columns::Columns;
use tables::{OldTable, Target};

/// The text of a mapping.
///
/// # Errors
/// A database cannot be read, the new one has no tables, or nothing matches.
pub fn propose(old: &Pool, new: &Pool, new_name: &Database, workers: usize) -> Result<String> {
    let tables = catalog::new_tables(&mut new.session()?)?;
    if tables.is_empty() {
        return Err(Error::new(format!("{} has no tables to fill", new_name.name))
            .hint("`make migrate` creates the new database's tables."));
    }
    let takers = Takers::default();
    let mut sources = Vec::new();
    for name in catalog::table_names(&mut old.session()?)? {
        sources.push(old_table(old, &name, workers)?);
    }
    let mut targets = sources::choose(&tables, &sources);
    Columns { sources: &sources, takers: &takers }.fill(&mut targets);
    sources::forget_unfilled(&mut targets);
    let text = write::mapping(&sources, &targets);
    if targets.iter().any(Target::is_filled) {
        let file = MappingFile { path: "the suggestion".into(), text: text.clone() };
        let mapping = Mapping::read(file)?;
        plan::plan(&mapping, &mut old.session()?, &mut new.session()?, new_name)?;
    }
    Ok(text)
}

fn old_table(old: &Pool, name: &QualifiedName, workers: usize) -> Result<OldTable> {
    let profile = profile::profile(old, name, workers)?;
    let relation = Relation::find(&mut old.session()?, name)?;
    let key = relation.and_then(|relation| match relation.primary_key.as_slice() {
        [only] => Some(only.clone()),
        _ => relation
            .unique_columns
            .iter()
            .find(|unique| relation.column(unique).is_some_and(|column| column.not_null))
            .cloned(),
    });
    Ok(OldTable { profile, key })
}
