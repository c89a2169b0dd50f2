//! What a rule says: its statements, and whether they lead from one state to the other.

use crate::{Alteration, Attribute};

/// One statement of a rule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    pub sql: String,
    pub loses: Option<String>,
    pub rewrites: Option<String>,
    pub lock: Option<&'static str>,
    pub needs_no_transaction: bool,
}

impl Step {
    pub fn new(sql: impl Into<String>) -> Step {
        Step { sql: sql.into(), ..Step::default() }
    }

    /// Takes the strongest of all locks, as most ALTER TABLE do.
    pub fn exclusive(sql: impl Into<String>) -> Step {
        Step::new(sql).lock(ACCESS_EXCLUSIVE)
    }

    pub fn lock(mut self, lock: &'static str) -> Step {
        self.lock = Some(lock);
        self
    }

    pub fn loses(mut self, what: impl Into<String>) -> Step {
        self.loses = Some(what.into());
        self
    }

    pub fn rewrites(mut self, table: impl Into<String>) -> Step {
        self.rewrites = Some(table.into());
        self
    }
}

pub(crate) const ACCESS_EXCLUSIVE: &str = "ACCESS EXCLUSIVE";
pub(crate) const SHARE_ROW_EXCLUSIVE: &str = "SHARE ROW EXCLUSIVE";
pub(crate) const SHARE_UPDATE_EXCLUSIVE: &str = "SHARE UPDATE EXCLUSIVE";
pub(crate) const SHARE: &str = "SHARE";

/// How a fact gets from one state to another.
pub(crate) enum Alter {
    InPlace(Vec<Step>),
    /// There is no statement for it: it is dropped and made anew, with all that depends on it.
    Rebuild,
}

/// The attributes of one fact that differ, by name.
pub(crate) struct Changed<'a>(pub &'a [&'a Alteration]);

impl Changed<'_> {
    pub fn has(&self, attribute: Attribute) -> bool {
        self.0.iter().any(|change| change.attribute == attribute)
    }

    pub fn any(&self, attributes: &[Attribute]) -> bool {
        attributes.iter().any(|attribute| self.has(*attribute))
    }

    /// Whether nothing but these attributes differs.
    pub fn only(&self, attributes: &[Attribute]) -> bool {
        self.0.iter().all(|change| attributes.contains(&change.attribute))
    }
}
