//! Domains and their checks.

use super::{Alter, Changed, Step, constraint};
use crate::Fact;
use crate::plan::World;

/// With the constraints that can stand in the same statement.
pub fn create(fact: &Fact, constraints: &[&Fact]) -> Vec<Step> {
    let mut sql = format!("CREATE DOMAIN {} AS {}", fact.id.sql(), fact.text("type"));
    if let Some(collation) = fact.get("collation") {
        sql += &format!(" COLLATE {collation}");
    }
    if let Some(default) = fact.get("default") {
        sql += &format!(" DEFAULT {default}");
    }
    if fact.is("not_null") {
        sql += " NOT NULL";
    }
    for constraint in constraints {
        sql += &format!("\n    {}", constraint::line(constraint));
    }
    vec![Step::new(sql)]
}

pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    if changed.any(&["type", "collation"]) {
        return Alter::Rebuild;
    }
    let alter = format!("ALTER DOMAIN {}", to.id.sql());
    let mut steps = Vec::new();
    if changed.has("default") {
        let default = to
            .get("default")
            .map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
        steps.push(Step::new(format!("{alter} {default}")));
    }
    if changed.has("not_null") {
        let verb = if to.is("not_null") { "SET" } else { "DROP" };
        steps.push(Step::new(format!("{alter} {verb} NOT NULL")));
    }
    Alter::InPlace(steps)
}

pub fn create_constraint(fact: &Fact, world: &World) -> Vec<Step> {
    let alter = format!("ALTER DOMAIN {}", fact.id.relation_sql());
    let (name, definition) = (fact.id.name_sql(), fact.text("definition"));
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
