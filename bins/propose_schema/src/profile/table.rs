//! The profile of a table as a whole.

use common::identifier::QualifiedName;

use super::column::ColumnProfile;

/// A table's columns, in their order.
pub struct TableProfile {
    pub table: QualifiedName,
    pub rows: i64,
    pub columns: Vec<ColumnProfile>,
}
