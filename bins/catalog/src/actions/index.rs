//! Indexes, and those of partitions under those of their parents.

use super::constraint::marks;
use crate::name::quote;
use crate::step::{ACCESS_EXCLUSIVE, Alter, Changed, SHARE, SHARE_UPDATE_EXCLUSIVE, Step};
use crate::world::World;
use crate::{Attribute, Fact, Id, Kind};

pub fn create(fact: &Fact, world: &World) -> Vec<Step> {
    let table = fact.table();
    let is_new = world.is_new_relation(&table);
    let partitioned =
        world.to.relation(&table).is_some_and(|table| table.is(Attribute::PartitionBy));
    let mut sql = fact.text(Attribute::Definition).to_owned();
    if partitioned && !fact.is(Attribute::Invalid) {
        // Takes in the indexes of the partitions that are there, and makes those that are not.
        sql = sql.replacen(" ON ONLY ", " ON ", 1);
    }
    if let Some(tablespace) = fact.get(Attribute::Tablespace) {
        let clause = format!(" TABLESPACE {}", quote(tablespace));
        let place = sql.find(" WHERE ").unwrap_or(sql.len());
        sql.insert_str(place, &clause);
    }
    let mut step = Step::new(sql);
    if world.options.online && !is_new && !partitioned {
        step.sql = step.sql.replacen("INDEX ", "INDEX CONCURRENTLY ", 1);
        step.needs_no_transaction = true;
        step.lock = Some(SHARE_UPDATE_EXCLUSIVE);
    } else if !is_new {
        step.lock = Some(SHARE);
    }
    let mut steps = vec![step];
    let bare = Fact::new(fact.id.clone());
    steps.extend(statistics(&bare, fact));
    steps.extend(marks(&bare, fact, fact.text(Attribute::Table), &fact.id.name_sql(), world));
    steps
}

pub fn drop(fact: &Fact, world: &World) -> Vec<Step> {
    let place = Id { kind: Kind::IndexPartition, path: fact.id.path.clone() };
    let attached = world.from.holds(&place);
    let table = world.from.relation(&fact.table());
    let partitioned = table.is_some_and(|table| table.is(Attribute::PartitionBy));
    let mut step = Step::exclusive(format!("DROP INDEX {}", fact.id.sql()));
    if world.options.online && !attached && !partitioned {
        step.sql = format!("DROP INDEX CONCURRENTLY {}", fact.id.sql());
        step.needs_no_transaction = true;
        step.lock = Some(SHARE_UPDATE_EXCLUSIVE);
    }
    vec![step]
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed, world: &World) -> Alter {
    if changed.any(&[Attribute::Definition, Attribute::Invalid, Attribute::Table]) {
        return Alter::Rebuild;
    }
    let mut steps = Vec::new();
    if changed.has(Attribute::Tablespace) {
        let space = quote(to.get(Attribute::Tablespace).unwrap_or("pg_default"));
        let sql = format!("ALTER INDEX {} SET TABLESPACE {space}", to.id.sql());
        steps.push(Step::new(sql).lock(ACCESS_EXCLUSIVE));
    }
    steps.extend(statistics(from, to));
    steps.extend(marks(from, to, to.text(Attribute::Table), &to.id.name_sql(), world));
    Alter::InPlace(steps)
}

/// Targets of an index's expressions, each `number target`.
fn statistics(from: &Fact, to: &Fact) -> Vec<Step> {
    let (before, after) = (from.list(Attribute::Statistics), to.list(Attribute::Statistics));
    let alter = |number: &str, target: &str| {
        let sql =
            format!("ALTER INDEX {} ALTER COLUMN {number} SET STATISTICS {target}", to.id.sql());
        Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE)
    };
    let number = |entry: &str| entry.split(' ').next().unwrap_or_default().to_owned();
    let gone = before
        .iter()
        .filter(|old| !after.iter().any(|new| number(new) == number(old)))
        .map(|old| alter(&number(old), "-1"));
    let set = after.iter().filter(|new| !before.contains(new)).filter_map(|new| {
        let (number, target) = new.split_once(' ')?;
        Some(alter(number, target))
    });
    gone.chain(set).collect()
}

pub fn attach(fact: &Fact) -> Vec<Step> {
    let (parent, child) = (fact.text(Attribute::Parent), fact.id.sql());
    vec![Step::exclusive(format!("ALTER INDEX {parent} ATTACH PARTITION {child}"))]
}
