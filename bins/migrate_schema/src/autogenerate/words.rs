//! What differs, for people.

use std::collections::BTreeSet;

use catalog::{Alteration, Attribute, Catalog, Id, Kind, Plan};

/// What an attribute's value may measure to be shown.
const SHORT: usize = 40;

/// One line per change: `+ column users.phone text`, `- index users_idx`, `~ column users.id: type
/// integer → bigint`, `> table people, was members`. Parts of a table that comes or goes are not
/// listed.
pub fn changes(plan: &Plan, desired: &Catalog) -> Vec<String> {
    let changes = &plan.changes;
    let gone = wholes(&changes.removed);
    let new = wholes(&changes.added);
    let mut lines: Vec<(char, &Id, String)> = Vec::new();
    for (was, is) in &changes.renamed {
        lines.push(('>', is, format!(", was {}", was.name())));
    }
    lines.extend(
        changes
            .removed
            .iter()
            .filter(|id| !is_part_of(id, &gone))
            .map(|id| ('-', id, String::new())),
    );
    let kind = |id: &Id| {
        let fact = desired.get(id).filter(|_| id.kind == Kind::Column);
        fact.and_then(|fact| fact.get(Attribute::Type))
            .map_or(String::new(), |kind| format!(" {kind}"))
    };
    let added = changes.added.iter().filter(|id| !is_part_of(id, &new));
    lines.extend(added.map(|id| ('+', id, kind(id))));
    for (id, alterations) in &changes.altered {
        // Where NOT NULL comes or goes, so does its constraint's name (PostgreSQL 18).
        let with_name = alterations.iter().any(|change| change.attribute == Attribute::NotNull);
        let counts =
            |change: &&Alteration| !(with_name && change.attribute == Attribute::NotNullName);
        let attributes: Vec<String> = alterations.iter().filter(counts).map(attribute).collect();
        lines.push(('~', id, format!(": {}", attributes.join(", "))));
    }
    let width = lines.iter().map(|(_, id, _)| id.kind.to_string().len()).max().unwrap_or(0);
    lines
        .iter()
        .map(|(sign, id, rest)| {
            format!("{sign} {:<width$}  {}{rest}", id.kind.to_string(), name(id))
        })
        .collect()
}

/// `type integer → bigint`; of what is long or has no words of its own the name alone.
fn attribute(alteration: &Alteration) -> String {
    let name = alteration.attribute.words();
    match (&alteration.from, &alteration.to) {
        (Some(from), Some(to)) if from.len() <= SHORT && to.len() <= SHORT => {
            format!("{name} {from} → {to}")
        }
        (None, Some(to)) if to == "true" => name,
        (Some(from), None) if from == "true" => format!("no {name}"),
        _ => name,
    }
}

/// `users.phone`; a schema other than public is named.
pub fn name(id: &Id) -> String {
    let in_public = id.kind.is_in_schema() && id.path.len() > 1 && id.path[0] == "public";
    id.path[usize::from(in_public)..].join(".")
}

/// Relations that come or go as a whole, by schema and name.
fn wholes(ids: &[Id]) -> BTreeSet<&[String]> {
    let relation = |id: &&Id| id.kind.is_relation() && id.kind != Kind::Index;
    ids.iter().filter(relation).map(|id| id.path.as_slice()).collect()
}

fn is_part_of(id: &Id, wholes: &BTreeSet<&[String]>) -> bool {
    id.kind.is_part() && id.path.get(..2).is_some_and(|relation| wholes.contains(relation))
}
