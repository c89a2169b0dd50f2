//! The COPY text of a table: one form, whatever a server or a role has set as its own.

use common::identifier;

/// Set by whoever reads or writes rows of a backup, so that the same value is the same text on
/// both sides, names in values are qualified (reg… types, under an empty search path), and row
/// security is an error rather than fewer rows. No time limits: a backup takes as long as it takes.
pub const SETTINGS: &str = include_str!("copy_text.sql");

/// `COPY (SELECT …) TO STDOUT`, of the table's own rows.
pub fn copy_out(schema: &str, name: &str, columns: &[String], predicate: Option<&str>) -> String {
    let table = format!("{}.{}", identifier::quote(schema), identifier::quote(name));
    let columns = identifier::list(columns.iter().map(String::as_str));
    let predicate = predicate.map_or(String::new(), |text| format!(" {text}"));
    format!("COPY (SELECT {columns} FROM ONLY {table}{predicate}) TO STDOUT")
}

/// `COPY … FROM STDIN`. A table without columns is given no list, as an empty one is no SQL; one
/// whose columns are all generated means the same without it.
pub fn copy_in(schema: &str, name: &str, columns: &[String]) -> String {
    let table = format!("{}.{}", identifier::quote(schema), identifier::quote(name));
    if columns.is_empty() {
        return format!("COPY {table} FROM STDIN");
    }
    let columns = identifier::list(columns.iter().map(String::as_str));
    format!("COPY {table} ({columns}) FROM STDIN")
}
