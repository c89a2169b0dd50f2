//! Partitions under their parents. A partition is made as a table of its own and attached, which
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
