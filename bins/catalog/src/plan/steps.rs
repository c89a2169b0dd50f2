//! The statements of one action: its rule's, and what depends on the whole plan.

use super::fates::{FOLLOWED, Fate, Fates, followed_column};
use super::statement::Statement;
use crate::actions;
use crate::name::literal;
use crate::step::{Alter, Step};
use crate::world::World;
use crate::{Alteration, Attribute, Catalog, Fact, Id, Kind};

pub(crate) fn drop(fact: &Fact, world: &World) -> Vec<Step> {
    actions::drop(fact, world)
}

pub(crate) fn replace_type(fact: &Fact) -> (Vec<Step>, Step) {
    (actions::rename_aside(fact), actions::drop_aside(fact))
}

pub(crate) fn create(fact: &Fact, parts: &[&Fact], world: &World) -> Vec<Step> {
    match fact.id.kind {
        Kind::Table | Kind::ForeignTable => actions::create_table(fact, world, parts),
        Kind::Domain => actions::create_domain(fact, parts, world),
        Kind::Column => match followed_column(&fact.id, world) {
            // ADD COLUMN on the parent has made it.
            Some(_) => actions::dress(fact, world),
            None => {
                let default = parts.iter().copied().find(|part| part.id.kind == Kind::Default);
                actions::create_column(fact, default, world)
            }
        },
        _ => actions::create(fact, world),
    }
}

/// A column whose NOT NULL constraint lets go of a name that another one's takes.
pub(crate) fn set_aside(
    from: &Fact,
    to: &Fact,
    fate: &Fate,
    fates: &Fates,
    world: &World,
) -> Option<(Fact, Step)> {
    let own = without_followed(to, &fate.alter, fates, world);
    let renamed = own.iter().any(|change| change.attribute == Attribute::NotNullName);
    if renamed { actions::set_not_null_aside(from, to, world) } else { None }
}

pub(crate) fn alter(
    from: &Fact,
    to: &Fact,
    fate: &Fate,
    fates: &Fates,
    world: &World,
) -> Vec<Step> {
    let own = without_followed(to, &fate.alter, fates, world);
    let mut steps = Vec::new();
    let with_parent = followed_column(&to.id, world).and_then(|parent| fates.get(&parent));
    let retyped = with_parent.is_some_and(|parent| parent.retype);
    if fate.retype && !retyped && !own.iter().any(|change| change.attribute == Attribute::Type) {
        let mut step = actions::retype(from, to, world);
        if let Some(domain) = narrowed_domain(from, fates, world) {
            step.loses = Some(format!("{}: what does not fit the new {domain}", to.id));
        }
        steps.push(step);
    }
    if let Alter::InPlace(rest) = actions::alter(from, to, &own, world) {
        steps.extend(rest);
    }
    if to.id.kind == Kind::Enum && uses_new_label(from, to, fates, world) {
        steps.iter_mut().for_each(|step| step.needs_no_transaction = true);
    }
    if actions::takes_rights_away(from, to, world) {
        steps.extend(columns_rights(from, to, world));
    }
    steps
}

/// A domain of the column's that is made anew over a type that holds less.
fn narrowed_domain(column: &Fact, fates: &Fates, world: &World) -> Option<Id> {
    let mut domains = column.depends_on.iter().filter(|on| fates.replaces_type(on));
    domains
        .find(|domain| {
            let base = |catalog: &Catalog| {
                catalog.get(domain).map(|fact| fact.text(Attribute::Type).to_owned())
            };
            match (base(world.from), base(world.to)) {
                (Some(before), Some(after)) => actions::loses_values(&before, &after),
                _ => false,
            }
        })
        .cloned()
}

/// A label may be used only after it is committed.
fn uses_new_label(from: &Fact, to: &Fact, fates: &Fates, world: &World) -> bool {
    let labels: Vec<String> =
        actions::adds_labels(from, to).iter().map(|label| literal(label)).collect();
    let changed = fates
        .of
        .iter()
        .filter(|(id, fate)| **id != to.id && (fate.create || !fate.alter.is_empty()));
    changed.filter_map(|(id, _)| world.to.get(id)).any(|fact| {
        fact.attributes.values().any(|text| labels.iter().any(|label| text.contains(label)))
    })
}

/// A REVOKE on a table takes the right on its columns with it.
fn columns_rights(from: &Fact, to: &Fact, world: &World) -> Vec<Step> {
    let columns = world.from.parts(Kind::Column, &from.id.path);
    columns
        .into_iter()
        .filter(|column| world.to.holds(&column.id))
        .flat_map(|column| actions::grant_again(column, to, world))
        .collect()
}

/// What the parent's ALTER does to a partition as well.
fn without_followed(
    to: &Fact,
    alterations: &[Alteration],
    fates: &Fates,
    world: &World,
) -> Vec<Alteration> {
    let followed = followed_column(&to.id, world).and_then(|parent| fates.get(&parent));
    let Some(followed) = followed.filter(|_| to.id.kind == Kind::Column) else {
        return alterations.to_vec();
    };
    let follows =
        |attribute: Attribute| FOLLOWED.contains(&attribute) || attribute == Attribute::Identity;
    alterations
        .iter()
        .filter(|change| !(follows(change.attribute) && followed.alter.contains(change)))
        .cloned()
        .collect()
}

/// A function's body in SQL may speak of what comes later in the plan, and by names that were found
/// by the search path of its author. pg_dump, too, has the server not look into bodies.
pub(crate) fn leave_bodies_unchecked(
    statements: &mut Vec<Statement>,
    fates: &Fates,
    world: &World,
) {
    let written = fates.of.iter().filter(|(_, fate)| fate.create || !fate.alter.is_empty());
    let first = written
        .filter_map(|(id, _)| world.to.get(id))
        .find(|fact| fact.get(Attribute::Language) == Some("sql"));
    if let Some(function) = first {
        let in_transaction = statements.iter().all(|statement| !statement.needs_no_transaction);
        let local = if in_transaction { "LOCAL " } else { "" };
        let set = Step::new(format!("SET {local}check_function_bodies = off"));
        statements.insert(0, Statement::of(&set, &function.id));
    }
}
