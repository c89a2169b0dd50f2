//! Tables under their parents. A partition is made as a table of its own and attached, which
//! locks the parent less than CREATE TABLE … PARTITION OF, and keeps the names of its indexes.

use super::{SHARE_UPDATE_EXCLUSIVE, Step};
use crate::Fact;

pub fn create(fact: &Fact) -> Vec<Step> {
    let (parent, child, bound) = (fact.text("parent"), fact.id.sql(), fact.text("bound"));
    let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {child} {bound}");
    vec![Step::new(sql).lock(SHARE_UPDATE_EXCLUSIVE)]
}

pub fn drop(fact: &Fact) -> Vec<Step> {
    let (parent, child) = (fact.text("parent"), fact.id.sql());
    vec![Step::exclusive(format!("ALTER TABLE {parent} DETACH PARTITION {child}"))]
}

pub fn inherit(fact: &Fact) -> Vec<Step> {
    each_parent(fact, "INHERIT")
}

pub fn leave(fact: &Fact) -> Vec<Step> {
    each_parent(fact, "NO INHERIT")
}

fn each_parent(fact: &Fact, verb: &str) -> Vec<Step> {
    let table = fact.id.sql();
    let parents = fact.list("parents");
    parents
        .iter()
        .map(|parent| Step::exclusive(format!("ALTER TABLE {table} {verb} {parent}")))
        .collect()
}
