//! Triggers and rules, each with its enabled state.

use crate::step::{Alter, Changed, SHARE_ROW_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Kind};

pub fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let mut step = Step::new(fact.text(Attribute::Definition));
    if !world.is_new_relation(&fact.id.path) {
        step.lock = Some(SHARE_ROW_EXCLUSIVE);
    }
    let mut steps = vec![step];
    if fact.is(Attribute::Enabled) {
        steps.push(enable(fact));
    }
    steps
}

pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    if changed.only(&[Attribute::Enabled]) {
        Alter::InPlace(vec![enable(to)])
    } else {
        Alter::Rebuild
    }
}

pub fn enable(fact: &Fact) -> Step {
    let noun = if fact.id.kind == Kind::Rule { "RULE" } else { "TRIGGER" };
    let state = fact.get(Attribute::Enabled).unwrap_or("ENABLE");
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    Step::new(format!("ALTER TABLE {table} {state} {noun} {name}")).lock(SHARE_ROW_EXCLUSIVE)
}
