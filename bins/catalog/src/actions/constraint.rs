//! Table constraints and foreign keys.

use super::settings::{changes, with_clause};
use crate::name::{qualified, quote};
use crate::step::{Alter, Changed, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Kind};

const NOT_VALID: &str = " NOT VALID";
const NOT_ENFORCED: &str = " NOT ENFORCED";

/// `CONSTRAINT users_pkey PRIMARY KEY (id)`, as in CREATE TABLE and after ADD.
pub fn line(fact: &Fact) -> String {
    format!("CONSTRAINT {} {}", fact.id.name_sql(), definition(fact))
}

/// The definition with its index's options, which stand before DEFERRABLE.
fn definition(fact: &Fact) -> String {
    let definition = fact.text(Attribute::Definition);
    let mut extra = with_clause(&fact.list(Attribute::Options));
    if let Some(tablespace) = fact.get(Attribute::Tablespace) {
        extra += &format!(" USING INDEX TABLESPACE {}", quote(tablespace));
    }
    let end = match definition.find(" DEFERRABLE") {
        Some(end) if !extra.is_empty() => end,
        _ => definition.len(),
    };
    // An exclusion's WHERE comes after the index's options.
    let end = match definition.find(" WHERE (") {
        Some(place) if fact.get(Attribute::Type) == Some("EXCLUDE") => end.min(place),
        _ => end,
    };
    format!("{}{extra}{}", &definition[..end], &definition[end..])
}

/// On a table that exists already a check or a foreign key is added without looking at the rows,
/// and they are looked at under a lock that lets others read and write.
pub fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    let alter = format!("ALTER TABLE {table}");
    let path = &fact.id.path[..2];
    let is_foreign_key = fact.id.kind == Kind::ForeignKey;
    let checks_rows = is_foreign_key || fact.get(Attribute::Type) == Some("CHECK");
    let lock = if is_foreign_key { SHARE_ROW_EXCLUSIVE } else { crate::step::ACCESS_EXCLUSIVE };
    let partitioned = world.to.relation(path).is_some_and(|table| table.is(Attribute::PartitionBy));
    let plain = Step::new(format!("{alter} ADD {}", line(fact))).lock(lock);
    let unchecked = !world.holds_rows(path) || is_foreign_key && partitioned;
    let mut steps = if world.is_new_relation(path) || unchecked {
        vec![plain]
    } else if checks_rows
        && !fact.text(Attribute::Definition).ends_with(NOT_VALID)
        && !fact.text(Attribute::Definition).ends_with(NOT_ENFORCED)
    {
        let validate = Step::new(format!("{alter} VALIDATE CONSTRAINT {name}"));
        vec![
            Step::new(format!("{alter} ADD {}{NOT_VALID}", line(fact))).lock(lock),
            validate.lock(SHARE_UPDATE_EXCLUSIVE),
        ]
    } else if world.options.online
        && !partitioned
        && let Some(steps) = create_online(fact)
    {
        steps
    } else {
        vec![plain]
    };
    steps.extend(settle(fact, world));
    steps
}

/// The index without blocking writers, then the constraint from it.
fn create_online(fact: &Fact) -> Option<Vec<Step>> {
    let kind = fact.get(Attribute::Type).filter(|kind| ["PRIMARY KEY", "UNIQUE"].contains(kind))?;
    let rest = fact.text(Attribute::Definition).strip_prefix(kind)?;
    let (rest, distinct) = match rest.strip_prefix(" NULLS NOT DISTINCT") {
        Some(rest) => (rest, " NULLS NOT DISTINCT"),
        None => (rest, ""),
    };
    if rest.contains("WITHOUT OVERLAPS") {
        return None;
    }
    let (columns, deferrable) = match rest.find(" DEFERRABLE") {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    let options = with_clause(&fact.list(Attribute::Options));
    let mut index = Step::new(format!(
        "CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table}{columns}{distinct}{options}"
    ))
    .lock(SHARE_UPDATE_EXCLUSIVE);
    index.needs_no_transaction = true;
    let add =
        format!("ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}{deferrable}");
    Some(vec![index, Step::exclusive(add)])
}

/// What a constraint's index has beyond its definition.
pub fn settle(fact: &Fact, world: &World) -> Vec<Step> {
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    marks(&Fact::new(fact.id.clone()), fact, &table, &name, world)
}

/// CLUSTER ON and REPLICA IDENTITY, which are a table's, but point at an index.
pub fn marks(from: &Fact, to: &Fact, table: &str, index: &str, world: &World) -> Vec<Step> {
    let mut steps = Vec::new();
    // The mark of another index takes its place.
    let goes = |mark: Attribute| from.is(mark) && !to.is(mark) && !world.is_marked(table, mark);
    let comes = |mark: Attribute| !from.is(mark) && to.is(mark);
    if goes(Attribute::Clustered) || comes(Attribute::Clustered) {
        let clause = if to.is(Attribute::Clustered) {
            format!("CLUSTER ON {index}")
        } else {
            "SET WITHOUT CLUSTER".to_owned()
        };
        steps.push(Step::new(format!("ALTER TABLE {table} {clause}")).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    if goes(Attribute::ReplicaIdentity) || comes(Attribute::ReplicaIdentity) {
        let clause = if to.is(Attribute::ReplicaIdentity) {
            format!("USING INDEX {index}")
        } else {
            "DEFAULT".to_owned()
        };
        steps.push(Step::exclusive(format!("ALTER TABLE {table} REPLICA IDENTITY {clause}")));
    }
    steps
}

pub fn drop(fact: &Fact, _world: &World) -> Vec<Step> {
    let (table, name) = (fact.id.relation_sql(), fact.id.name_sql());
    vec![Step::exclusive(format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed, world: &World) -> Alter {
    let (table, name) = (to.id.relation_sql(), to.id.name_sql());
    let mut steps = Vec::new();
    if changed.has(Attribute::Definition) {
        let (before, after) = (from.text(Attribute::Definition), to.text(Attribute::Definition));
        if before.strip_suffix(NOT_VALID) == Some(after) {
            let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
            steps.push(Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE));
        } else if to.id.kind == Kind::ForeignKey
            && without_deferrable(before) == without_deferrable(after)
            && before.ends_with(NOT_ENFORCED) == after.ends_with(NOT_ENFORCED)
            && !world.to.relation(&to.id.path).is_some_and(|table| table.is(Attribute::PartitionBy))
        {
            let (_, timing) = after.split_at(without_deferrable(after).len());
            let timing = if timing.is_empty() { " NOT DEFERRABLE" } else { timing };
            steps.push(Step::exclusive(format!(
                "ALTER TABLE {table} ALTER CONSTRAINT {name}{timing}"
            )));
        } else {
            return Alter::Rebuild;
        }
    }
    if changed.any(&[Attribute::Type, Attribute::Tablespace]) {
        return Alter::Rebuild;
    }
    let index = qualified(Kind::Index, &[to.id.path[0].clone(), to.id.name().to_owned()]);
    for clause in changes(from, to, Attribute::Options) {
        steps.push(Step::new(format!("ALTER INDEX {index} {clause}")).lock(SHARE_UPDATE_EXCLUSIVE));
    }
    steps.extend(marks(from, to, &table, &name, world));
    Alter::InPlace(steps)
}

fn without_deferrable(definition: &str) -> &str {
    definition.find(" DEFERRABLE").map_or(definition, |at| &definition[..at])
}
