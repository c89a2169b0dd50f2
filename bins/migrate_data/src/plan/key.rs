//! What names a row of a source.

use common::identifier::quote;
use common::{Result, Session};

use super::{Key, KeyPart};
use crate::catalog::Relation;
use crate::mapping::{self, Mapping};

/// The key of these columns.
///
/// # Errors
/// The source has no such column.
pub fn columns(
    mapping: &Mapping,
    target: &mapping::Target,
    label: &str,
    names: &[String],
    described: &[(String, String)],
    relation: Option<&Relation>,
    old: &mut Session,
) -> Result<Key> {
    let mut parts = Vec::new();
    for name in names {
        let Some((_, type_name)) = described.iter().find(|(column, _)| column == name) else {
            let columns: Vec<_> = described.iter().map(|(name, _)| name.as_str()).collect();
            return Err(mapping
                .file
                .error(target.key_line, format!("`key` is `{name}`, which {label} does not have"))
                .hint(format!(
                    "The columns of {label} are {}. Nothing was loaded.",
                    columns.join(", ")
                )));
        };
        parts.push(KeyPart {
            sql: format!("s.{}", quote(name)),
            type_name: type_name.clone(),
            is_text: ["text", "varchar", "bpchar", "name"].contains(&type_name.as_str()),
        });
    }
    let is_unique = match relation {
        Some(relation) => {
            old.query_one(include_str!("is_unique.sql"), &[&relation.oid, &names])?.get(0)
        }
        None => false,
    };
    let column = names.join(", ");
    if let [only] = parts.as_slice() {
        return Ok(Key {
            column,
            sql: only.sql.clone(),
            type_name: only.type_name.clone(),
            is_integer: ["int2", "int4", "int8"].contains(&only.type_name.as_str()),
            is_text: only.is_text,
            is_unique,
            parts,
        });
    }
    let list: Vec<_> = parts.iter().map(|part| part.sql.as_str()).collect();
    let texts: Vec<_> = parts.iter().map(|part| format!("{}::text", part.sql)).collect();
    let (list, texts) = (list.join(", "), texts.join(", "));
    Ok(Key {
        column,
        // No key where a column has no value, as with one column.
        sql: format!("CASE WHEN num_nulls({list}) = 0 THEN jsonb_build_array({texts})::text END"),
        type_name: "text".to_owned(),
        is_integer: false,
        is_text: true,
        is_unique,
        parts,
    })
}

/// The row's place, for a table that nothing else names the rows of.
///
/// # Errors
/// Rows have no place of their own in a view, a query, or a table with partitions or children.
pub fn place(
    mapping: &Mapping,
    target: &mapping::Target,
    label: &str,
    relation: Option<&Relation>,
    old: &mut Session,
) -> Result<Key> {
    let is_heap = match relation {
        Some(relation) => old.query_one(include_str!("is_heap.sql"), &[&relation.oid])?.get(0),
        None => false,
    };
    if !is_heap {
        return Err(mapping
            .file
            .error(target.key_line, format!("`key` is `ctid`, and {label} is not a plain table"))
            .hint("Rows of views, queries and tables with partitions or children have no place of their own. Name columns that tell them apart: key = [\"a\", \"b\"]. Nothing was loaded."));
    }
    Ok(Key {
        column: "ctid".to_owned(),
        sql: "s.ctid".to_owned(),
        type_name: "tid".to_owned(),
        is_integer: false,
        is_text: false,
        is_unique: true,
        parts: vec![KeyPart {
            sql: "s.ctid".to_owned(),
            type_name: "tid".to_owned(),
            is_text: false,
        }],
    })
}
