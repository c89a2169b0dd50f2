//! Whether the server can take the backup at all, asked before anything is touched.

use std::collections::BTreeSet;

use common::{Error, Result};
use db_backup::store::Backup;

use crate::plan::Plan;
use crate::server::Server;

/// # Errors
/// The backup is of a newer major version than the server.
pub fn check_version(backup: &Backup, server: &Server) -> Result<()> {
    let label = backup.label();
    let backup = backup.manifest.server_version_num / 10_000;
    if backup <= server.major() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{label}: the backup is of PostgreSQL {backup}, and the server at {} is PostgreSQL {}",
        server.database.address,
        server.major()
    ))
    .hint(format!(
        "Restore it to PostgreSQL {backup} or newer: what is new in a version does not exist in an older one. Nothing was changed."
    )))
}

/// For a restore into a database of its own, which takes the place of the one that it `replaces`.
///
/// # Errors
/// The server or its user cannot take it, a part of a database would replace a whole one, or the
/// former one is a template.
pub fn check(plan: &Plan, server: &mut Server, replaces: Option<&str>) -> Result<()> {
    if let Some(target) = replaces
        && server.is_template(target)?
    {
        return Err(Error::usage(format!(
            "`{target}` is a template, which the server makes new databases from"
        ))
        .hint("It is not replaced: --to NAME restores to another database. Nothing was changed."));
    }
    let options = &plan.backup.manifest.options;
    if replaces.is_some() && !options.is_whole() {
        return Err(Error::usage(format!(
            "{}: the backup holds only a part of its database: {}",
            plan.backup.label(),
            options.parts().join(", ")
        ))
        .hint("It does not replace a database. --to NAME restores it to a new one, --table adds a table to this one. Nothing was changed."));
    }
    server.require_create()?;
    check_names(plan, server, true)
}

/// # Errors
/// An owner, a role with grants or settings of the database, or a tablespace does not exist there.
pub fn check_names(plan: &Plan, server: &mut Server, whole: bool) -> Result<()> {
    let mut roles: BTreeSet<String> = plan.entries().map(|entry| entry.owner.clone()).collect();
    let facts = &plan.backup.manifest.database;
    if whole {
        roles.insert(facts.owner.clone());
        roles.extend(facts.grants.iter().flatten().filter_map(|grant| grant.grantee.clone()));
        roles.extend(facts.settings.iter().filter_map(|setting| setting.role.clone()));
    }
    roles.remove("");
    let roles: Vec<String> = roles.into_iter().collect();
    let label = plan.backup.label();
    let missing = server.missing_roles(&roles)?;
    if !missing.is_empty() {
        let hint = if plan.backup.holds("globals.sql") {
            format!(
                "{label}/globals.sql creates them, without passwords: `psql -f {label}/globals.sql`."
            )
        } else {
            "Create them by CREATE ROLE.".to_owned()
        };
        return Err(Error::new(format!(
            "{label}: {} in the backup but not on the server at {}: {}",
            if missing.len() == 1 { "a role is" } else { "roles are" },
            server.database.address,
            missing.join(", ")
        ))
        .hint(format!("{hint} Nothing was changed.")));
    }
    let spaces: BTreeSet<String> =
        plan.entries().filter_map(|entry| entry.tablespace.clone()).collect();
    let missing = server.missing_tablespaces(&spaces.into_iter().collect::<Vec<_>>())?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{label}: tablespaces are in the backup but not on the server at {}: {}",
        server.database.address,
        missing.join(", ")
    ))
    .hint("Create them by CREATE TABLESPACE. Nothing was changed."))
}
