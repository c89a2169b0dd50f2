//! Tables under their parents. A partition is made as a table of its own and attached, which
//! locks the parent less than CREATE TABLE … PARTITION OF, and keeps the names of its indexes.

use crate::step::{SHARE_UPDATE_EXCLUSIVE, Step};
use crate::{Attribute, Fact, Id};

pub fn create(fact: &Fact) -> Vec<Step> {
    let (parent, child, bound) =
        (fact.text(Attribute::Parent), fact.id.sql(), fact.text(Attribute::Bound));
    let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {child} {bound}");
    vec![Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE)]
}

pub fn drop(fact: &Fact) -> Vec<Step> {
    let (parent, child) = (fact.text(Attribute::Parent), fact.id.sql());
    vec![Step::exclusive(format!("ALTER TABLE {parent} DETACH PARTITION {child}"))]
}

pub fn inherit(fact: &Fact) -> Vec<Step> {
    each_parent(fact, "INHERIT")
}

pub fn leave(fact: &Fact) -> Vec<Step> {
    each_parent(fact, "NO INHERIT")
}

/// Columns that come from a parent that stays are never a table's own in between.
pub fn change_parents(from: &Fact, to: &Fact) -> Vec<Step> {
    let (before, after) = (from.list(Attribute::Parents), to.list(Attribute::Parents));
    let left = before.iter().filter(|parent| !after.contains(parent)).cloned().collect();
    let joined = after.iter().filter(|parent| !before.contains(parent)).cloned().collect();
    let mut steps = for_each(&to.id, "NO INHERIT", left);
    steps.extend(for_each(&to.id, "INHERIT", joined));
    steps
}

fn each_parent(fact: &Fact, verb: &str) -> Vec<Step> {
    for_each(&fact.id, verb, fact.list(Attribute::Parents))
}

fn for_each(id: &Id, verb: &str, parents: Vec<String>) -> Vec<Step> {
    let table = id.sql();
    parents
        .iter()
        .map(|parent| Step::exclusive(format!("ALTER TABLE {table} {verb} {parent}")))
        .collect()
}
