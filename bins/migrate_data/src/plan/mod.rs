//! The mapping, checked against both catalogs and made ready to run. Nothing is touched before
//! the whole plan stands.

mod build;
mod circular;
mod field;
mod key;
mod lookups;
mod source;
mod whole_row;

use std::sync::Arc;

use crate::clean::Cleaner;
use crate::mapping::{Keep, MaxRejects};
use crate::survivors::Lookups;
use crate::value::{Converter, Kind, Value};
pub use build::plan;
pub use whole_row::WholeRow;

/// What is done, source after source: each comes after those whose targets it looks up, but for
/// those that look up each other.
#[derive(Debug)]
pub struct Plan {
    pub sources: Vec<Source>,
    pub max_rejects: Option<MaxRejects>,
    /// Of the mapping; see [`crate::mapping::MappingFile::checksum`].
    pub checksum: String,
    /// Whether all of the mapping's sources are in it; see `only`.
    pub is_whole: bool,
    /// How many targets there are in all sources.
    pub target_count: usize,
}

/// One pass over a source table or query.
#[derive(Debug)]
pub struct Source {
    /// The name in ledger, quarantine and messages.
    pub label: String,
    /// For `FROM`, with the alias `s`.
    pub from_clause: String,
    /// The table to lock against TRUNCATE while it is read.
    pub table: Option<String>,
    pub key: Key,
    /// SQL of what is read beside the key; each is read as text.
    pub expressions: Vec<String>,
    /// The whole row out of what is read, where it holds it.
    pub whole_row: Option<WholeRow>,
    pub fields: Vec<Field>,
    pub targets: Vec<Target>,
    /// Index of the target whose row is the source row's fate.
    pub main: usize,
    /// Sources whose lookups go round share the number; see [`Plan::circles`].
    pub circle: usize,
}

/// What names a source row: a column, several, or its place in a table without a key.
#[derive(Debug)]
pub struct Key {
    /// For messages.
    pub column: String,
    /// Of the alias `s`; of several columns a JSON array of their texts.
    pub sql: String,
    /// The type as PostgreSQL shows it.
    pub type_name: String,
    pub is_integer: bool,
    /// Text, so that ranges must be those of the byte order.
    pub is_text: bool,
    /// Known from a unique index and NOT NULL; else it is counted before the first row moves.
    pub is_unique: bool,
    /// The columns that ranges are made of, most significant first.
    pub parts: Vec<KeyPart>,
}

#[derive(Debug)]
pub struct KeyPart {
    /// Quoted, of the alias `s`.
    pub sql: String,
    pub type_name: String,
    pub is_text: bool,
}

impl KeyPart {
    /// Another expression of the part's type in comparisons: bytes where it is text, so that the
    /// order is the same everywhere.
    pub fn ordered(&self, sql: &str) -> String {
        if self.is_text { format!("{sql} COLLATE \"C\"") } else { sql.to_owned() }
    }
}

impl Key {
    /// For `ORDER BY`.
    pub fn order(&self) -> String {
        let parts = self.parts.iter().map(|part| part.ordered(&part.sql));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// Whether it is the row's place, which an update or a VACUUM FULL changes.
    pub fn is_place(&self) -> bool {
        self.type_name == "tid"
    }
}

/// One value computed from a source row; columns that are written alike share it.
#[derive(Debug)]
pub struct Field {
    pub input: FieldInput,
    /// The source column or the target's column, for reasons.
    pub label: String,
    pub clean: Vec<Cleaner>,
    /// Lower-case synonym → canonical value.
    pub values: Option<Arc<Vec<(String, String)>>>,
    pub converter: Converter,
    pub lookup: Option<Lookup>,
    pub default: Option<Value<'static>>,
    pub otherwise: Otherwise,
}

impl Field {
    /// The source's key as an integer, nothing done to it.
    pub fn is_whole_key(&self) -> bool {
        self.input == FieldInput::Key
            && matches!(self.converter.kind, Kind::Integer(_))
            && self.is_untouched()
    }

    /// Converted, and nothing else.
    pub fn is_untouched(&self) -> bool {
        self.clean.is_empty()
            && self.values.is_none()
            && self.lookup.is_none()
            && self.default.is_none()
            && !matches!(self.otherwise, Otherwise::Use(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldInput {
    Key,
    /// Index into [`Source::expressions`].
    Expression(usize),
    /// The default alone.
    Constant,
    /// The survivor's number.
    Surrogate,
}

#[derive(Debug)]
pub enum Otherwise {
    Reject,
    Fail,
    Use(Value<'static>),
}

/// A reference into the rows of another target.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Number of the target among all.
    pub target: usize,
    pub target_name: String,
    pub by: String,
    pub ignore_case: bool,
    pub known: Known,
}

/// When it is known what a lookup finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Its rows are of sources that are surveyed before.
    Before,
    /// It finds a row of its own source, by construction; known after the survey.
    ByConstruction,
    /// Its rows may look up the row's own source in turn: known once the circle is surveyed.
    Circular,
}

/// One table that a source fills.
#[derive(Debug)]
pub struct Target {
    /// Number among all targets of the plan.
    pub number: usize,
    /// As the mapping writes it.
    pub name: String,
    /// Quoted.
    pub sql: String,
    pub oid: u32,
    pub columns: Vec<TargetColumn>,
    /// A column's type has no binary form that we write, so the table is loaded as text.
    pub as_text: bool,
    pub unique: Option<Unique>,
    /// Index of a field; no row is made where it is NULL.
    pub skip_if_null: Option<usize>,
    /// Index of the column that names the row in lookups and lineage: the primary key.
    pub taken: Option<usize>,
}

#[derive(Debug)]
pub struct TargetColumn {
    pub name: String,
    pub kind: Kind,
    /// Index into [`Source::fields`].
    pub field: usize,
    pub not_null: bool,
}

#[derive(Debug)]
pub struct Unique {
    /// Indexes into [`Source::fields`].
    pub fields: Vec<usize>,
    pub ignore_case: bool,
    pub keep: Keep,
    pub order: Option<Order>,
}

#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Index into [`Source::fields`].
    Field(usize),
    /// Index into [`Source::expressions`]; compared as bytes.
    Expression(usize),
}

impl Source {
    /// Whether survivors must be known before the first row is loaded.
    pub fn needs_survey(&self) -> bool {
        self.targets.iter().any(|target| target.unique.is_some())
    }

    /// Whether a row may be quarantined since another of its circle is.
    pub fn may_fall(&self) -> bool {
        self.fields.iter().any(|field| {
            field.lookup.as_ref().is_some_and(|lookup| lookup.known == Known::Circular)
                && matches!(field.otherwise, Otherwise::Reject)
        })
    }

    /// The column of a target that holds the key as it is, so that a range of keys is a range there.
    pub fn kept_key<'t>(&self, target: &'t Target) -> Option<&'t TargetColumn> {
        target.columns.iter().find(|column| {
            let field = &self.fields[column.field];
            let is_exact = match &column.kind {
                Kind::Integer(_) => self.key.is_integer,
                Kind::Text(_) => ["text", "varchar"].contains(&self.key.type_name.as_str()),
                Kind::Uuid => self.key.type_name == "uuid",
                _ => false,
            };
            field.input == FieldInput::Key && field.is_untouched() && is_exact
        })
    }

    /// Who survives among the rows of the source, in short.
    pub fn digest(&self, lookups: &Lookups) -> String {
        let targets = self.targets.iter().filter_map(|target| lookups[target.number].as_ref());
        targets.map(|survivors| format!("{:016x}", survivors.digest())).collect()
    }

    /// `COPY` of the keys alone.
    pub fn keys_sql(&self, range: &str) -> String {
        let key = &self.key.sql;
        format!(
            "COPY (SELECT {key}::text FROM {} WHERE {range}) TO STDOUT (FORMAT binary)",
            self.from_clause
        )
    }

    /// `COPY` of the key and all expressions as text, of the rows in one range of the key.
    pub fn copy_sql(&self, range: &str) -> String {
        let mut columns = vec![format!("{}::text", self.key.sql)];
        columns.extend(self.expressions.iter().map(|expression| format!("({expression})::text")));
        format!(
            "COPY (SELECT {} FROM {} WHERE {range}) TO STDOUT (FORMAT binary)",
            columns.join(", "),
            self.from_clause
        )
    }
}

impl Plan {
    /// Lets go of the survivors of a source that is done, but for those that lookups need.
    pub fn forget_unneeded(&self, source: &Source, lookups: &mut Lookups) {
        let fields = self.sources.iter().flat_map(|source| &source.fields);
        let needed: Vec<usize> =
            fields.filter_map(|field| field.lookup.as_ref()).map(|lookup| lookup.target).collect();
        for target in source.targets.iter().filter(|target| !needed.contains(&target.number)) {
            lookups[target.number] = None;
        }
    }

    /// The sources in the order of the run, those whose lookups go round in a circle together.
    pub fn circles(&self) -> impl Iterator<Item = &[Source]> {
        self.sources.chunk_by(|one, other| one.circle == other.circle)
    }

    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.sources.iter().flat_map(|source| &source.targets)
    }
}
