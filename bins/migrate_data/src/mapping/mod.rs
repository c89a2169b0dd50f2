//! What becomes what: `mapping.toml`, as data.

mod column;
mod file;
mod read;

use std::path::PathBuf;
use std::sync::Arc;

use common::identifier::QualifiedName;
use common::progress::grouped;
use jiff::tz::TimeZone;

use crate::clean::{Cleaner, Decimal};
pub use file::MappingFile;

/// The whole file: settings and target tables, in the order they are written.
#[derive(Debug)]
pub struct Mapping {
    pub file: MappingFile,
    pub settings: Settings,
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Of dates and times that name none.
    pub time_zone: TimeZone,
    pub max_rejects: Option<MaxRejects>,
}

/// More quarantined rows of one source than this end the run with exit code 3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxRejects {
    Rows(i64),
    /// Of the rows read, once the source is read to its end.
    Percent(f64),
}

impl MaxRejects {
    /// The limit, where so many quarantined rows pass it; a percentage is known only once all rows
    /// are read.
    pub fn passed(self, quarantined: i64, read: Option<i64>) -> Option<String> {
        match (self, read) {
            (MaxRejects::Rows(limit), _) => (quarantined > limit).then(|| grouped(limit)),
            #[expect(clippy::cast_precision_loss, reason = "a share in percent")]
            (MaxRejects::Percent(limit), Some(read)) => {
                (quarantined as f64 * 100.0 > limit * read as f64).then(|| format!("{limit} %"))
            }
            (MaxRejects::Percent(_), None) => None,
        }
    }
}

/// One target table.
#[derive(Debug)]
pub struct Target {
    pub table: QualifiedName,
    pub line: usize,
    pub source: Source,
    /// The source columns that name a row in ledger, quarantine and lineage.
    pub key: Vec<String>,
    pub key_line: usize,
    pub unique: Option<Unique>,
    /// A row in which this column is NULL is not made.
    pub skip_if_null: Option<Reference>,
    pub main: bool,
    pub columns: Vec<Column>,
}

/// Where rows come from; targets with an equal source are made in one pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    Table(QualifiedName),
    Sql(String),
}

/// Rows that agree in these columns are one row; the survivor stands for the others.
#[derive(Debug)]
pub struct Unique {
    pub by: Vec<Reference>,
    pub keep: Keep,
    pub order_by: Option<OrderBy>,
    pub ignore_case: bool,
}

/// A column named elsewhere in the file.
#[derive(Clone, Debug)]
pub struct Reference {
    pub column: String,
    pub line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The smallest source key.
    First,
    /// The greatest `order_by`; among equals the smallest source key.
    Latest,
}

#[derive(Debug)]
pub enum OrderBy {
    Column(Reference),
    /// An expression over the source row, compared as text.
    Sql(String),
}

/// One column of a target.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub line: usize,
    pub input: Input,
    pub clean: Vec<Cleaner>,
    pub conversion: Conversion,
    pub lookup: Option<Lookup>,
    /// Taken where the value is missing.
    pub default: Option<String>,
    /// Taken where a cleaner or the conversion refuses the value.
    pub otherwise: Otherwise,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Column(String),
    /// An expression over the source row.
    Sql(String),
    Constant(String),
    /// Dense numbers 1..n of the survivors, in the order of the source's key.
    Surrogate,
}

/// How the cleaned text becomes a value of the target column's type.
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    /// `as`, where the file says it; else the target column's own type.
    pub type_name: Option<String>,
    /// Of dates and times, in the order they are tried.
    pub formats: Vec<String>,
    /// Lower-case synonym → canonical value.
    pub values: Option<Arc<Vec<(String, String)>>>,
    pub decimal: Decimal,
}

/// The value is looked up in another target and replaced by that row's key.
#[derive(Clone, Debug)]
pub struct Lookup {
    pub target: QualifiedName,
    pub by: String,
    /// The column that is taken; the target's primary key where the file is silent.
    pub take: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// The row is quarantined.
    Reject,
    Null,
    /// The run ends.
    Fail,
    Value(String),
}

impl Mapping {
    /// Reads a mapping; what it names is not yet looked for.
    ///
    /// # Errors
    /// `mapping.toml:LINE: …`, for the first thing that is not as it should be.
    pub fn open(path: PathBuf) -> common::Result<Mapping> {
        Mapping::read(MappingFile::open(path)?)
    }

    /// The same of a text that is there already.
    ///
    /// # Errors
    /// As [`Mapping::open`].
    pub fn read(file: MappingFile) -> common::Result<Mapping> {
        read::mapping(file)
    }
}

impl Source {
    /// The name in ledger, quarantine and messages.
    pub fn label(&self) -> String {
        match self {
            Source::Table(name) => name.to_string(),
            Source::Sql(_) => "from_sql".to_owned(),
        }
    }

    /// For `FROM`, with the alias `s`.
    pub fn from_clause(&self) -> String {
        match self {
            Source::Table(name) => format!("{} AS s", name.sql()),
            Source::Sql(query) => format!("({}) AS s", query.trim_end().trim_end_matches(';')),
        }
    }
}
