//! What a plan is: its statements, and what is to be known about them.

use serde::Serialize;

use crate::Id;
use crate::catalog::Unmodelled;
use crate::compare::Changes;
use crate::step::Step;

/// One statement, without a semicolon at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    pub sql: String,
    /// Must run outside of a transaction, and commits by itself.
    pub needs_no_transaction: bool,
    /// Rows or values that are gone afterwards, in words: `column shop.users.fax`.
    pub loses: Option<String>,
    /// The table whose rows are all written anew under the lock.
    pub rewrites: Option<String>,
    /// The strongest table lock it takes on what exists already, such as `ACCESS EXCLUSIVE`.
    pub lock: Option<&'static str>,
    /// What it is about.
    pub subject: Id,
}

impl Statement {
    pub(crate) fn of(step: &Step, subject: &Id) -> Statement {
        Statement {
            sql: step.sql.clone(),
            needs_no_transaction: step.needs_no_transaction,
            loses: step.loses.clone(),
            rewrites: step.rewrites.clone(),
            lock: step.lock,
            subject: subject.clone(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub statements: Vec<Statement>,
    pub changes: Changes,
    /// Worth a sentence to the user, such as an order of columns that cannot be reached.
    pub notes: Vec<String>,
    /// What either side holds and no statement could change.
    pub unmodelled: Vec<Unmodelled>,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// What is lost, statement by statement.
    pub fn losses(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().filter_map(|statement| statement.loses.as_deref())
    }
}
