//! One row of a family's query as a fact.

use common::{Error, Result};
use postgres::Row;

use super::address::Address;
use super::{grants, spelling};
use crate::{Fact, Id, Kind};

/// Reads `class, oid, sub, kind, path` and the attributes after them; NULL is the default and
/// left out. An `acl` becomes the attribute `grants`, of what `version` gives by default.
pub fn fact(row: &Row, version: u32) -> Result<(Address, Fact)> {
    let address = Address::from(row, 0);
    let (kind, path): (&str, Vec<String>) = (row.get(3), row.get(4));
    let mut fact = Fact::new(Id { kind: kind_named(kind)?, path });
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
    Ok((address, fact))
}

fn kind_named(word: &str) -> Result<Kind> {
    serde_json::from_value(word.into())
        .map_err(|error| Error::new(format!("a catalog query gave the kind `{word}`: {error}")))
}
