//! Aggregates, which have no definition function of their own.

use super::dress;
use crate::step::Step;
use crate::{Attribute, Fact};

pub fn create(fact: &Fact) -> Vec<Step> {
    let name = dress::aggregate(fact);
    vec![Step::new(format!(
        "CREATE AGGREGATE {name} (\n    {}\n)",
        fact.text(Attribute::Aggregate)
    ))]
}
