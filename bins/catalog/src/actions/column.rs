//! Columns of tables.

use super::column_definition::{definition, identity};
use super::conversion::retype;
use super::default::is_volatile;
use super::settings::{changes, options_changes};
use super::{not_null, sequence};
use crate::name::{literal, parse, quote};
use crate::step::{Alter, Changed, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Kind};

/// ADD COLUMN, with its default in the same statement, so that rows get it at once and NOT NULL
/// holds.
pub fn create(column: &Fact, default: Option<&Fact>, world: &World) -> Vec<Step> {
    let table = column.id.relation_sql();
    let definition = definition(column, default, world);
    let add = Step::exclusive(format!("ALTER TABLE {table} ADD COLUMN {definition}"));
    let computed =
        column.get(Attribute::Generated) == Some("STORED") || column.is(Attribute::Identity);
    let volatile = default.is_some_and(|default| is_volatile(default.text(Attribute::Expression)));
    // The server looks at every row for a domain, even where there is nothing to see.
    let constrained = column.depends_on.iter().any(|on| on.kind == Kind::Domain);
    let add = if computed || volatile || constrained {
        add.rewrites(format!("table {table}"))
    } else {
        add
    };
    let mut steps = vec![add];
    steps.extend(settle(column));
    steps
}

/// What is set after the column is there.
pub fn settle(column: &Fact) -> Vec<Step> {
    let bare = Fact::new(column.id.clone());
    not_null::settle(column).into_iter().chain(settings(&bare, column)).collect()
}

fn settings(from: &Fact, to: &Fact) -> Vec<Step> {
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", to.id.relation_sql(), to.id.name_sql());
    let mut steps = Vec::new();
    if from.get(Attribute::Storage) != to.get(Attribute::Storage) {
        let storage =
            to.get(Attribute::Storage).unwrap_or_else(|| default_storage(to.text(Attribute::Type)));
        steps.push(Step::exclusive(format!("{alter} SET STORAGE {storage}")));
    }
    if from.get(Attribute::Statistics) != to.get(Attribute::Statistics) {
        let target = to.get(Attribute::Statistics).unwrap_or("-1");
        let sql = format!("{alter} SET STATISTICS {target}");
        steps.push(Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    for clause in changes(from, to, Attribute::Options) {
        steps.push(Step::new(format!("{alter} {clause}")).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    steps
}

/// SET STORAGE DEFAULT came with PostgreSQL 16; before, the type's own must be named.
fn default_storage(column_type: &str) -> &'static str {
    let base = column_type.split('(').next().unwrap_or_default();
    if matches!(base, "numeric" | "inet" | "cidr") { "MAIN" } else { "EXTENDED" }
}

pub fn drop(column: &Fact) -> Vec<Step> {
    let (table, name) = (column.id.relation_sql(), column.id.name_sql());
    let step = Step::exclusive(format!("ALTER TABLE {table} DROP COLUMN {name}"));
    vec![if column.is(Attribute::Generated) { step } else { step.loses(column.id.to_string()) }]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed, world: &World) -> Alter {
    if changed.any(&[Attribute::Generated, Attribute::Expression]) && !becomes_plain(from, to) {
        let in_place = world.from.version >= 170_000 && !changed.has(Attribute::Generated);
        if !in_place {
            return Alter::Rebuild;
        }
    }
    let table = to.id.relation_sql();
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {}", to.id.name_sql());
    let mut steps = Vec::new();
    if becomes_plain(from, to) {
        steps.push(Step::exclusive(format!("{alter} DROP EXPRESSION")));
    }
    if from.is(Attribute::Identity) && !to.is(Attribute::Identity) {
        steps.push(Step::exclusive(format!("{alter} DROP IDENTITY")));
    }
    if changed.any(&[Attribute::Type, Attribute::Collation]) {
        steps.push(retype(from, to, world));
    }
    if changed.has(Attribute::Expression) && to.is(Attribute::Generated) {
        let step = format!("{alter} SET EXPRESSION AS ({})", to.text(Attribute::Expression));
        let step = Step::exclusive(step);
        let stored = to.get(Attribute::Generated) == Some("STORED");
        steps.push(if stored { step.rewrites(format!("table {table}")) } else { step });
    }
    steps.extend(not_null::alter(from, to, changed, world));
    steps.extend(change_identity(from, to, changed));
    if changed.has(Attribute::Compression) {
        let compression = to.get(Attribute::Compression).unwrap_or("default");
        steps.push(Step::exclusive(format!("{alter} SET COMPRESSION {compression}")));
    }
    if let Some(clause) = options_changes(from, to, Attribute::ForeignOptions) {
        let table = table.clone();
        steps.push(Step::exclusive(format!(
            "ALTER FOREIGN TABLE {table} ALTER COLUMN {} {clause}",
            to.id.name_sql()
        )));
    }
    steps.extend(settings(from, to));
    Alter::InPlace(steps)
}

fn becomes_plain(from: &Fact, to: &Fact) -> bool {
    from.get(Attribute::Generated) == Some("STORED") && !to.is(Attribute::Generated)
}

fn change_identity(from: &Fact, to: &Fact, changed: &Changed) -> Vec<Step> {
    let table = to.id.relation_sql();
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {}", to.id.name_sql());
    let Some(when) = to.get(Attribute::Identity) else { return Vec::new() };
    if !from.is(Attribute::Identity) {
        let add = identity(to).unwrap_or_default();
        let column = to.id.name_sql();
        // The rows that are there have numbers already.
        let next = format!(
            "SELECT setval(pg_get_serial_sequence({}, {}), max({column})) FROM {table} HAVING max({column}) IS NOT NULL",
            literal(&table),
            literal(to.id.name())
        );
        return vec![Step::exclusive(format!("{alter} ADD {add}")), Step::new(next)];
    }
    let mut steps = Vec::new();
    let mut clauses: Vec<String> =
        sequence::changed_options(from, to, changed, sequence::Numbers::OfIdentity)
            .into_iter()
            .map(|option| format!("SET {option}"))
            .collect();
    if changed.has(Attribute::Identity) {
        clauses.insert(0, format!("SET GENERATED {when}"));
    }
    if !clauses.is_empty() {
        steps.push(Step::exclusive(format!("{alter} {}", clauses.join(" "))));
    }
    if let (Some(old), Some(new)) =
        (from.get(Attribute::IdentitySequence), to.get(Attribute::IdentitySequence))
        && old != new
    {
        let name = parse(new);
        let name = quote(name.last().map_or("", String::as_str));
        steps.push(Step::exclusive(format!("ALTER SEQUENCE {old} RENAME TO {name}")));
    }
    steps
}
