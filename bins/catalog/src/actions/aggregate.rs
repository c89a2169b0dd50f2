//! Aggregates, which have no definition function of their own.

use super::Step;
use super::dress;
use crate::Fact;

pub fn create(fact: &Fact) -> Vec<Step> {
    let name = dress::aggregate(fact);
    vec![Step::new(format!("CREATE AGGREGATE {name} (\n    {}\n)", fact.text("aggregate")))]
}
