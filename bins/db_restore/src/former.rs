//! Former databases, kept until somebody says that they are not needed any more. Each is marked when it
//! is kept, by a comment that names it and its number: a name alone may be anybody's, and long names
//! that differ only at their end have the same former one.

use common::identifier::{literal, quote};
use common::{Context, Error, Outcome, Result, note, say};

use crate::names;
use crate::server::Server;

/// What the first line of a kept database's comment begins with.
const MARK: &str = "db_restore kept this: ";

/// Marks a database that has just been renamed to `kept`, in the transaction of the renaming. Its own
/// comment stays below the mark.
///
/// # Errors
/// It belongs to somebody else.
pub fn mark(server: &mut Server, kept: &str, target: &str) -> Result<()> {
    let row = server.session.query_one(include_str!("sql/database_comment.sql"), &[&kept])?;
    let (oid, comment): (u32, Option<String>) = (row.get(0), row.get(1));
    let mut text = first_line(target, oid);
    if let Some(own) = comment.as_deref().and_then(own_comment) {
        text = format!("{text}\n{own}");
    }
    server.session.batch(&format!("COMMENT ON DATABASE {} IS {}", quote(kept), literal(&text)))
}

fn first_line(target: &str, oid: u32) -> String {
    format!("{MARK}`{target}`, number {oid}")
}

/// What a comment says besides a mark.
fn own_comment(comment: &str) -> Option<&str> {
    if !comment.starts_with(MARK) {
        return Some(comment);
    }
    comment.split_once('\n').map(|(_, own)| own)
}

/// Drops what earlier restores have kept of the target: all of it, or the named ones. A database that
/// is only named so stays, and is named.
///
/// # Errors
/// A named one is not kept, or somebody is connected to one; those before it are dropped.
pub fn drop_kept(server: &mut Server, target: &str, wanted: &[String]) -> Result<Outcome> {
    let rows = server.session.query(include_str!("sql/databases.sql"), &[])?;
    let (mut kept, mut alike) = (Vec::new(), Vec::new());
    for row in rows {
        let (name, size): (String, String) = (row.get("name"), row.get("size"));
        let comment: Option<String> = row.get("comment");
        let mark = comment.as_deref().and_then(|comment| comment.lines().next());
        if mark == Some(&*first_line(target, row.get("oid"))) && names::is_kept(&name, target) {
            kept.push((name, size));
        } else if names::is_kept(&name, target) {
            alike.push(name);
        }
    }
    if let Some(strange) = wanted.iter().find(|name| kept.iter().all(|(kept, _)| kept != *name)) {
        return Err(Error::usage(format!(
            "`{strange}` is not a former `{target}` that db_restore kept"
        ))
        .hint("Nothing was dropped."));
    }
    for name in alike.iter().filter(|_| wanted.is_empty()) {
        note(format_args!(
            "`{name}` has the name of a former database, but not the mark of one that was kept of `{target}`; it stays\n  hint: `DROP DATABASE {}` drops it.",
            quote(name)
        ));
    }
    kept.retain(|(name, _)| wanted.is_empty() || wanted.contains(name));
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

#[cfg(test)]
mod tests {
    use super::{first_line, own_comment};

    #[test]
    fn a_mark_is_told_from_a_comment() {
        let mark = first_line("shop", 7);
        assert_eq!(own_comment("ours"), Some("ours"));
        assert_eq!(own_comment(&mark), None);
        assert_eq!(own_comment(&format!("{mark}\nours\ntoo")), Some("ours\ntoo"));
    }
}
