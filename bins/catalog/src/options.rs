//! What a plan may do, and what was said in the files.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::Id;

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
    /// Partitions that only the database has, by schema and name: they are not compared.
    pub job_made: BTreeSet<Vec<String>>,
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
            job_made: BTreeSet::new(),
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
