//! Former databases, kept until somebody says that they are not needed any more.

use common::identifier::quote;
use common::{Context, Outcome, Result, note, say};

use crate::names;
use crate::server::Server;

/// Drops what earlier restores have kept of the target.
///
/// # Errors
/// Somebody is connected to one of them; those before it are dropped.
pub fn drop_all(server: &mut Server, target: &str) -> Result<Outcome> {
    let sql = "SELECT datname, pg_size_pretty(pg_database_size(oid)) FROM pg_database ORDER BY 1";
    let rows = server.session.query(sql, &[])?;
    let databases = rows.iter().map(|row| (row.get::<_, String>(0), row.get::<_, String>(1)));
    let kept: Vec<_> = databases.filter(|(name, _)| names::is_kept(name, target)).collect();
    if kept.is_empty() {
        note(format_args!("there is no former `{target}` to drop"));
    }
    for (name, size) in kept {
        server
            .session
            .batch(&format!("DROP DATABASE {}", quote(&name)))
            .context(|| format!("`{name}` cannot be dropped"))?;
        say(format_args!("dropped {name} ({size})"));
    }
    Ok(Outcome::Done)
}
