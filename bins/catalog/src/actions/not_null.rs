//! NOT NULL of a column. From PostgreSQL 18 on it is a constraint with a name of its own, which may
//! be kept from heirs and may be waiting for its rows to be looked at; before, it is a mark.

use super::types;
use crate::name::quote;
use crate::step::{Changed, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind};

/// As a part of the column's definition; what is not valid has no place in one.
pub fn clause(column: &Fact, world: &World) -> String {
    if !column.is(Attribute::NotNull) || column.is(Attribute::NotNullNotValid) {
        return String::new();
    }
    let name = match column.get(Attribute::NotNullName) {
        Some(name) if name != default_name(column) || world.is_taken(name, &column.id) => {
            format!(" CONSTRAINT {}", quote(name))
        }
        _ => String::new(),
    };
    format!("{name} NOT NULL{}", no_inherit(column))
}

fn no_inherit(column: &Fact) -> &'static str {
    if column.is(Attribute::NotNullNoInherit) { " NO INHERIT" } else { "" }
}

fn default_name(column: &Fact) -> String {
    format!("{}_{}_not_null", column.id.path[1], column.id.name())
}

/// `CONSTRAINT users_email_not_null NOT NULL email`, which stands apart from the column.
pub fn line(column: &Fact) -> String {
    let name = column.get(Attribute::NotNullName).map(str::to_owned);
    let name = quote(&name.unwrap_or_else(|| default_name(column)));
    format!("CONSTRAINT {name} NOT NULL {}{}", column.id.name_sql(), no_inherit(column))
}

/// What CREATE TABLE and ADD COLUMN would look at the rows for.
pub fn settle(column: &Fact) -> Option<Step> {
    column.is(Attribute::NotNullNotValid).then(|| add(column, " NOT VALID"))
}

fn add(column: &Fact, not_valid: &str) -> Step {
    let table = column.id.relation_sql();
    Step::exclusive(format!("ALTER TABLE {table} ADD {}{not_valid}", line(column)))
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed, world: &World) -> Vec<Step> {
    match (from.is(Attribute::NotNull), to.is(Attribute::NotNull)) {
        (false, true) => set(to, world),
        (true, false) => vec![drop(to)],
        (true, true) => change(from, to, changed),
        (false, false) => Vec::new(),
    }
}

fn drop(column: &Fact) -> Step {
    let (table, name) = (column.id.relation_sql(), column.id.name_sql());
    Step::exclusive(format!("ALTER TABLE {table} ALTER COLUMN {name} DROP NOT NULL"))
}

/// The rows are looked at under a lock that lets others read and write.
fn set(column: &Fact, world: &World) -> Vec<Step> {
    let table = column.id.relation_sql();
    let (alter, name) = (format!("ALTER TABLE {table}"), column.id.name_sql());
    let validate = |constraint: &str| {
        Step::new(format!("{alter} VALIDATE CONSTRAINT {constraint}")).lock(SHARE_UPDATE_EXCLUSIVE)
    };
    let holds_rows = world.holds_rows(&column.id.path);
    if column.is(Attribute::NotNullNotValid) {
        return vec![add(column, " NOT VALID")];
    }
    if let Some(constraint) = column.get(Attribute::NotNullName).filter(|_| has_names(world)) {
        return match holds_rows {
            true => vec![add(column, " NOT VALID"), validate(&quote(constraint))],
            false => vec![add(column, "")],
        };
    }
    let set = Step::exclusive(format!("{alter} ALTER COLUMN {name} SET NOT NULL"));
    if !holds_rows {
        return vec![set];
    }
    let check = quote(&format!("{}_is_not_null", column.id.name()));
    let add = format!("{alter} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID");
    let drop = Step::exclusive(format!("{alter} DROP CONSTRAINT {check}"));
    vec![Step::exclusive(add), validate(&check), set, drop]
}

fn has_names(world: &World) -> bool {
    world.from.version >= 180_000
}

/// Between two constraints of one column.
fn change(from: &Fact, to: &Fact, changed: &Changed) -> Vec<Step> {
    let (Some(old), Some(new)) = (from.get(Attribute::NotNullName), to.get(Attribute::NotNullName))
    else {
        return Vec::new();
    };
    let alter = format!("ALTER TABLE {}", to.id.relation_sql());
    if to.is(Attribute::NotNullNotValid) && !from.is(Attribute::NotNullNotValid) {
        return vec![drop(to), add(to, " NOT VALID")];
    }
    let mut steps = Vec::new();
    if old != new {
        steps.push(rename(to, old, new));
    }
    let name = quote(new);
    if changed.has(Attribute::NotNullNoInherit) {
        let inherit = if to.is(Attribute::NotNullNoInherit) { "NO INHERIT" } else { "INHERIT" };
        steps.push(Step::exclusive(format!("{alter} ALTER CONSTRAINT {name} {inherit}")));
    }
    if changed.has(Attribute::NotNullNotValid) {
        let validate = format!("{alter} VALIDATE CONSTRAINT {name}");
        steps.push(Step::new(validate).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    if to.is(Attribute::NotNullLocal) && !from.is(Attribute::NotNullLocal) {
        let column = to.id.name_sql();
        steps.push(Step::exclusive(format!("{alter} ALTER COLUMN {column} SET NOT NULL")));
    }
    steps
}

fn rename(column: &Fact, old: &str, new: &str) -> Step {
    let (table, old, new) = (column.id.relation_sql(), quote(old), quote(new));
    Step::exclusive(format!("ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"))
}

/// The column under the name that its constraint has while another one takes the name it had.
pub fn set_aside(from: &Fact, to: &Fact, world: &World) -> Option<(Fact, Step)> {
    let (old, new) = (from.get(Attribute::NotNullName)?, to.get(Attribute::NotNullName)?);
    let others = world.to.parts(Kind::Column, &to.id.path[..2]);
    let taken = others.iter().any(|other| {
        let before =
            world.from.get(&other.id).and_then(|before| before.get(Attribute::NotNullName));
        other.id != to.id && other.get(Attribute::NotNullName) == Some(old) && before != Some(old)
    });
    if old == new || !taken {
        return None;
    }
    let aside = types::set_aside(&Id::new(Kind::Constraint, [old]));
    let mut between = from.clone();
    between.attributes.insert(Attribute::NotNullName, aside.name().to_owned());
    let step = rename(to, old, aside.name());
    Some((between, step))
}
