//! The COPY text of a table: one form, whatever a server or a role has set as its own.

use common::identifier;

/// Set by whoever reads or writes rows of a backup on our terms, so that the same value is the same
/// text on both sides: names in values are qualified (reg… types, under an empty search path).
pub const SETTINGS: &str = include_str!("copy_text.sql");

/// `COPY (SELECT …) TO STDOUT`, of the table's own rows, in an encoding: in that of the database
/// its bytes are carried as they are, whatever they mean.
pub fn copy_out(
    schema: &str,
    name: &str,
    columns: &[String],
    predicate: Option<&str>,
    encoding: &str,
) -> String {
    let table = format!("{}.{}", identifier::quote(schema), identifier::quote(name));
    let columns = identifier::list(columns.iter().map(String::as_str));
    let predicate = predicate.map_or(String::new(), |text| format!(" {text}"));
    query_out(&format!("SELECT {columns} FROM ONLY {table}{predicate}"), encoding)
}

/// The same of a query's rows.
pub fn query_out(query: &str, encoding: &str) -> String {
    format!("COPY ({query}) TO STDOUT (ENCODING {})", identifier::literal(encoding))
}

/// `COPY … FROM STDIN`. A table without columns is given no list, as an empty one is no SQL; one
/// whose columns are all generated means the same without it.
pub fn copy_in(schema: &str, name: &str, columns: &[String], encoding: &str) -> String {
    let table = format!("{}.{}", identifier::quote(schema), identifier::quote(name));
    if columns.is_empty() {
        return into(&table, encoding);
    }
    let columns = identifier::list(columns.iter().map(String::as_str));
    into(&format!("{table} ({columns})"), encoding)
}

/// `COPY table FROM STDIN`, the table being SQL.
pub fn into(table: &str, encoding: &str) -> String {
    format!("COPY {table} FROM STDIN (ENCODING {})", identifier::literal(encoding))
}
