//! Aggregates, which have no definition function of their own.

use super::dress;
use crate::Fact;
use crate::step::Step;

pub fn create(fact: &Fact) -> Vec<Step> {
    let name = dress::aggregate(fact);
    vec![Step::new(format!("CREATE AGGREGATE {name} (\n    {}\n)", fact.text("aggregate")))]
}
