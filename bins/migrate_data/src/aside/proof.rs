//! Which keys the mapping keeps by itself. Any other stands during the load, so that PostgreSQL
//! refuses the one row that breaks it, and not the key as a whole after all rows.

use crate::plan::{FieldInput, Plan, Source, Target};
use crate::value::Kind;

/// Whether no two rows that a run makes can share all of these columns of a table.
pub fn keeps_apart(plan: &Plan, table: u32, columns: &[String]) -> bool {
    let mut rows =
        plan.sources.iter().flat_map(|source| source.targets.iter().map(move |to| (source, to)));
    rows.find(|(_, target)| target.oid == table).is_some_and(|(source, target)| {
        has_source_key(source, target, columns) || has_unique(source, target, columns)
    })
}

/// One of the columns is the source's key, or the survivor's number.
fn has_source_key(source: &Source, target: &Target, columns: &[String]) -> bool {
    target.columns.iter().filter(|column| columns.contains(&column.name)).any(|column| {
        let field = &source.fields[column.field];
        match field.input {
            FieldInput::Surrogate => true,
            FieldInput::Key => field.is_untouched() && is_exact(source, &column.kind),
            FieldInput::Expression(_) | FieldInput::Constant => false,
        }
    })
}

/// Different keys stay different: `07` and `7` are two texts, but one integer.
fn is_exact(source: &Source, kind: &Kind) -> bool {
    match kind {
        Kind::Integer(_) => source.key.is_integer,
        Kind::Text(_) => source.key.is_integer || source.key.is_text,
        Kind::Uuid => source.key.type_name == "uuid",
        _ => false,
    }
}

/// The columns hold all those by which the mapping merges rows. A value that was looked up does
/// not count: two that differ may have found the same row.
fn has_unique(source: &Source, target: &Target, columns: &[String]) -> bool {
    target.unique.as_ref().is_some_and(|unique| {
        unique.fields.iter().all(|&field| {
            source.fields[field].lookup.is_none()
                && target
                    .columns
                    .iter()
                    .any(|column| column.field == field && columns.contains(&column.name))
        })
    })
}
