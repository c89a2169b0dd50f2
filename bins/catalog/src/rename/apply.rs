//! A catalog as it is after a RENAME: PostgreSQL itself then prints the new name wherever it
//! printed the old one.

use std::collections::BTreeSet;

use super::tokens::{Renaming, rename};
use crate::{Attribute, Catalog, Fact, Id, Kind, name};

/// The catalog with one fact under its new name, and all that speaks of it.
pub fn apply(catalog: &Catalog, from: &Id, to: &Id) -> Catalog {
    let mut renamed = Catalog::new(catalog.version, &catalog.user);
    renamed.unmodelled.clone_from(&catalog.unmodelled);
    let followers = followers(catalog, from);
    for fact in catalog.facts() {
        let mut fact = fact.clone();
        rewrite_texts(&mut fact, from, to);
        fact.id = rewrite_id(&fact.id, from, to, catalog);
        fact.depends_on =
            fact.depends_on.iter().map(|on| rewrite_id(on, from, to, catalog)).collect();
        renamed.insert(fact);
    }
    for follower in &followers {
        let mut id = follower.clone();
        if let Some(last) = id.path.last_mut() {
            to.name().clone_into(last);
        }
        renamed = apply(&renamed, follower, &id);
    }
    renamed
}

/// A parent's column takes the columns of partitions and heirs with it.
fn followers(catalog: &Catalog, from: &Id) -> BTreeSet<Id> {
    if from.kind != Kind::Column {
        return BTreeSet::new();
    }
    catalog
        .children(&from.path[..2])
        .map(|child| {
            let mut path = child.id.path.clone();
            path.push(from.name().to_owned());
            Id { kind: Kind::Column, path }
        })
        .filter(|id| catalog.holds(id))
        .collect()
}

fn rewrite_id(id: &Id, from: &Id, to: &Id, catalog: &Catalog) -> Id {
    let mut id = id.clone();
    let renaming = qualified(from, to);
    if (id.kind.is_routine() || matches!(id.kind, Kind::Operator | Kind::Cast))
        && id != *from
        && let Some(renaming) = &renaming
    {
        // The types of the arguments are part of the name.
        let first = usize::from(id.kind != Kind::Cast);
        for name in &mut id.path[first..] {
            *name = rename_arguments(name, id.kind, renaming);
        }
    }
    match from.kind {
        Kind::Schema
            if (id.kind.is_in_schema() || id.kind == Kind::Schema)
                && id.path[0] == from.path[0] =>
        {
            id.path[0].clone_from(&to.path[0]);
        }
        Kind::Column if matches!(id.kind, Kind::Column | Kind::Default) && id.path == from.path => {
            id.path.clone_from(&to.path);
        }
        _ if id == *from => id.path.clone_from(&to.path),
        kind if kind.is_relation() && kind != Kind::Index => {
            let part =
                id.kind.is_part() || kind == Kind::Sequence && id.kind == Kind::SequenceOwner;
            if part && id.path.starts_with(&from.path) {
                id.path.splice(..2, to.path.iter().cloned());
            } else if from.path[0] != to.path[0] && moves_along(&id, from, catalog) {
                id.path[0].clone_from(&to.path[0]);
            }
        }
        Kind::Domain if id.kind == Kind::DomainConstraint && id.path.starts_with(&from.path) => {
            id.path.splice(..2, to.path.iter().cloned());
        }
        Kind::Index if id.kind == Kind::IndexPartition && id.path == from.path => {
            id.path.clone_from(&to.path);
        }
        Kind::Constraint
            if id.kind == Kind::IndexPartition
                && id.path[0] == from.path[0]
                && id.name() == from.name() =>
        {
            id.path[1] = to.name().to_owned();
        }
        _ => {}
    }
    id
}

/// Indexes and owned sequences move to another schema with their table.
fn moves_along(id: &Id, table: &Id, catalog: &Catalog) -> bool {
    let named = name::list_with(&table.path, ".");
    match id.kind {
        Kind::Index | Kind::IndexPartition => {
            catalog.get(id).is_some_and(|index| index.get(Attribute::Table) == Some(&named))
        }
        Kind::Sequence | Kind::SequenceOwner => {
            let owner = Id { kind: Kind::SequenceOwner, path: id.path.clone() };
            let column =
                catalog.get(&owner).map(|owner| name::parse(owner.text(Attribute::Column)));
            column.is_some_and(|column| column.starts_with(&table.path))
        }
        _ => false,
    }
}

fn rename_arguments(signature: &str, kind: Kind, renaming: &Renaming) -> String {
    if kind == Kind::Cast {
        return rename(signature, renaming);
    }
    let (name, arguments) = name::split_signature(signature);
    format!("{name}({})", rename(arguments, renaming))
}

fn qualified<'a>(from: &'a Id, to: &'a Id) -> Option<Renaming<'a>> {
    match from.kind {
        Kind::Schema => Some(Renaming::Schema { from: &from.path[0], to: &to.path[0] }),
        kind if kind.is_relation() || kind.is_type() || kind == Kind::Collation => {
            Some(Renaming::Qualified { from: &from.path, to: &to.path })
        }
        _ => None,
    }
}

/// Attributes that are words of people or of the server, not SQL with names in it.
const PLAIN: [Attribute; 11] = [
    Attribute::Comment,
    Attribute::IndexComment,
    Attribute::IdentityComment,
    Attribute::NotNullComment,
    Attribute::IdentityGrants,
    Attribute::Owner,
    Attribute::Grants,
    Attribute::ColumnComments,
    Attribute::ColumnAcls,
    Attribute::Labels,
    Attribute::Options,
];

fn rewrite_texts(fact: &mut Fact, from: &Id, to: &Id) {
    let own = fact.id.clone();
    let depends = fact.depends_on.contains(from) || own.path == from.path;
    if let Some(renaming) = qualified(from, to) {
        for (attribute, text) in &mut fact.attributes {
            if !PLAIN.contains(attribute) {
                *text = rewrite(&own, *attribute, text, &renaming);
            }
        }
    } else if from.kind == Kind::Column {
        rewrite_column(fact, from, to, depends);
    } else if from.kind.is_routine() {
        let (old, _) = name::split_signature(from.name());
        let (new, _) = name::split_signature(to.name());
        let (old_path, new_path) =
            ([from.path[0].clone(), old.to_owned()], [to.path[0].clone(), new.to_owned()]);
        let renaming = Renaming::Qualified { from: &old_path, to: &new_path };
        if depends {
            for (attribute, text) in &mut fact.attributes {
                *text = rewrite(&own, *attribute, text, &renaming);
            }
        }
    } else if own == *from || own.kind == Kind::IndexPartition {
        // The own name, as in CREATE INDEX, CREATE TRIGGER, CREATE RULE, CREATE STATISTICS.
        let renaming = Renaming::Bare { from: from.name(), to: to.name() };
        for attribute in [Attribute::Definition, Attribute::Parent] {
            if let Some(text) = fact.attributes.get_mut(&attribute) {
                *text = rename_first(text, from.name(), &renaming);
            }
        }
    }
    if from.kind == Kind::Index && own == *from {
        let renaming = Renaming::Bare { from: from.name(), to: to.name() };
        if let Some(text) = fact.attributes.get_mut(&Attribute::Definition) {
            *text = rename_first(text, from.name(), &renaming);
        }
    }
}

/// The first place where the name stands: after CREATE …, before ON.
fn rename_first(text: &str, old: &str, renaming: &Renaming) -> String {
    let quoted = name::quote(old);
    match text.find(&quoted) {
        Some(at) => {
            let end = at + quoted.len();
            format!("{}{}", rename(&text[..end], renaming), &text[end..])
        }
        None => text.to_owned(),
    }
}

/// The body of a function is a string, which RENAME does not look into.
fn rewrite(own: &Id, attribute: Attribute, text: &str, renaming: &Renaming) -> String {
    if own.kind.is_routine() && attribute == Attribute::Definition {
        let body = text.find("\nAS ").unwrap_or(text.len());
        return format!("{}{}", rename(&text[..body], renaming), &text[body..]);
    }
    rename(text, renaming)
}

fn rewrite_column(fact: &mut Fact, from: &Id, to: &Id, depends: bool) {
    let renaming = Renaming::Bare { from: from.name(), to: to.name() };
    let of_table = fact.id.path.starts_with(&from.path[..2]);
    if fact.id.kind == Kind::SequenceOwner {
        let column = name::list_with(&from.path, ".");
        if fact.get(Attribute::Column) == Some(&column) {
            fact.set(Attribute::Column, name::list_with(&to.path, "."));
        }
        return;
    }
    let is_key = of_table && fact.id.kind == Kind::Table;
    if !(depends || is_key) {
        return;
    }
    let attributes: &[Attribute] = match fact.id.kind {
        Kind::Table => &[Attribute::PartitionBy],
        Kind::PublicationTable => &[Attribute::Columns, Attribute::Filter],
        Kind::Column if fact.id == *from => &[],
        _ => &[Attribute::Definition, Attribute::Expression, Attribute::Using, Attribute::Check],
    };
    for attribute in attributes {
        let Some(text) = fact.attributes.get_mut(attribute) else { continue };
        *text = match text.split_once(" REFERENCES ") {
            Some((own, referenced)) if fact.id.kind == Kind::ForeignKey => {
                let table = name::list_with(&from.path[..2], ".");
                let points_here = referenced.starts_with(&format!("{table}("));
                let own = if of_table { rename(own, &renaming) } else { own.to_owned() };
                let other =
                    if points_here { rename(referenced, &renaming) } else { referenced.to_owned() };
                format!("{own} REFERENCES {other}")
            }
            _ => rename(text, &renaming),
        };
    }
}
