//! New files: a revision, empty or with statements, and one that joins heads.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use common::{Error, Result, say};

use crate::arguments::NewRevision;
use crate::graph::target;
use crate::revision::Revision;
use crate::revisions::Revisions;

const TEMPLATE: &str = include_str!("sql/new_revision.sql");

/// What is to be written into a new file.
#[derive(Clone, Debug)]
pub struct Draft {
    pub message: String,
    pub transactional: bool,
    /// Statements with their semicolons, as people read them.
    pub upgrade: String,
    pub downgrade: String,
}

impl Draft {
    fn empty(message: String) -> Draft {
        Draft { message, transactional: true, upgrade: String::new(), downgrade: String::new() }
    }
}

/// Where in the graph a new revision goes.
#[derive(Debug)]
pub struct Place {
    down: Vec<String>,
    depends_on: Vec<String>,
}

/// Writes an empty revision after the only head, or after the one that is named.
pub fn revision(revisions: &Revisions, new: &NewRevision) -> Result<()> {
    let place = place(revisions, new)?;
    let message = message(new.message.clone())?;
    drafts(revisions, new, place, &[Draft::empty(message)])
}

/// # Errors
/// There is no such revision, or it is no head and a branch was not asked for.
pub fn place(revisions: &Revisions, new: &NewRevision) -> Result<Place> {
    let graph = &revisions.graph;
    let down = match new.head.as_deref() {
        None if graph.is_empty() => None,
        Some("base") => None,
        None => Some(target::head(graph, None)?),
        Some(name) => Some(target::resolve(graph, name)?),
    };
    if let Some(down) = down
        && !graph.up(down).is_empty()
        && !new.splice
    {
        return Err(Error::usage(format!("revision {} is not a head", graph.id(down))).hint(
            "`--splice` begins a branch there; without --head it comes after the head. Nothing was written.",
        ));
    }
    let depends_on = new
        .depends_on
        .iter()
        .map(|name| target::resolve(graph, name).map(|index| graph.id(index).to_owned()))
        .collect::<Result<Vec<_>>>()?;
    let down: Vec<String> = down.iter().map(|down| graph.id(*down).to_owned()).collect();
    Ok(Place { down, depends_on })
}

/// Writes one revision after the other, all or none.
pub fn drafts(
    revisions: &Revisions,
    new: &NewRevision,
    place: Place,
    drafts: &[Draft],
) -> Result<()> {
    let Place { mut down, mut depends_on } = place;
    let mut labels = new.branch_label.clone();
    let mut ids = new.rev_id.clone().into_iter();
    let mut written: Vec<PathBuf> = Vec::new();
    for draft in drafts {
        let id = ids.next().unwrap_or_else(new_id);
        match write(revisions, &id, &down, &labels, &depends_on, draft) {
            Ok(path) => written.push(path),
            Err(error) => {
                written.iter().try_for_each(fs::remove_file)?;
                return Err(error);
            }
        }
        (down, labels, depends_on) = (vec![id], Vec::new(), Vec::new());
    }
    for path in written {
        say(format_args!("wrote {}", path.display()));
    }
    Ok(())
}

/// Writes a revision that comes after several others and does nothing itself.
pub fn merge(revisions: &Revisions, names: &[String], text: Option<String>) -> Result<()> {
    let graph = &revisions.graph;
    let mut joined = Vec::new();
    for name in names {
        match name.as_str() {
            "heads" => joined.extend(graph.heads()),
            name => joined.push(target::resolve(graph, name)?),
        }
    }
    joined.sort_by_key(|index| graph.id(*index));
    joined.dedup();
    let down: Vec<String> = joined.iter().map(|index| graph.id(*index).to_owned()).collect();
    if down.len() < 2 {
        return Err(Error::usage(format!("nothing to merge: only {} was named", down.concat()))
            .hint("`migrate_schema heads` lists what can be joined. Nothing was written."));
    }
    let draft = Draft::empty(message(text)?);
    let path = write(revisions, &new_id(), &down, &[], &[], &draft)?;
    say(format_args!("wrote {}", path.display()));
    Ok(())
}

/// Writes one file; its path.
///
/// # Errors
/// What it would hold is no revision, or does not go with the others; nothing is left.
pub fn write(
    revisions: &Revisions,
    id: &str,
    down: &[String],
    labels: &[String],
    depends_on: &[String],
    draft: &Draft,
) -> Result<PathBuf> {
    let path = revisions.folder.join(file_name(id, &draft.message));
    fs::create_dir_all(&revisions.folder)?;
    let mut file = fs::File::create_new(&path)
        .map_err(|error| Error::new(format!("{}: {error}", path.display())))?;
    let mut text = text(id, down, labels, depends_on, &draft.message);
    if !draft.transactional {
        text = text.replace("-- transaction: on", "-- transaction: off");
    }
    let text = text
        .replace("-- +upgrade\n", &format!("-- +upgrade\n{}", draft.upgrade))
        .replace("-- +downgrade\n", &format!("-- +downgrade\n{}", draft.downgrade));
    file.write_all(text.as_bytes())?;
    // Whatever was asked for by flags must also be a revision, or the next run would stumble.
    let checked = Revision::read(&path).and_then(|_| Revisions::load(&revisions.folder));
    if let Err(error) = checked {
        fs::remove_file(&path)?;
        return Err(error.hint("Nothing was written."));
    }
    Ok(path)
}

/// A revision's file, with nothing in its two parts.
pub fn text(
    id: &str,
    down: &[String],
    labels: &[String],
    depends_on: &[String],
    message: &str,
) -> String {
    let or_none = |names: &[String]| match names {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    TEMPLATE
        .replace("REVISION", id)
        .replace("DOWN", &or_none(down))
        .replace("LABELS", &or_none(labels))
        .replace("DEPENDS", &or_none(depends_on))
        .replace("MESSAGE", message)
}

pub fn file_name(id: &str, message: &str) -> String {
    format!("{id}_{}.sql", slug(message))
}

/// Twelve hexadecimal digits, as Alembic makes them.
pub fn new_id() -> String {
    let bytes: [u8; 6] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// # Errors
/// There is none, and nobody to ask.
pub fn message(given: Option<String>) -> Result<String> {
    let mut text = given.unwrap_or_default();
    if text.trim().is_empty() && io::stdin().is_terminal() {
        eprint!("message: ");
        io::stdin().read_line(&mut text)?;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Err(Error::usage("a revision needs a message")
            .hint("Say in a few words what it does: `-m \"add coupons\"`, or MSG=… with make."));
    }
    Ok(text)
}

/// The message as a part of a file's name.
fn slug(message: &str) -> String {
    const LONGEST: usize = 48;
    let mut slug = String::new();
    for word in message.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() && slug.len() + word.len() < LONGEST {
            slug.push_str(if slug.is_empty() { "" } else { "_" });
            slug.push_str(word);
        }
    }
    if slug.is_empty() { "revision".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::{new_id, slug};

    #[test]
    fn file_names_are_made_of_the_message() {
        assert_eq!(slug("Add users.phone, unique!"), "add_users_phone_unique");
        assert_eq!(slug("größe"), "größe");
        assert_eq!(slug("…"), "revision");
    }

    #[test]
    fn ids_are_twelve_hexadecimal_digits() {
        let id = new_id();
        assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        assert_ne!(id, new_id());
    }
}
