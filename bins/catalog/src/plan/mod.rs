//! From one catalog to another: ordered statements, and what is to be known about them.

use serde::Serialize;

use crate::Id;
use crate::catalog::Unmodelled;
use crate::compare::Changes;

/// What a plan may do and what it looks at.
#[derive(Clone, Debug)]
pub struct Options {
    /// Indexes on tables that exist already are made CONCURRENTLY, outside of a transaction.
    pub online: bool,
    /// Without it a plan that would lose rows or values is an error that names them.
    pub allow_data_loss: bool,
    /// Objects that are not modelled make an error of exit code 3 instead of a list in the plan.
    pub strict: bool,
    /// Whether owners are compared; where not, everything keeps the owner that it has.
    pub owners: bool,
    /// Whether grants and default privileges are compared; where not, they stay as they are.
    pub grants: bool,
    /// What was said in the files: which name is new for which.
    pub hints: Vec<Hint>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            online: false,
            allow_data_loss: false,
            strict: false,
            owners: true,
            grants: true,
            hints: Vec::new(),
        }
    }
}

/// `-- @rename from: old_name` before an object; `none` says that it is new and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The object as it is called in the desired state. Of an enum's label: the enum with the
    /// label as one more name.
    pub to: Id,
    /// Its former name, without schema and table, as in the catalog (unquoted); a former name
    /// with a schema in front moves the object. `None`: no rename.
    pub from: Option<Vec<String>>,
}

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
