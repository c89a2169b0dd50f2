//! Extensions, by name and schema; the version is the one that the server has.

use crate::name::quote;
use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact};

pub fn create(fact: &Fact) -> Vec<Step> {
    let schema = match fact.get(Attribute::Schema) {
        None | Some("pg_catalog") => String::new(),
        Some(schema) => format!(" WITH SCHEMA {}", quote(schema)),
    };
    vec![Step::new(format!("CREATE EXTENSION IF NOT EXISTS {}{schema}", fact.id.sql()))]
}

pub fn alter(to: &Fact, changed: &Changed) -> Alter {
    match to.get(Attribute::Schema) {
        Some(schema) if changed.has(Attribute::Schema) => Alter::InPlace(vec![Step::new(format!(
            "ALTER EXTENSION {} SET SCHEMA {}",
            to.id.sql(),
            quote(schema)
        ))]),
        _ => Alter::Rebuild,
    }
}
