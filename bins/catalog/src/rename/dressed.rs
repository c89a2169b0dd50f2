//! A definition without the names that go with a rename: two objects with equal ones are the same
//! object under two names.

use super::tokens::{Renaming, rename};
use crate::{Attribute, Catalog, Fact, Id, Kind, name};

/// Names that PostgreSQL makes from the table's and the column's.
const DERIVED: [Attribute; 3] =
    [Attribute::IdentitySequence, Attribute::NotNullName, Attribute::Inherited];

/// Kinds that stand for a table's being the same one.
const PARTS: [Kind; 9] = [
    Kind::Column,
    Kind::Default,
    Kind::Constraint,
    Kind::ForeignKey,
    Kind::Inheritance,
    Kind::Partition,
    Kind::Trigger,
    Kind::Policy,
    Kind::Rule,
];

/// How alike two objects must be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Another name in the same place.
    Whole,
    /// The same name in another schema.
    Elsewhere,
    /// Tables whose columns are called otherwise, too.
    ButForColumns,
}

pub fn dressed(fact: &Fact, catalog: &Catalog, other: &Catalog, likeness: Likeness) -> String {
    match fact.id.kind {
        Kind::Schema => schema(fact, catalog),
        kind if kind.is_table() => table(fact, catalog, likeness),
        Kind::Column => column(fact, catalog, other),
        Kind::Sequence => {
            let owner = Id { kind: Kind::SequenceOwner, path: fact.id.path.clone() };
            let owner = catalog.get(&owner).map(|owner| owner.text(Attribute::Column));
            format!("{owner:?} {}", own(fact))
        }
        _ => own(fact),
    }
}

/// All attributes, with the own name out of them.
fn own(fact: &Fact) -> String {
    let bare = match fact.id.kind {
        kind if kind.is_routine() => name::split_signature(fact.id.name()),
        _ => (fact.id.name(), ""),
    };
    let (own_name, arguments) = bare;
    let path = [fact.id.path[0].clone(), own_name.to_owned()];
    let to = ["\u{1}".to_owned(), "\u{1}".to_owned()];
    let mut text = arguments.to_owned();
    for (attribute, value) in &fact.attributes {
        if DERIVED.contains(attribute) {
            continue;
        }
        let value = rename(value, &Renaming::Qualified { from: &path, to: &to });
        let value = match fact.id.kind {
            Kind::Index | Kind::Trigger | Kind::Rule | Kind::Statistics
                if *attribute == Attribute::Definition =>
            {
                value.replacen(&format!(" {} ", name::quote(own_name)), " \u{1} ", 1)
            }
            _ => value,
        };
        text += &format!("\n{attribute}={value}");
    }
    text
}

/// A column at its place among those that stay.
fn column(fact: &Fact, catalog: &Catalog, other: &Catalog) -> String {
    let place = catalog
        .parts(Kind::Column, &fact.id.path[..2])
        .iter()
        .filter(|column| column.position < fact.position && other.holds(&column.id))
        .count();
    let default = catalog.get(&Id { kind: Kind::Default, path: fact.id.path.clone() });
    // A sequence of its own goes by the column's name.
    let default = default.map(|default| match default.text(Attribute::Expression) {
        text if text.starts_with("nextval(") => "nextval",
        text => text,
    });
    format!("{place} {default:?} {}", own(fact))
}

/// A table with all its parts, in which it and its sequences have no name.
fn table(fact: &Fact, catalog: &Catalog, likeness: Likeness) -> String {
    let columns = match likeness {
        Likeness::Whole | Likeness::Elsewhere => Vec::new(),
        Likeness::ButForColumns => catalog.parts(Kind::Column, &fact.id.path),
    };
    let sequences: Vec<&Fact> = catalog
        .of_kind(Kind::SequenceOwner)
        .filter(|owner| name::parse(owner.text(Attribute::Column)).starts_with(&fact.id.path))
        .collect();
    let without_names = |text: &str| {
        let to = ["\u{1}".to_owned(), "\u{1}".to_owned()];
        let mut text = rename(text, &Renaming::Qualified { from: &fact.id.path, to: &to });
        for sequence in &sequences {
            let to = ["\u{1}".to_owned(), "\u{2}".to_owned()];
            text = rename(&text, &Renaming::Qualified { from: &sequence.id.path, to: &to });
        }
        for (number, column) in columns.iter().enumerate() {
            let to = format!("\u{3}{number}");
            text = rename(&text, &Renaming::Bare { from: column.id.name(), to: &to });
        }
        text
    };
    let named = name::list_with(&fact.id.path, ".");
    let indexes =
        catalog.of_kind(Kind::Index).filter(|index| index.text(Attribute::Table) == named);
    let parts = PARTS.iter().flat_map(|kind| catalog.parts(*kind, &fact.id.path));
    let mut lines: Vec<String> = parts
        .chain(indexes)
        .map(|part| {
            // The names of constraints and indexes are often made from the table's.
            let name = match part.id.kind {
                Kind::Constraint | Kind::ForeignKey | Kind::Index => "",
                kind if kind.is_part() && part.id.path.len() > 2 => part.id.name(),
                _ => "",
            };
            without_names(&format!("{:?} {} {}", part.id.kind, name::quote(name), own(part)))
        })
        .collect();
    lines.sort();
    format!("{}\n{}", without_names(&own(fact)), lines.join("\n"))
}

/// Everything in a schema, without its name.
fn schema(fact: &Fact, catalog: &Catalog) -> String {
    let name = fact.id.name();
    let inside = catalog.facts().filter(|inner| inner.id.schema() == Some(name));
    let without_name = |text: &str| rename(text, &Renaming::Schema { from: name, to: "\u{1}" });
    let lines: Vec<String> = inside
        .map(|inner| {
            let path: Vec<String> =
                inner.id.path[1..].iter().map(|name| without_name(name)).collect();
            let values: Vec<String> = inner
                .attributes
                .iter()
                .map(|(attribute, value)| format!("{attribute}={}", without_name(value)))
                .collect();
            format!("{:?} {} {}", inner.id.kind, path.join("."), values.join(" "))
        })
        .collect();
    format!("{}\n{}", own(fact), lines.join("\n"))
}
