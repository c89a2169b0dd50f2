//! The rows of a family's query as facts.

use common::{Error, Result};
use postgres::Row;

use super::address::Address;
use super::spelling;
use crate::{Fact, Id, Kind, grants};

/// The facts of one query's rows.
pub fn facts(rows: &[Row], version: u32) -> Result<Vec<(Address, Fact)>> {
    let mut facts = Vec::with_capacity(rows.len());
    let mut last: Option<(&str, Kind)> = None;
    for row in rows {
        let word: &str = row.get(3);
        let kind = match last {
            Some((known, kind)) if known == word => kind,
            _ => kind_named(word)?,
        };
        last = Some((word, kind));
        facts.push(fact(row, kind, version));
    }
    Ok(facts)
}

/// Reads `class, oid, sub, kind, path` and the attributes after them; NULL is the default and
/// left out. An `acl` becomes the attribute `grants`, of what `version` gives by default.
fn fact(row: &Row, kind: Kind, version: u32) -> (Address, Fact) {
    let mut fact = Fact::new(Id { kind, path: row.get(4) });
    for (index, column) in row.columns().iter().enumerate().skip(5) {
        match column.name() {
            "position" => fact.position = row.get(index),
            "acl" => {
                if let Some(acl) = row.get::<_, Option<Vec<String>>>(index) {
                    let grants = match fact.attributes.remove("role") {
                        Some(role) => {
                            grants::of_future_objects(&fact.id.path, &role, &acl, version)
                        }
                        None => {
                            let owner = fact.text("owner");
                            grants::beyond_default(fact.id.kind, owner, &acl, version)
                        }
                    };
                    fact.attributes.extend(grants.map(|grants| ("grants".to_owned(), grants)));
                }
            }
            "identity_acl" => {
                // The sequence's owner stands first.
                let acl = row.get::<_, Option<Vec<String>>>(index).unwrap_or_default();
                if let [owner, acl @ ..] = acl.as_slice() {
                    let grants = grants::beyond_default(Kind::Sequence, owner, acl, version);
                    fact.attributes
                        .extend(grants.map(|grants| ("identity_grants".to_owned(), grants)));
                }
            }
            name => {
                if let Some(value) = row.get::<_, Option<&str>>(index) {
                    let value = match name {
                        "definition" if fact.id.kind.is_routine() => value.to_owned(),
                        "definition" if fact.id.kind == Kind::Statistics => {
                            spelling::statistics(value)
                        }
                        "definition" | "expression" | "using" | "check" | "filter" | "default" => {
                            spelling::settled(value)
                        }
                        _ => value.to_owned(),
                    };
                    fact.attributes.insert(name.to_owned(), value);
                }
            }
        }
    }
    (Address::from(row, 0), fact)
}

fn kind_named(word: &str) -> Result<Kind> {
    serde_json::from_value(word.into())
        .map_err(|error| Error::new(format!("a catalog query gave the kind `{word}`: {error}")))
}
