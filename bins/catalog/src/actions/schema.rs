//! Schemas.

use super::Step;
use crate::Fact;

pub fn create(fact: &Fact) -> Vec<Step> {
    vec![Step::new(format!("CREATE SCHEMA {}", fact.id.sql()))]
}
