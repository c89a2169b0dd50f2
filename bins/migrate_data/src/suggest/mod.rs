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
mod toml;
mod write;

use common::identifier::QualifiedName;
use common::{Database, Error, Pool, Result};

use crate::catalog::Relation;
use crate::mapping::{Mapping, MappingFile};
use crate::plan;
use crate::profile::{self, TableProfile, Takers};
use catalog::NewTable;
use columns::Columns;
use spec::Spec;

/// A table of the old database that can be a source.
pub struct OldTable {
    pub profile: TableProfile,
    /// The column that names a row; without one, no target can be made of it.
    pub key: Option<String>,
}

/// A table of the new database, and what it can be made of.
pub struct Target<'a> {
    pub table: &'a NewTable,
    /// Index of the source, where one looks like it.
    pub source: Option<usize>,
    /// The source column that the whole table is cut out of, such as `category` for categories.
    pub cut_from: Option<String>,
    pub unique: Option<Unique>,
    pub skip_if_null: Option<String>,
    /// By column of the new table, in its order.
    pub columns: Vec<(String, Spec)>,
    /// NOT NULL columns that nothing fills; with one of them, the target is only a comment.
    pub unfilled: Vec<String>,
    /// Nullable columns that nothing looks like.
    pub empty: Vec<String>,
}

pub struct Unique {
    pub by: Vec<String>,
    pub ignores_case: bool,
}

/// The text of a mapping.
///
/// # Errors
/// A database cannot be read, the new one has no tables, or nothing matches.
pub fn suggest(old: &Pool, new: &Pool, new_name: &Database, workers: usize) -> Result<String> {
    let tables = catalog::new_tables(&mut new.session()?)?;
    if tables.is_empty() {
        return Err(Error::new(format!("{} has no tables to fill", new_name.name))
            .hint("`make migrate` brings the new database's tables."));
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

impl Target<'_> {
    /// Whether the mapping can make its rows.
    pub fn is_filled(&self) -> bool {
        self.source.is_some() && self.unfilled.is_empty() && !self.columns.is_empty()
    }

    pub fn spec(&self, column: &str) -> Option<&Spec> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, spec)| spec)
    }
}
