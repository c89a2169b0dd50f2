//! What is only called otherwise: found by hints or by equal definitions, never guessed.

mod apply;
mod attached;
mod dressed;
mod labels;
mod refusal;
mod statement;
mod tokens;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use common::Result;

use crate::catalog::side_by_side;
use crate::compare::{Changes, by_name};
use crate::step::Step;
use crate::{Attribute, Catalog, Hint, Id, Kind};
use dressed::{Likeness, dressed};
use refusal::{ambiguous, unknown};

/// Renames, and the catalog as it is after them.
pub(crate) struct Renames<'a> {
    pub catalog: Cow<'a, Catalog>,
    /// Former and new id of each, the former one as it is before all renames.
    pub pairs: Vec<(Id, Id)>,
    /// What renames them, in order.
    pub steps: Vec<(Id, Step)>,
}

/// Kinds whose rename can be found, from the outside in: what is in a renamed table is compared
/// under the table's new name. With each, whether drop and add would lose something, so that two
/// candidates must not be guessed between.
const LEVELS: [(Kind, bool); 22] = [
    (Kind::Schema, true),
    (Kind::Enum, true),
    (Kind::Domain, true),
    (Kind::Composite, true),
    (Kind::Range, true),
    (Kind::Table, true),
    (Kind::ForeignTable, false),
    (Kind::Column, true),
    (Kind::Sequence, true),
    (Kind::Function, false),
    (Kind::Procedure, false),
    (Kind::Aggregate, false),
    (Kind::View, false),
    (Kind::MaterializedView, false),
    (Kind::DomainConstraint, false),
    (Kind::Constraint, false),
    (Kind::ForeignKey, false),
    (Kind::Index, false),
    (Kind::Trigger, false),
    (Kind::Rule, false),
    (Kind::Policy, false),
    (Kind::Statistics, false),
];

/// What differs between two catalogs.
///
/// # Errors
/// A rename that could be of two objects is not guessed: both candidates are named.
pub fn compare(from: &Catalog, to: &Catalog, hints: &[Hint]) -> Result<Changes> {
    let renames = find(from, to, hints)?;
    Ok(Changes { renamed: renames.pairs, ..by_name(&renames.catalog, to) })
}

/// # Errors
/// A hint whose former name does not exist, or two candidates for one name.
pub(crate) fn find<'a>(from: &'a Catalog, to: &'a Catalog, hints: &[Hint]) -> Result<Renames<'a>> {
    let mut renames =
        Renames { catalog: Cow::Borrowed(from), pairs: Vec::new(), steps: Vec::new() };
    let moved = !hints.is_empty() || may_have_moved(from, to);
    for (kind, holds_data) in LEVELS {
        for hint in hints.iter().filter(|hint| hint.to.kind == kind) {
            if let Some(old) = &hint.from {
                renames.follow(hint, old, to)?;
            }
        }
        for likeness in [Likeness::Whole, Likeness::Elsewhere, Likeness::ButForColumns] {
            // A partition is known again once its parent is.
            while moved && renames.match_level(kind, holds_data, likeness, to, hints)? {}
        }
        if kind == Kind::Enum {
            for (old, new) in labels::renamed(&renames.catalog, to)? {
                renames.add(&old, &new);
            }
        }
    }
    renames.match_attached(to);
    Ok(renames)
}

/// Whether any kind has both a name that went and one that came.
fn may_have_moved(from: &Catalog, to: &Catalog) -> bool {
    let (mut gone, mut new) = (BTreeSet::new(), BTreeSet::new());
    for sides in side_by_side(from, to) {
        match sides {
            (Some(fact), None) => gone.insert(fact.id.kind),
            (None, Some(fact)) => new.insert(fact.id.kind),
            _ => false,
        };
    }
    !gone.is_disjoint(&new)
}

impl Renames<'_> {
    fn add(&mut self, from: &Id, to: &Id) {
        self.pairs.push((self.original(from), to.clone()));
        self.rename(from, to);
    }

    fn rename(&mut self, from: &Id, to: &Id) {
        let steps = statement::rename(from, to);
        self.steps.extend(steps.into_iter().map(|step| (to.clone(), step)));
        let renamed = if statement::is_label(from) {
            relabelled(&self.catalog, from, to)
        } else {
            apply::apply(&self.catalog, from, to)
        };
        self.catalog = Cow::Owned(renamed);
    }

    /// The id before the renames that were found so far.
    fn original(&self, id: &Id) -> Id {
        let mut id = id.clone();
        for (old, new) in self.pairs.iter().rev() {
            let inside = match new.kind {
                Kind::Schema => id.kind.is_in_schema() || id.kind == Kind::Schema,
                kind if kind.is_table() || kind == Kind::Domain || kind == Kind::Enum => {
                    id.kind.is_part() || matches!(id.kind, Kind::DomainConstraint | Kind::Enum)
                }
                _ => false,
            };
            if (inside || id == *new) && id.path.starts_with(&new.path) {
                id.path.splice(..new.path.len(), old.path.iter().cloned());
            }
        }
        id
    }

    fn follow(&mut self, hint: &Hint, old: &[String], to: &Catalog) -> Result<()> {
        let mut from = hint.to.clone();
        let keep = from.path.len().saturating_sub(old.len());
        from.path.splice(keep.., old.iter().cloned());
        if from.kind.is_routine() && !from.name().contains('(') {
            let (_, arguments) = crate::name::split_signature(hint.to.name());
            let signature = format!("{}({arguments})", from.name());
            from.path.pop();
            from.path.push(signature);
        }
        if from == hint.to {
            return Ok(());
        }
        if !self.knows(&from) {
            // An annotation stays in the file after its rename is done.
            return if self.knows(&hint.to) { Ok(()) } else { Err(unknown(&from, &hint.to)) };
        }
        if to.holds(&from)
            && !statement::is_label(&from)
            && to.holds(&hint.to)
            && self.catalog.holds(&hint.to)
        {
            return self.swap(&from, &hint.to);
        }
        if self.catalog.holds(&hint.to) {
            self.set_aside(&hint.to);
        }
        self.add(&from, &hint.to);
        Ok(())
    }

    fn knows(&self, id: &Id) -> bool {
        if statement::is_label(id) {
            let labels = self.catalog.get(&Id { kind: Kind::Enum, path: id.path[..2].to_vec() });
            return labels.is_some_and(|fact| fact.list(Attribute::Labels).contains(&id.path[2]));
        }
        self.catalog.holds(id)
    }

    /// Two that change places, by way of a third name.
    fn swap(&mut self, from: &Id, to: &Id) -> Result<()> {
        if self.pairs.iter().any(|(_, new)| new == to) {
            return Ok(());
        }
        let aside = self.set_aside(to);
        self.add(from, to);
        self.pairs.push((to.clone(), from.clone()));
        self.rename(&aside, from);
        Ok(())
    }

    /// Frees a name whose holder goes, or gets another name in a moment.
    fn set_aside(&mut self, id: &Id) -> Id {
        let mut aside = id.clone();
        if let Some(name) = aside.path.last_mut() {
            *name = format!("{name}__old");
        }
        self.rename(id, &aside);
        aside
    }

    /// Attached indexes that exchange their names, too.
    fn match_attached(&mut self, to: &Catalog) {
        let mut aside: BTreeMap<Id, Id> = BTreeMap::new();
        while let Some((from, to)) = attached::differently(&self.catalog, to) {
            if self.catalog.holds(&to) {
                let former = self.original(&to);
                aside.insert(self.set_aside(&to), former);
            }
            match aside.remove(&from) {
                Some(former) => {
                    self.pairs.push((former, to.clone()));
                    self.rename(&from, &to);
                }
                None => self.add(&from, &to),
            }
        }
    }

    fn match_level(
        &mut self,
        kind: Kind,
        holds_data: bool,
        likeness: Likeness,
        to: &Catalog,
        hints: &[Hint],
    ) -> Result<bool> {
        let new_by_hint: BTreeSet<&Id> =
            hints.iter().filter(|hint| hint.from.is_none()).map(|hint| &hint.to).collect();
        let mut groups: BTreeMap<String, (Vec<Id>, Vec<Id>)> = BTreeMap::new();
        let gone: Vec<Id> = missing(&self.catalog, to, kind).collect();
        let new: Vec<Id> = missing(to, &self.catalog, kind).collect();
        let applies = match likeness {
            Likeness::Whole => true,
            Likeness::Elsewhere => kind.is_in_schema() && !kind.is_part() && kind != Kind::Index,
            Likeness::ButForColumns => kind.is_table(),
        };
        if gone.is_empty() || new.is_empty() || !applies {
            return Ok(false);
        }
        let known = self.pairs.len();
        for id in gone {
            let key = key(&id, &self.catalog, to, likeness);
            groups.entry(key).or_default().0.push(id);
        }
        for id in new.into_iter().filter(|id| !new_by_hint.contains(id)) {
            let key = key(&id, to, &self.catalog, likeness);
            groups.entry(key).or_default().1.push(id);
        }
        for (gone, new) in groups.into_values() {
            if holds_data && gone.len().max(new.len()) > 1 && !gone.is_empty() && !new.is_empty() {
                return Err(ambiguous(&gone, &new));
            }
            for (from, to) in gone.iter().zip(&new) {
                self.add(from, to);
            }
        }
        Ok(self.pairs.len() > known)
    }
}

/// What two names of one object have in common: where it lives, and its definition.
fn key(id: &Id, catalog: &Catalog, other: &Catalog, likeness: Likeness) -> String {
    let fact = catalog.get(id).expect("the id comes from this catalog");
    let home = match id.kind {
        _ if likeness == Likeness::Elsewhere => id.name().to_owned(),
        Kind::Index => fact.text(Attribute::Table).to_owned(),
        kind if kind.is_in_schema() => id.path[..id.path.len() - 1].join("\0"),
        _ => String::new(),
    };
    format!("{home}\0{}", dressed(fact, catalog, other, likeness))
}

/// Whether a definition speaks of a name.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    tokens::rename(text, &tokens::Renaming::Bare { from: name, to: "\u{1}" }) != text
}

/// The ids of a kind that one catalog holds and the other does not.
fn missing<'a>(here: &'a Catalog, there: &'a Catalog, kind: Kind) -> impl Iterator<Item = Id> + 'a {
    here.of_kind(kind).map(|fact| &fact.id).filter(|id| !there.holds(id)).cloned()
}

fn relabelled(catalog: &Catalog, from: &Id, to: &Id) -> Catalog {
    let mut catalog = catalog.clone();
    let id = Id { kind: Kind::Enum, path: from.path[..2].to_vec() };
    if let Some(fact) = catalog.facts.get_mut(&id) {
        let labels: Vec<String> = fact
            .list(Attribute::Labels)
            .into_iter()
            .map(|label| if label == from.path[2] { to.path[2].clone() } else { label })
            .collect();
        let labels = serde_json::Value::from(labels).to_string();
        fact.attributes.insert(Attribute::Labels, labels);
    }
    catalog
}
