//! What differs, for people.

use std::collections::BTreeSet;

use catalog::{Id, Kind, Plan};

/// One line per change: `+ column users.phone`, `- index users_idx`, `~ column users.id: type`,
/// `> table people, was members`. Parts of a table that comes or goes are not listed.
pub fn changes(plan: &Plan) -> Vec<String> {
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
    lines.extend(
        changes.added.iter().filter(|id| !is_part_of(id, &new)).map(|id| ('+', id, String::new())),
    );
    for (id, alterations) in &changes.altered {
        let attributes: Vec<String> =
            alterations.iter().map(|a| a.attribute.replace('_', " ")).collect();
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
