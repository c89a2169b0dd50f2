//! Comments, as an attribute of what they are about.

use common::{Result, Session};
use serde_json::{Map, Value};

use super::address::{Address, Addresses};
use crate::{Catalog, Kind};

pub fn read(session: &mut Session, addresses: &Addresses, catalog: &mut Catalog) -> Result<()> {
    for row in session.query(include_str!("sql/comments.sql"), &[])? {
        let address = Address::from(&row, 0);
        let (text, column, kind): (&str, Option<&str>, &str) = (row.get(3), row.get(4), row.get(5));
        match (addresses.at(address), addresses.find(address), column) {
            (Some(id), _, _) => set(catalog, id, kind, text.to_owned()),
            // The columns of views and composite types are no facts of their own.
            (None, Some(id), Some(column)) => {
                let fact = catalog.get(id);
                let known = fact.and_then(|fact| fact.get("column_comments")).unwrap_or("{}");
                let mut comments: Map<String, Value> =
                    serde_json::from_str(known).unwrap_or_default();
                comments.insert(column.to_owned(), text.into());
                set(catalog, id, "column_comments", Value::Object(comments).to_string());
            }
            (None, Some(id), None) if id.kind == Kind::Constraint => {
                set(catalog, id, "index_comment", text.to_owned());
            }
            _ => {}
        }
    }
    Ok(())
}

fn set(catalog: &mut Catalog, id: &crate::Id, attribute: &str, value: String) {
    if let Some(fact) = catalog.facts.get_mut(id) {
        fact.attributes.insert(attribute.to_owned(), value);
    }
}
