//! Tables of extensions of which some rows are the user's: which ones, the extension says.

use common::{Result, Session};
use db_backup::manifest::{Table, TableKind};

use crate::chunks::sql_name;

/// `WHERE …`, which chooses the user's rows, as the restored extension itself says it; `None` for other
/// tables, and empty where all rows are the user's. The manifest says it, too, but a manifest's SQL is
/// never run.
pub fn condition(session: &mut Session, table: &Table) -> Result<Option<String>> {
    if table.kind != TableKind::ExtensionConfig {
        return Ok(None);
    }
    let sql = include_str!("sql/extension_condition.sql");
    let row = session.query_opt(sql, &[&sql_name(table)])?;
    Ok(Some(row.map_or(String::new(), |row| row.get(0))))
}
