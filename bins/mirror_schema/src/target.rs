//! The target's side: schemas of our own only.

use common::identifier::quote;
use common::{Database, Error, Result, Session, progress};

use crate::mirror::Mirror;

/// Refuses a schema that is somebody else's, or that holds what no mirror made.
///
/// # Errors
/// As said; nothing was changed.
pub fn refuse_foreign_schema(
    session: &mut Session,
    mirror: &Mirror,
    target: &Database,
) -> Result<()> {
    let Some(row) = session.query_opt(include_str!("sql/schema_state.sql"), &[&mirror.name])?
    else {
        return Ok(());
    };
    let (ours, owner, made_here, relations): (bool, String, bool, i64) =
        (row.get(0), row.get(1), row.get(2), row.get(3));
    let name = &mirror.name;
    if !ours {
        return Err(Error::new(format!("the schema {name} in {target} is owned by {owner}"))
            .detail(format!("this is the user {}", target.user))
            .hint(format!(
                "Connect as {owner}, or let them `GRANT {owner} TO {}`. Nothing was changed.",
                target.user
            )));
    }
    if !made_here && relations > 0 {
        let count = progress::count(relations, "relation");
        return Err(Error::new(format!(
            "the schema {name} in {target} is not a mirror: it holds {count} and no version table"
        ))
        .hint(
            "Rename or drop it; a mirror shares its schema with nothing else. Nothing was changed.",
        ));
    }
    Ok(())
}

/// The schema itself comes before the first revision, since the version table lives in it.
pub fn create_schema(session: &mut Session, mirror: &Mirror) -> Result<()> {
    session.batch(&format!("CREATE SCHEMA IF NOT EXISTS {}", quote(&mirror.name)))
}

/// Whether a table holds any row.
pub fn holds_rows(session: &mut Session, table: &[String]) -> Result<bool> {
    let name: Vec<String> = table.iter().map(|part| quote(part)).collect();
    let row = session.query_one(&format!("SELECT EXISTS (SELECT FROM {})", name.join(".")), &[])?;
    Ok(row.get(0))
}
