//! How the rows of a target are told from each other, and which of them a chunk made.

use common::identifier::{QualifiedName, quote};
use common::{Result, Session};

use crate::catalog::Relation;
use crate::plan::{Plan, Source, Target};
use crate::snapshot::Range;

/// One target, as SQL speaks of it: `t` is a row of the table, `s` one that was made now.
pub struct Shape<'p> {
    pub source: &'p Source,
    pub target: &'p Target,
    /// Index among the targets of the source.
    pub index: usize,
    /// The table of what is made now, with the mapped columns of the target.
    pub stage: String,
    /// The primary key, quoted; empty where there is none that the mapping fills.
    pub identity: Vec<String>,
    /// The mapped columns, quoted.
    pub columns: Vec<String>,
    /// All columns that can be written, quoted.
    pub all_columns: Vec<String>,
    /// Columns of further unique keys, quoted; `None` for one that is more than its columns.
    pub unique_keys: Vec<Option<Vec<String>>>,
    /// The column that holds the source's key as it is. Without one, no row of the table can be
    /// told to be of a chunk.
    pub kept_key: Option<String>,
}

/// Those of all sources, source by source.
///
/// # Errors
/// The catalog cannot be read.
pub fn shapes<'p>(plan: &'p Plan, new: &mut Session) -> Result<Vec<Vec<Shape<'p>>>> {
    let mut all = Vec::new();
    for source in &plan.sources {
        let mut shapes = Vec::new();
        for index in 0..source.targets.len() {
            shapes.push(shape(source, index, new)?);
        }
        all.push(shapes);
    }
    Ok(all)
}

fn shape<'p>(source: &'p Source, index: usize, new: &mut Session) -> Result<Shape<'p>> {
    let target = &source.targets[index];
    let name = QualifiedName::parse(&target.name);
    let relation = name.map(|name| Relation::find(new, &name)).transpose()?.flatten();
    let is_mapped = |name: &String| target.columns.iter().any(|column| column.name == *name);
    let primary_key = relation.iter().flat_map(|relation| &relation.primary_key);
    let identity: Vec<String> = primary_key.cloned().collect();
    let writable = relation
        .iter()
        .flat_map(|relation| &relation.columns)
        .filter(|column| !column.generated)
        .map(|column| quote(&column.name));
    let mut unique_keys = Vec::new();
    for row in new.query(include_str!("unique_keys.sql"), &[&target.oid])? {
        let columns: Option<Vec<String>> = row.get(0);
        unique_keys.push(columns.map(quoted));
    }
    Ok(Shape {
        source,
        target,
        index,
        stage: format!("pgrefit.stage_{}", target.number),
        all_columns: writable.collect(),
        columns: target.columns.iter().map(|column| quote(&column.name)).collect(),
        identity: if identity.iter().all(is_mapped) { quoted(identity) } else { Vec::new() },
        unique_keys,
        kept_key: source.kept_key(target).map(|column| quote(&column.name)),
    })
}

fn quoted(names: Vec<String>) -> Vec<String> {
    names.iter().map(|name| quote(name)).collect()
}

impl Shape<'_> {
    /// `t.a, t.b`
    pub fn list(&self, alias: &str, columns: &[String]) -> String {
        let columns = columns.iter().map(|column| format!("{alias}.{column}"));
        columns.collect::<Vec<_>>().join(", ")
    }

    /// That `t` and `s` are one row.
    pub fn same(&self) -> String {
        equal("t", "s", &self.identity)
    }

    /// The row in text by which the books name it.
    pub fn row_key(&self, alias: &str) -> String {
        format!("ROW({})::text", self.list(alias, &self.identity))
    }

    /// That `t` is of one of these ranges; all rows are where the table does not keep the key.
    pub fn held(&self, ranges: &[Range]) -> String {
        let Some(column) = &self.kept_key else { return "true".to_owned() };
        let key = &self.source.key;
        let range = |range: &Range| format!("({})", range.of(key, |_| format!("t.{column}")));
        let parts: Vec<_> = ranges.iter().map(range).collect();
        if parts.is_empty() { "false".to_owned() } else { format!("({})", parts.join(" OR ")) }
    }
}

/// That two rows have equal values in these columns.
pub fn equal(one: &str, other: &str, columns: &[String]) -> String {
    let parts = columns.iter().map(|column| format!("{one}.{column} = {other}.{column}"));
    parts.collect::<Vec<_>>().join(" AND ")
}
