//! Partitions beside those of a table, so that a row for which there is none is refused where it is
//! staged, by the line of its COPY.

use std::fmt::Write;

use common::{Result, Session};

use super::shape::Shape;

pub struct Tree {
    /// Of the table itself, as `PARTITION BY` takes it.
    pub key: String,
    /// What makes the partitions of the table that is staged into.
    pub statements: String,
}

/// `None` where the table has none, or they hang on what the mapping does not fill.
///
/// # Errors
/// The catalog cannot be read.
pub fn of(new: &mut Session, shape: &Shape) -> Result<Option<Tree>> {
    let filled: Vec<&str> =
        shape.target.columns.iter().map(|column| column.name.as_str()).collect();
    let rows = new.query(include_str!("partitions.sql"), &[&shape.target.oid, &filled])?;
    let Some((root, partitions)) = rows.split_first() else { return Ok(None) };
    let (first, key): (i64, Option<String>) = (root.get("number"), root.get("key"));
    let Some(key) = key else { return Ok(None) };
    let name = |number: i64| match number == first {
        true => shape.stage.clone(),
        false => format!("{}_{number}", shape.stage),
    };
    let mut statements = String::new();
    for row in partitions {
        let (number, parent): (i64, i64) = (row.get("number"), row.get("parent"));
        let bound: String = row.get("bound");
        let (unlogged, form) = match row.get::<_, Option<String>>("key") {
            None => ("UNLOGGED ", String::new()),
            Some(key) => ("", format!(" PARTITION BY {key}")),
        };
        let (name, parent) = (name(number), name(parent));
        write!(statements, "CREATE {unlogged}TABLE {name} PARTITION OF {parent} {bound}{form};")
            .unwrap_or_default();
    }
    Ok(Some(Tree { key, statements }))
}
