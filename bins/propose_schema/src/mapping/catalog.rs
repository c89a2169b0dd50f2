//! What the new database's tables want, beyond their columns: keys, foreign keys, defaults.

use std::collections::HashMap;

use common::identifier::QualifiedName;
use common::{Result, Session};

use migrate_data::catalog::Relation;

pub struct NewTable {
    pub relation: Relation,
    /// A bare name, as the search path finds it.
    pub name: String,
    pub foreign_keys: Vec<ForeignKey>,
    /// Columns that are unique by themselves, the primary key aside.
    pub natural_keys: Vec<NaturalKey>,
    /// Defaults that are plain values.
    pub defaults: HashMap<String, String>,
}

pub struct ForeignKey {
    pub target: String,
    pub columns: Vec<String>,
    pub taken: Vec<String>,
}

pub struct NaturalKey {
    pub column: String,
    pub ignores_case: bool,
}

/// The tables that the session finds by their bare names.
pub fn table_names(session: &mut Session) -> Result<Vec<QualifiedName>> {
    let rows = session.query(include_str!("tables.sql"), &[])?;
    Ok(rows.iter().map(|row| QualifiedName { schema: None, name: row.get(0) }).collect())
}

/// Those of the new database.
pub fn new_tables(session: &mut Session) -> Result<Vec<NewTable>> {
    let mut tables = Vec::new();
    for name in table_names(session)? {
        let Some(relation) = Relation::find(session, &name)? else { continue };
        let foreign_keys = session.query(include_str!("foreign_keys.sql"), &[&relation.oid])?;
        let natural_keys = session.query(include_str!("natural_keys.sql"), &[&relation.oid])?;
        let defaults = session.query(include_str!("defaults.sql"), &[&relation.oid])?;
        tables.push(NewTable {
            name: name.name,
            foreign_keys: foreign_keys
                .iter()
                .map(|row| ForeignKey {
                    target: row.get(0),
                    columns: row.get(1),
                    taken: row.get(2),
                })
                .collect(),
            natural_keys: natural_keys
                .iter()
                .map(|row| NaturalKey { column: row.get(0), ignores_case: row.get(1) })
                .collect(),
            defaults: defaults
                .iter()
                .filter_map(|row| Some((row.get(0), row.get::<_, Option<String>>(1)?)))
                .collect(),
            relation,
        });
    }
    Ok(tables)
}
