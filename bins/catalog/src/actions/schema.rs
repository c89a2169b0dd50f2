//! Schemas.

use crate::Fact;
use crate::step::Step;

pub fn create(fact: &Fact) -> Vec<Step> {
    vec![Step::new(format!("CREATE SCHEMA {}", fact.id.sql()))]
}
