//! The rule table: what each kind of fact takes to be made, dropped and altered. A rule knows its
//! own kind only; what must come before what is the graph's matter (plan/).

mod aggregate;
mod column;
mod column_definition;
mod constraint;
mod conversion;
mod default;
mod default_privileges;
mod definition;
mod domain;
mod dress;
mod extension;
mod foreign;
mod index;
mod not_null;
mod partition;
mod policy;
mod publication;
mod rights;
mod routine;
mod schema;
mod sequence;
mod settings;
mod table;
mod trigger;
mod types;
mod view;

use crate::step::{Alter, Changed, Step};
use crate::world::World;
use crate::{Alteration, Attribute, Fact, Kind};

pub(crate) use conversion::{loses_values, retype, type_family_changes};
pub(crate) use dress::create as dress;
pub(crate) use not_null::set_aside as set_not_null_aside;
pub(crate) use table::create_with as create_table;
pub(crate) use types::{adds_labels, drop_aside, rename_aside};

/// ADD COLUMN, with a default that can stand in it.
pub(crate) fn create_column(fact: &Fact, default: Option<&Fact>, world: &World) -> Vec<Step> {
    let mut steps = column::create(fact, default, world);
    steps.extend(dress::create(fact, world));
    steps
}

/// CREATE DOMAIN, with the constraints that can stand in it.
pub(crate) fn create_domain(fact: &Fact, constraints: &[&Fact], world: &World) -> Vec<Step> {
    let mut steps = domain::create(fact, constraints);
    for part in std::iter::once(&fact).chain(constraints) {
        steps.extend(dress::create(part, world));
    }
    steps
}

/// Whether somebody has fewer rights on the table than before.
pub(crate) fn takes_rights_away(from: &Fact, to: &Fact, world: &World) -> bool {
    from.id.kind != Kind::Column
        && rights::takes_away(
            from.id.kind,
            from.get(Attribute::Grants),
            to.get(Attribute::Grants),
            world.from.version,
        )
}

/// The column's grants as they were, all of them anew.
pub(crate) fn grant_again(column: &Fact, table: &Fact, world: &World) -> Vec<Step> {
    let owner = table.get(Attribute::Owner).unwrap_or(&world.from.user);
    rights::change(
        &rights::Target::of(column, world.from.version),
        owner,
        None,
        column.get(Attribute::Grants),
    )
}

/// The statements that make the object, with owner, grants and comments. Tables and columns are
/// made by [`create_table`] and [`create_column`], with what stands in their statement.
pub(crate) fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let mut steps = match fact.id.kind {
        Kind::Table | Kind::ForeignTable => return table::create_with(fact, world, &[]),
        Kind::Column => return create_column(fact, None, world),
        Kind::Schema => schema::create(fact),
        Kind::Extension => extension::create(fact),
        Kind::Enum | Kind::Composite | Kind::Range => types::create(fact),
        Kind::Domain => domain::create(fact, &[]),
        Kind::DomainConstraint => domain::create_constraint(fact, world),
        Kind::Sequence => sequence::create(fact),
        Kind::SequenceOwner => sequence::create_owner(fact),
        Kind::Default => default::create(fact, world),
        Kind::Constraint | Kind::ForeignKey => constraint::create(fact, world),
        Kind::Index => index::create(fact, world),
        Kind::IndexPartition => index::attach(fact),
        Kind::Inheritance => partition::inherit(fact),
        Kind::Partition => partition::create(fact),
        Kind::View | Kind::MaterializedView => view::create(fact),
        Kind::Function | Kind::Procedure => routine::create(fact),
        Kind::Aggregate => aggregate::create(fact),
        Kind::Trigger | Kind::Rule => trigger::create(fact, world),
        Kind::PartitionTrigger => vec![trigger::enable(fact)],
        Kind::Policy => policy::create(fact),
        Kind::Publication => publication::create(fact),
        Kind::PublicationTable | Kind::PublicationSchema => publication::add_member(fact),
        Kind::ForeignDataWrapper | Kind::Server | Kind::UserMapping => foreign::create(fact),
        Kind::DefaultPrivileges => {
            return default_privileges::change(fact, None, fact.get(Attribute::Grants), world);
        }
        // Every other kind is one text.
        _ => definition::create(fact),
    };
    steps.extend(dress::create(fact, world));
    steps
}

pub(crate) fn drop(fact: &Fact, world: &World) -> Vec<Step> {
    match fact.id.kind {
        Kind::SequenceOwner => sequence::drop_owner(fact),
        Kind::Table | Kind::ForeignTable => table::drop(fact),
        Kind::Column => column::drop(fact),
        Kind::Default => default::drop(fact, world),
        Kind::DomainConstraint => domain::drop_constraint(fact),
        Kind::Constraint | Kind::ForeignKey => constraint::drop(fact, world),
        Kind::Index => index::drop(fact, world),
        Kind::IndexPartition => Vec::new(),
        Kind::Inheritance => partition::leave(fact),
        Kind::Partition => partition::drop(fact),
        Kind::PartitionTrigger => vec![trigger::enable(&Fact::new(fact.id.clone()))],
        Kind::Trigger | Kind::Rule | Kind::Policy => {
            vec![Step::exclusive(format!("DROP {}", dress::object(fact)))]
        }
        Kind::PublicationTable | Kind::PublicationSchema => publication::drop_member(fact),
        Kind::DefaultPrivileges => {
            default_privileges::change(fact, fact.get(Attribute::Grants), None, world)
        }
        Kind::UserMapping => vec![Step::new(format!("DROP {}", foreign::object(fact)))],
        Kind::MaterializedView => vec![Step::exclusive(format!("DROP {}", dress::object(fact)))],
        _ => vec![Step::new(format!("DROP {}", dress::object(fact)))],
    }
}

/// What the alterations take, all of them at once.
pub(crate) fn alter(from: &Fact, to: &Fact, changed: &[Alteration], world: &World) -> Alter {
    if from.id.kind == Kind::DefaultPrivileges {
        return Alter::InPlace(default_privileges::change(
            to,
            from.get(Attribute::Grants),
            to.get(Attribute::Grants),
            world,
        ));
    }
    let own: Vec<&Alteration> =
        changed.iter().filter(|change| !dress::knows(change.attribute)).collect();
    let mut steps = Vec::new();
    if !own.is_empty() {
        let own = Changed(&own);
        let altered = match from.id.kind {
            Kind::Schema => Alter::InPlace(Vec::new()),
            Kind::Extension => extension::alter(to, &own),
            Kind::Enum => types::alter_enum(from, to),
            Kind::Composite => types::alter_composite(from, to, world),
            Kind::Domain => domain::alter(from, to, &own),
            Kind::Sequence => sequence::alter(from, to, &own),
            Kind::SequenceOwner => Alter::InPlace(sequence::create_owner(to)),
            Kind::Table | Kind::ForeignTable => table::alter(from, to, &own),
            Kind::Column => column::alter(from, to, &own, world),
            Kind::Default => Alter::InPlace(default::create(to, world)),
            Kind::Constraint | Kind::ForeignKey => constraint::alter(from, to, &own, world),
            Kind::Index => index::alter(from, to, &own, world),
            Kind::View | Kind::MaterializedView => view::alter(from, to, &own),
            Kind::Function | Kind::Procedure => routine::alter(from, to, &own),
            Kind::Inheritance => Alter::InPlace(partition::change_parents(from, to)),
            Kind::Trigger | Kind::Rule => trigger::alter(to, &own),
            Kind::PartitionTrigger => Alter::InPlace(vec![trigger::enable(to)]),
            Kind::Policy => policy::alter(to, &own),
            Kind::Publication => publication::alter(to, &own),
            Kind::ForeignDataWrapper | Kind::Server | Kind::UserMapping => {
                foreign::alter(from, to, &own)
            }
            Kind::Aggregate
            | Kind::DomainConstraint
            | Kind::Range
            | Kind::IndexPartition
            | Kind::Partition
            | Kind::PublicationTable
            | Kind::PublicationSchema
            | Kind::DefaultPrivileges => Alter::Rebuild,
            _ => definition::alter(from, to, &own),
        };
        match altered {
            Alter::Rebuild => return Alter::Rebuild,
            Alter::InPlace(own) => steps.extend(own),
        }
    }
    steps.extend(dress::alter(from, to, world));
    Alter::InPlace(steps)
}
