//! What of the source belongs to the chosen tables, and what cannot come along.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use catalog::{Attribute, Catalog, Fact, Id, Kind};
use common::{Error, Result, progress};

use super::names::Names;

/// Facts in the source's own names.
pub struct Selection {
    pub facts: BTreeMap<Id, Fact>,
    /// What could not come along, and why, in words.
    pub left_out: Vec<String>,
}

/// The tables with all that is theirs, and the types and sequences that they use.
///
/// # Errors
/// A table cannot be made in the target, since a column's type is not there.
pub fn select(
    source: Catalog,
    tables: &BTreeSet<Vec<String>>,
    names: &Names,
    lacking: &BTreeSet<String>,
) -> Result<Selection> {
    let left_out = other_kinds(&source, tables);
    let belongs = |fact: &Fact| table_of(fact).is_some_and(|table| tables.contains(&*table));
    let (facts, rest): (BTreeMap<Id, Fact>, BTreeMap<Id, Fact>) =
        source.into_facts().map(|fact| (fact.id.clone(), fact)).partition(|(_, f)| belongs(f));
    let mut selection = Selection { facts, left_out };
    selection.add_needed(&rest, names);
    selection.detach_from_parents();
    while let Some((id, why)) = selection.first_that_lacks(names, lacking) {
        selection.leave_out(&id, &why)?;
    }
    Ok(selection)
}

/// The table that a fact is, or is a part of.
fn table_of(fact: &Fact) -> Option<Cow<'_, [String]>> {
    match fact.id.kind {
        Kind::Table => Some(Cow::Borrowed(&fact.id.path)),
        Kind::Column
        | Kind::Default
        | Kind::Constraint
        | Kind::ForeignKey
        | Kind::Partition
        | Kind::Inheritance => Some(Cow::Borrowed(&fact.id.path[..2])),
        Kind::Index | Kind::IndexPartition => Some(Cow::Owned(fact.table())),
        Kind::SequenceOwner => {
            Some(Cow::Owned(catalog::parse(fact.text(Attribute::Column))[..2].to_vec()))
        }
        _ => None,
    }
}

/// `1 view, 2 functions`: what a mirror has no place for.
fn other_kinds(source: &Catalog, tables: &BTreeSet<Vec<String>>) -> Vec<String> {
    let schemas: BTreeSet<&str> = tables.iter().map(|table| table[0].as_str()).collect();
    let mut counts: BTreeMap<Kind, i64> = BTreeMap::new();
    for fact in source.facts() {
        let kind = fact.id.kind;
        let is_other = matches!(kind, Kind::View | Kind::MaterializedView | Kind::ForeignTable)
            || matches!(kind, Kind::Trigger | Kind::Rule | Kind::Policy | Kind::Statistics)
            || kind.is_routine();
        if is_other && fact.id.schema().is_some_and(|schema| schemas.contains(schema)) {
            *counts.entry(kind).or_default() += 1;
        }
    }
    let words = counts.iter().map(|(kind, count)| progress::count(*count, &kind.to_string()));
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { Vec::new() } else { vec![format!("{words}: a mirror holds tables")] }
}

impl Selection {
    /// Types and sequences of the mirrored schemas, however deep they are used.
    fn add_needed(&mut self, rest: &BTreeMap<Id, Fact>, names: &Names) {
        let wanted = |id: &&Id| {
            (id.kind.is_type() || id.kind == Kind::Sequence)
                && id.schema().is_some_and(|schema| names.mirror_of(schema).is_some())
        };
        let mut open: Vec<Id> = self.needed().filter(wanted).cloned().collect();
        while let Some(id) = open.pop() {
            let Some(fact) = rest.get(&id).filter(|_| !self.facts.contains_key(&id)) else {
                continue;
            };
            open.extend(fact.depends_on.iter().filter(wanted).cloned());
            self.facts.insert(id.clone(), fact.clone());
            let checks = Id { kind: Kind::DomainConstraint, path: id.path.clone() };
            let checks = rest.range(checks..).map(|(_, check)| check);
            for check in checks.take_while(|check| {
                check.id.kind == Kind::DomainConstraint && check.id.path.starts_with(&id.path)
            }) {
                open.extend(check.depends_on.iter().filter(wanted).cloned());
                self.facts.insert(check.id.clone(), check.clone());
            }
        }
    }

    fn needed(&self) -> impl Iterator<Item = &Id> {
        self.facts.values().flat_map(|fact| &fact.depends_on)
    }

    /// A table whose parent is not mirrored stands by itself, with all of its columns.
    fn detach_from_parents(&mut self) {
        let there: BTreeSet<Id> = self.facts.keys().cloned().collect();
        let outside = |path: Vec<String>| !there.contains(&Id { kind: Kind::Table, path });
        let lost = |fact: &Fact| {
            let hangs = matches!(fact.id.kind, Kind::Partition | Kind::Inheritance);
            hangs && fact.follows().into_iter().any(outside)
        };
        let alone: BTreeSet<Vec<String>> =
            self.facts.values().filter(|f| lost(f)).map(|f| f.id.path.clone()).collect();
        self.facts.retain(|_, fact| !lost(fact));
        let is_of = |fact: &Fact| fact.id.path.get(..2).is_some_and(|path| alone.contains(path));
        for fact in self.facts.values_mut().filter(|fact| is_of(fact)) {
            fact.attributes.remove(&Attribute::Inherited);
            if fact.id.kind == Kind::Table {
                fact.depends_on.retain(|on| on.kind != Kind::Table);
            }
        }
        let note = |path: &Vec<String>| format!("the parent of {}: not mirrored", path.join("."));
        self.left_out.extend(alone.iter().map(note));
    }

    /// A fact that needs what the mirror will not hold, and what that is.
    fn first_that_lacks(&self, names: &Names, lacking: &BTreeSet<String>) -> Option<(Id, String)> {
        self.facts.values().find_map(|fact| {
            let lack = |id: &&Id| match id.kind {
                Kind::Schema | Kind::Collation => false,
                Kind::Extension => lacking.contains(id.name()) && !leads_out(fact, names),
                Kind::Enum | Kind::Domain => {
                    !self.facts.contains_key(*id) && names.other(&id.path[0], &id.path[1]).is_none()
                }
                _ => !self.facts.contains_key(*id),
            };
            let id = fact.depends_on.iter().find(lack)?;
            let why = match id.kind {
                Kind::Extension => {
                    format!("needs the extension {}, which the target lacks", id.name())
                }
                _ => format!("needs {id}, which is not mirrored"),
            };
            Some((fact.id.clone(), why))
        })
    }

    /// # Errors
    /// Without it the table would not be the same table.
    fn leave_out(&mut self, id: &Id, why: &str) -> Result<()> {
        let fact = self.facts.get_mut(id).expect("found among the facts just before");
        match id.kind {
            Kind::Column if fact.is(Attribute::Generated) => {
                fact.attributes.remove(&Attribute::Generated);
                fact.attributes.remove(&Attribute::Expression);
                fact.depends_on.retain(|id| !id.kind.is_routine() && id.kind != Kind::Extension);
                self.left_out.push(format!("how {id} is generated: {why}"));
            }
            Kind::Table | Kind::Column | Kind::Domain | Kind::Composite | Kind::Range => {
                return Err(Error::usage(format!("{id} cannot be mirrored: it {why}"))
                    .hint("Make it available in the target, or leave the table out of TABLES. Nothing was changed."));
            }
            _ => {
                self.facts.remove(id);
                self.left_out.push(format!("{id}: {why}"));
            }
        }
        Ok(())
    }
}

/// Whether the type of a column is one that has a stand-in in the target.
fn leads_out(fact: &Fact, names: &Names) -> bool {
    let name = fact.text(Attribute::Type).trim_end_matches("[]");
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    match &catalog::parse(name)[..] {
        [schema, name] => names.other(schema, name).is_some(),
        _ => false,
    }
}
