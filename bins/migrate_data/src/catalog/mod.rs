//! What the two databases hold, as far as a mapping needs to know.

use std::sync::Arc;

use common::identifier::QualifiedName;
use common::{Result, Session};
use postgres::Row;

use crate::value::Kind;

/// A table, partitioned table or view.
#[derive(Clone, Debug)]
pub struct Relation {
    pub oid: u32,
    /// With its schema.
    pub name: QualifiedName,
    /// A table or partitioned table, which can be locked; not a view or a foreign table.
    pub is_table: bool,
    pub primary_key: Vec<String>,
    /// Columns that are unique by themselves.
    pub unique_columns: Vec<String>,
    pub columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    /// The type as PostgreSQL shows it.
    pub shown: String,
    pub not_null: bool,
    pub generated: bool,
    /// A default or an identity fills it where nothing else does.
    pub filled: bool,
}

impl Relation {
    /// Finds a relation by its name; `None` where there is none.
    ///
    /// # Errors
    /// The catalog cannot be read.
    pub fn find(session: &mut Session, name: &QualifiedName) -> Result<Option<Relation>> {
        let Some(row) = session.query_opt(include_str!("relation.sql"), &[&name.sql()])? else {
            return Ok(None);
        };
        let oid: u32 = row.get("oid");
        let kind: String = row.get("kind");
        let columns = session.query(include_str!("columns.sql"), &[&oid])?;
        Ok(Some(Relation {
            oid,
            name: QualifiedName { schema: Some(row.get("schema")), name: row.get("name") },
            is_table: kind == "r" || kind == "p",
            primary_key: row.get("primary_key"),
            unique_columns: row.get("unique_columns"),
            columns: columns.iter().map(column).collect(),
        }))
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// For hints: `The columns of old_users are id, full_name, email.`
    pub fn column_list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }
}

fn column(row: &Row) -> Column {
    let identity: String = row.get("identity");
    let generated: String = row.get("generated");
    let has_default: bool = row.get("has_default");
    Column {
        name: row.get("name"),
        kind: kind(row),
        shown: row.get("shown"),
        not_null: row.get("not_null"),
        generated: !generated.is_empty(),
        filled: has_default || !identity.is_empty(),
    }
}

/// Source of the modifiers: varchar and bpchar store length + 4, numeric (precision << 16 |
/// scale) + 4 (src/backend/utils/adt/varchar.c and numeric.c).
fn kind(row: &Row) -> Kind {
    let type_name: String = row.get("type");
    let class: String = row.get("type_class");
    let modifier: i32 = row.get("modifier");
    if class == "e" {
        return Kind::Enum(Arc::new(row.get("labels")));
    }
    let length = u32::try_from(modifier - 4).ok();
    match type_name.as_str() {
        "text" | "name" | "citext" => Kind::Text(None),
        "varchar" => Kind::Text(length),
        "bpchar" => Kind::Character(length),
        "bool" => Kind::Boolean,
        "int2" => Kind::Integer(2),
        "int4" => Kind::Integer(4),
        "int8" => Kind::Integer(8),
        "float4" => Kind::Float(4),
        "float8" => Kind::Float(8),
        "numeric" => Kind::Numeric(length.map(|packed| (packed >> 16, packed & 0x7ff))),
        "date" => Kind::Date,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::TimestampTz,
        "uuid" => Kind::Uuid,
        "json" => Kind::Json,
        "jsonb" => Kind::Jsonb,
        _ => Kind::Other,
    }
}

/// The kind of a type named by `as = "…"`; `enum` is text that went through `values`.
pub fn kind_by_name(name: &str) -> Option<Kind> {
    Some(match name {
        "text" | "enum" => Kind::Text(None),
        "boolean" | "bool" => Kind::Boolean,
        "smallint" => Kind::Integer(2),
        "integer" | "int" => Kind::Integer(4),
        "bigint" => Kind::Integer(8),
        "real" => Kind::Float(4),
        "double precision" => Kind::Float(8),
        "numeric" | "decimal" => Kind::Numeric(None),
        "date" => Kind::Date,
        "timestamp" => Kind::Timestamp,
        "timestamptz" => Kind::TimestampTz,
        "uuid" => Kind::Uuid,
        _ => return None,
    })
}
