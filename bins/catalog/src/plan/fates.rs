//! What becomes of each fact. What differs is the start; a fact that has to be dropped takes with
//! it, for the time being, all that depends on it, and there is no CASCADE that would forget one.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::actions::{self, type_family_changes};
use crate::step::Alter;
use crate::world::World;
use crate::{Alteration, Attribute, Changes, Id, Kind, rename};

#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    pub drop: bool,
    pub create: bool,
    /// What is altered in place.
    pub alter: Vec<Alteration>,
    /// A column whose type is made anew under the same name.
    pub retype: bool,
}

pub(crate) struct Fates {
    pub of: BTreeMap<Id, Fate>,
}

impl Fates {
    pub fn get(&self, id: &Id) -> Option<&Fate> {
        self.of.get(id)
    }

    pub fn drops(&self, id: &Id) -> bool {
        self.get(id).is_some_and(|fate| fate.drop)
    }

    pub fn creates(&self, id: &Id) -> bool {
        self.get(id).is_some_and(|fate| fate.create)
    }

    /// A type that stays by name while its columns move over to its successor.
    pub fn replaces_type(&self, id: &Id) -> bool {
        is_replaceable(id.kind) && self.get(id).is_some_and(|fate| fate.drop && fate.create)
    }
}

/// Kinds that columns hold on to, so that a new one must be there before the old one goes.
fn is_replaceable(kind: Kind) -> bool {
    kind.is_type() || kind == Kind::Collation
}

/// Brings the changes to an end where everything that is dropped is free of dependants.
pub(crate) fn decide(changes: &Changes, world: &World) -> Fates {
    let mut work = Work {
        world,
        dependants: OnceCell::new(),
        fates: Fates { of: BTreeMap::new() },
        queue: Vec::new(),
    };
    for id in &changes.added {
        work.fates.of.entry(id.clone()).or_default().create = true;
    }
    for id in &changes.removed {
        work.drop(id);
    }
    for (id, alterations) in &changes.altered {
        work.alter(id, alterations);
    }
    while let Some(id) = work.queue.pop() {
        work.release(&id);
    }
    work.fates
}

struct Work<'a> {
    world: &'a World<'a>,
    /// Who depends on a fact, in the state before; looked for once somebody asks.
    dependants: OnceCell<FxHashMap<&'a Id, Vec<&'a Id>>>,
    fates: Fates,
    /// Facts whose dependants are still to be looked at.
    queue: Vec<Id>,
}

fn dependants<'a>(world: &World<'a>) -> FxHashMap<&'a Id, Vec<&'a Id>> {
    let mut dependants: FxHashMap<&Id, Vec<&Id>> = FxHashMap::default();
    for fact in world.from.facts() {
        for on in &fact.depends_on {
            dependants.entry(on).or_default().push(&fact.id);
        }
    }
    dependants
}

impl Work<'_> {
    /// The fact goes, and comes back where the desired state has it.
    fn drop(&mut self, id: &Id) {
        let fate = self.fates.of.entry(id.clone()).or_default();
        if !fate.drop {
            fate.drop = true;
            fate.create = self.world.to.holds(id);
            fate.alter.clear();
            self.queue.push(id.clone());
        }
    }

    fn alter(&mut self, id: &Id, alterations: &[Alteration]) {
        if self.fates.drops(id) {
            return;
        }
        let (Some(from), Some(to)) = (self.world.from.get(id), self.world.to.get(id)) else {
            return;
        };
        let changes = |attributes: &[Attribute]| {
            alterations.iter().any(|change| attributes.contains(&change.attribute))
        };
        let is_column = id.kind == Kind::Column;
        if is_column
            && changes(&[Attribute::Type, Attribute::Collation])
            && self.is_partition_key(id)
        {
            return self.rebuild_partitioned(id);
        }
        if let Alter::Rebuild = actions::alter(from, to, alterations, self.world) {
            return self.drop(id);
        }
        self.fates.of.entry(id.clone()).or_default().alter = alterations.to_vec();
        if is_column && changes(&[Attribute::Type, Attribute::Collation, Attribute::Expression]) {
            self.queue.push(id.clone());
        }
    }

    fn retype(&mut self, id: &Id) {
        if self.is_partition_key(id) {
            return self.rebuild_partitioned(id);
        }
        let fate = self.fates.of.entry(id.clone()).or_default();
        if !fate.drop && !fate.retype {
            fate.retype = true;
            self.queue.push(id.clone());
        }
    }

    /// PostgreSQL changes no type of a partition key (42P16). A partitioned table has no rows of
    /// its own: it is made anew while its partitions, which have, stand alone.
    fn rebuild_partitioned(&mut self, key: &Id) {
        self.drop(&Id { kind: Kind::Table, path: key.path[..2].to_vec() });
    }

    fn is_partition_key(&self, column: &Id) -> bool {
        let table = Id { kind: Kind::Table, path: column.path[..2].to_vec() };
        let key =
            self.world.from.get(&table).map(|table| table.text(Attribute::PartitionBy).to_owned());
        key.is_some_and(|key| rename::mentions(&key, column.name()))
    }

    /// Looks at who depends on a fact that is dropped, or on a column that gets another type.
    fn release(&mut self, id: &Id) {
        let dependants = self.dependants.get_or_init(|| dependants(self.world));
        let dependants: Vec<Id> =
            dependants.get(id).into_iter().flatten().map(|id| (*id).clone()).collect();
        let dropped = self.fates.drops(id);
        for dependant in dependants {
            if dropped {
                self.release_from_dropped(&dependant, id);
            } else {
                self.release_from_retyped(&dependant, id);
            }
        }
    }

    fn release_from_dropped(&mut self, dependant: &Id, dropped: &Id) {
        let in_dropped_table = dropped.kind.is_table();
        match dependant.kind {
            Kind::Column if in_dropped_table => self.drop(dependant),
            // A table keeps its rows, whatever becomes of its columns' types.
            Kind::Column => {
                let generated = self
                    .world
                    .from
                    .get(dependant)
                    .is_some_and(|column| column.is(Attribute::Generated));
                if !self.world.to.holds(dependant) || generated && !is_replaceable(dropped.kind) {
                    self.drop(dependant);
                } else if is_replaceable(dropped.kind) {
                    self.retype(dependant);
                }
            }
            Kind::Table | Kind::Sequence | Kind::Schema | Kind::Extension => {}
            _ => self.drop(dependant),
        }
    }

    /// PostgreSQL carries indexes, constraints and defaults over by itself where they still make
    /// sense, and refuses views, rules, policies, triggers and generated columns.
    fn release_from_retyped(&mut self, dependant: &Id, column: &Id) {
        let altered = self.fates.get(dependant).is_some_and(|fate| !fate.alter.is_empty());
        let kind = |catalog: &crate::Catalog| {
            catalog
                .get(column)
                .map(|column| column.text(Attribute::Type).to_owned())
                .unwrap_or_default()
        };
        let (from, to) = (kind(self.world.from), kind(self.world.to));
        let other_family = type_family_changes(&from, &to);
        let integers = |kind: &str| matches!(kind, "smallint" | "integer" | "bigint");
        let replaced = self.fates.get(column).is_some_and(|fate| fate.retype);
        let goes = match dependant.kind {
            Kind::View
            | Kind::MaterializedView
            | Kind::Rule
            | Kind::Policy
            | Kind::Trigger
            | Kind::Function
            | Kind::Procedure
            | Kind::PublicationTable => true,
            Kind::Column => dependant != column,
            Kind::Default => altered || replaced || other_family && !self.is_literal(dependant),
            Kind::ForeignKey => {
                altered || replaced || other_family && !(integers(&from) && integers(&to))
            }
            Kind::Constraint | Kind::Index | Kind::Statistics => altered,
            _ => false,
        };
        if goes {
            self.drop(dependant);
        }
    }

    /// A number is a default of any kind of number.
    fn is_literal(&self, default: &Id) -> bool {
        let fact = self.world.from.get(default);
        fact.is_some_and(|fact| fact.text(Attribute::Expression).parse::<f64>().is_ok())
    }
}

/// What a column of a partition has from its parent's and never changes by itself.
pub(crate) const FOLLOWED: [Attribute; 7] = [
    Attribute::Type,
    Attribute::Collation,
    Attribute::NotNull,
    Attribute::NotNullName,
    Attribute::NotNullNotValid,
    Attribute::Generated,
    Attribute::Expression,
];

/// The parent's column that the column of a partition or an heir follows, where the table hangs
/// below the parent before, after and in between.
pub(crate) fn followed_column(id: &Id, world: &World) -> Option<Id> {
    if id.kind != Kind::Column && id.kind != Kind::Default {
        return None;
    }
    let place = Id { kind: Kind::Partition, path: id.path[..2].to_vec() };
    if world.rebuilt.contains(&place) {
        return None;
    }
    let after = world.to.parents(&id.path);
    let kept = world.from.parents(&id.path).into_iter().filter(|parent| after.contains(parent));
    kept.map(|mut path| {
        path.push(id.name().to_owned());
        Id { kind: id.kind, path }
    })
    .find(|above| world.from.holds(above) || world.to.holds(above))
}
