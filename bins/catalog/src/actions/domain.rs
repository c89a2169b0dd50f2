//! Domains and their checks.

use super::constraint;
use crate::name::quote;
use crate::step::{Alter, Changed, Step};
use crate::world::World;
use crate::{Attribute, Fact};

/// With the constraints that can stand in the same statement.
pub fn create(fact: &Fact, constraints: &[&Fact]) -> Vec<Step> {
    let mut sql = format!("CREATE DOMAIN {} AS {}", fact.id.sql(), fact.text(Attribute::Type));
    if let Some(collation) = fact.get(Attribute::Collation) {
        sql += &format!(" COLLATE {collation}");
    }
    if let Some(default) = fact.get(Attribute::Default) {
        sql += &format!(" DEFAULT {default}");
    }
    if fact.is(Attribute::NotNull) {
        let name = fact.get(Attribute::NotNullName);
        let name = name.map_or(String::new(), |name| format!(" CONSTRAINT {}", quote(name)));
        sql += &format!("{name} NOT NULL");
    }
    for constraint in constraints {
        sql += &format!("\n    {}", constraint::line(constraint));
    }
    vec![Step::new(sql)]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    if changed.any(&[Attribute::Type, Attribute::Collation]) {
        return Alter::Rebuild;
    }
    let alter = format!("ALTER DOMAIN {}", to.id.sql());
    let mut steps = Vec::new();
    if changed.has(Attribute::Default) {
        let default = to
            .get(Attribute::Default)
            .map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
        steps.push(Step::new(format!("{alter} {default}")));
    }
    match (from.is(Attribute::NotNull), to.is(Attribute::NotNull), to.get(Attribute::NotNullName)) {
        (false, true, Some(name)) => {
            steps.push(Step::new(format!("{alter} ADD CONSTRAINT {} NOT NULL", quote(name))));
        }
        (false, true, None) => steps.push(Step::new(format!("{alter} SET NOT NULL"))),
        (true, false, _) => steps.push(Step::new(format!("{alter} DROP NOT NULL"))),
        (true, true, _) if changed.has(Attribute::NotNullName) => {
            let (old, new) = (quote(&not_null_name(from)), quote(&not_null_name(to)));
            steps.push(Step::new(format!("{alter} RENAME CONSTRAINT {old} TO {new}")));
        }
        _ => {}
    }
    Alter::InPlace(steps)
}

/// The constraint's name, which PostgreSQL has from 17 on.
pub fn not_null_name(domain: &Fact) -> String {
    let by_default = || format!("{}_not_null", domain.id.name());
    domain.get(Attribute::NotNullName).map_or_else(by_default, str::to_owned)
}

pub fn create_constraint(fact: &Fact, world: &World) -> Vec<Step> {
    let alter = format!("ALTER DOMAIN {}", fact.id.relation_sql());
    let (name, definition) = (fact.id.name_sql(), fact.text(Attribute::Definition));
    let add = format!("{alter} ADD CONSTRAINT {name} {definition}");
    if world.is_new_type(&fact.id.path[..2]) || definition.ends_with(" NOT VALID") {
        return vec![Step::new(add)];
    }
    vec![
        Step::new(format!("{add} NOT VALID")),
        Step::new(format!("{alter} VALIDATE CONSTRAINT {name}")),
    ]
}

pub fn drop_constraint(fact: &Fact) -> Vec<Step> {
    let (domain, name) = (fact.id.relation_sql(), fact.id.name_sql());
    vec![Step::new(format!("ALTER DOMAIN {domain} DROP CONSTRAINT {name}"))]
}
