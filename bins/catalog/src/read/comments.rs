//! Comments, as an attribute of what they are about.

use common::{Result, Session};
use serde_json::{Map, Value};

use super::address::{Address, Addresses};
use crate::{Attribute, Catalog, Kind};

pub struct Comment {
    address: Address,
    text: String,
    column: Option<String>,
    /// The attribute that it is.
    kind: Attribute,
}

pub fn read(session: &mut Session) -> Result<Vec<Comment>> {
    let rows = session.query(include_str!("sql/comments.sql"), &[])?;
    let comment = |row: &postgres::Row| {
        Ok(Comment {
            address: Address::from(row, 0),
            text: row.get(3),
            column: row.get(4),
            kind: Attribute::named(row.get(5))?,
        })
    };
    rows.iter().map(comment).collect()
}

pub fn add(comments: Vec<Comment>, addresses: &Addresses, catalog: &mut Catalog) {
    for Comment { address, text, column, kind } in comments {
        match (addresses.at(address), addresses.find(address), column) {
            (Some(id), _, _) => set(catalog, id, kind, text),
            // The columns of views and composite types are no facts of their own.
            (None, Some(id), Some(column)) => {
                let fact = catalog.get(id);
                let known =
                    fact.and_then(|fact| fact.get(Attribute::ColumnComments)).unwrap_or("{}");
                let mut comments: Map<String, Value> =
                    serde_json::from_str(known).unwrap_or_default();
                comments.insert(column, text.into());
                set(catalog, id, Attribute::ColumnComments, Value::Object(comments).to_string());
            }
            (None, Some(id), None) if id.kind == Kind::Constraint => {
                set(catalog, id, Attribute::IndexComment, text);
            }
            _ => {}
        }
    }
}

fn set(catalog: &mut Catalog, id: &crate::Id, attribute: Attribute, value: String) {
    if let Some(fact) = catalog.facts.get_mut(id) {
        fact.set(attribute, value);
    }
}
