//! What is matched: tables of the old database, and what the tables of the new one can be made of.

use super::catalog::NewTable;
use super::spec::Spec;
use crate::profile::TableProfile;

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

impl Target<'_> {
    /// Whether the mapping can make its rows.
    pub fn is_filled(&self) -> bool {
        self.source.is_some() && self.unfilled.is_empty() && !self.columns.is_empty()
    }

    pub fn spec(&self, column: &str) -> Option<&Spec> {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, spec)| spec)
    }
}
