//! What changed in the source, in the words that Alembic uses.

use std::collections::BTreeSet;

use catalog::{Alteration, Attribute, Catalog, Changes, Fact, Id, Kind};

/// One line each: `Detected added column 'dw__so__dbo.users.email'`. What comes or goes with its
/// table is not told by itself.
pub fn lines(changes: &Changes, from: &Catalog, to: &Catalog) -> Vec<String> {
    let line = |word: &str, id: &Id| format!("Detected {word} {} '{}'", id.kind, id.path.join("."));
    let mut lines = Vec::new();
    for (old, new) in &changes.renamed {
        if tells(new) && old.name() != new.name() {
            lines.push(format!("{}, formerly '{}'", line("renamed", new), old.name()));
        }
    }
    lines.extend(told(&changes.removed, from).map(|id| line("removed", id)));
    lines.extend(told(&changes.added, to).map(|id| line("added", id)));
    for (id, what) in &changes.altered {
        let what = what.iter().map(alteration).collect::<Vec<_>>().join(", ");
        lines.push(format!("{}: {what}", line("changed", id)));
    }
    lines
}

fn told<'a>(ids: &'a [Id], side: &'a Catalog) -> impl Iterator<Item = &'a Id> {
    let whole: BTreeSet<&[String]> =
        ids.iter().filter(|id| id.kind == Kind::Table).map(|id| id.path.as_slice()).collect();
    ids.iter().filter(move |id| {
        let table = side.get(id).and_then(|fact| table_of(fact, side));
        tells(id) && !table.is_some_and(|table| whole.contains(table.as_slice()))
    })
}

/// The table with which a fact comes and goes.
fn table_of(fact: &Fact, side: &Catalog) -> Option<Vec<String>> {
    let relation = |column: &str| catalog::parse(column).into_iter().take(2).collect();
    match fact.id.kind {
        Kind::Index => Some(fact.table()),
        Kind::Sequence => {
            let owner = Id { kind: Kind::SequenceOwner, path: fact.id.path.clone() };
            side.get(&owner).map(|owner| relation(owner.text(Attribute::Column)))
        }
        kind if kind.is_part() => Some(fact.id.path[..2].to_vec()),
        _ => None,
    }
}

/// A schema is made before, and what a sequence or a partition belongs to comes with it.
fn tells(id: &Id) -> bool {
    !matches!(id.kind, Kind::Schema | Kind::SequenceOwner | Kind::IndexPartition)
}

fn alteration(change: &Alteration) -> String {
    let word = change.attribute.words();
    match (&change.from, &change.to) {
        (None, Some(to)) if to == "true" => word,
        (Some(from), None) if from == "true" => format!("no longer {word}"),
        (from, to) => {
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
            format!("{word} {} → {}", shown(from), shown(to))
        }
    }
}
