//! The rows of a family's query as facts.

use common::{Error, Result};
use postgres::Row;

use super::address::Address;
use super::spelling;
use crate::{Attribute, Fact, Id, Kind, grants};

/// The facts of one query's rows.
///
/// # Errors
/// A kind or an attribute that nothing else knows.
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
        facts.push(fact(row, kind, version)?);
    }
    Ok(facts)
}

/// Reads `class, oid, sub, kind, path` and the attributes after them; NULL is the default and
/// left out. An `acl` becomes the attribute `grants`, of what `version` gives by default; `role` is
/// whose rights those on future objects are.
///
/// # Errors
/// A column is called as no attribute is: what no rule knows would differ for ever.
fn fact(row: &Row, kind: Kind, version: u32) -> Result<(Address, Fact)> {
    let mut fact = Fact::new(Id { kind, path: row.get(4) });
    let mut role = None;
    for (index, column) in row.columns().iter().enumerate().skip(5) {
        match column.name() {
            "position" => fact.position = row.get(index),
            "role" => role = row.get::<_, Option<&str>>(index),
            "acl" => {
                let acl = row.get::<_, Option<Vec<String>>>(index);
                let grants = acl.and_then(|acl| match role {
                    Some(role) => grants::of_future_objects(&fact.id.path, role, &acl, version),
                    None => {
                        let owner = fact.text(Attribute::Owner);
                        grants::beyond_default(fact.id.kind, owner, &acl, version)
                    }
                });
                fact.attributes.extend(grants.map(|grants| (Attribute::Grants, grants)));
            }
            "identity_acl" => {
                // The sequence's owner stands first.
                let acl = row.get::<_, Option<Vec<String>>>(index).unwrap_or_default();
                if let [owner, acl @ ..] = acl.as_slice() {
                    let grants = grants::beyond_default(Kind::Sequence, owner, acl, version);
                    fact.attributes
                        .extend(grants.map(|grants| (Attribute::IdentityGrants, grants)));
                }
            }
            name => {
                let attribute = Attribute::named(name)?;
                if let Some(value) = row.get::<_, Option<&str>>(index) {
                    let value = spelled(attribute, value, fact.id.kind);
                    fact.set(attribute, value);
                }
            }
        }
    }
    Ok((Address::from(row, 0), fact))
}

/// Text that the server prints, in the one spelling that it settles to.
fn spelled(attribute: Attribute, value: &str, kind: Kind) -> String {
    match attribute {
        Attribute::Definition if kind.is_routine() => value.to_owned(),
        Attribute::Definition if kind == Kind::Statistics => spelling::statistics(value),
        Attribute::Definition
        | Attribute::Expression
        | Attribute::Using
        | Attribute::Check
        | Attribute::Filter
        | Attribute::Default => spelling::settled(value),
        _ => value.to_owned(),
    }
}

fn kind_named(word: &str) -> Result<Kind> {
    serde_json::from_value(word.into())
        .map_err(|error| Error::new(format!("a catalog query gave the kind `{word}`: {error}")))
}
