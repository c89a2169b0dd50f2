//! A new project folder, small and whole: a desired state, the revision that builds it, a check.

use std::fs;
use std::path::Path;

use common::{Error, Outcome, Result, say};

use crate::write::{file_name, new_id, text};

const USERS: &str = include_str!("init/users.sql");
const DOCUMENTS: &str = include_str!("init/documents.sql");
const MESSAGE: &str = "users and documents";

/// # Errors
/// The folder holds something already.
pub fn init(folder: &Path) -> Result<Outcome> {
    if folder.exists() && fs::read_dir(folder)?.next().is_some() {
        return Err(Error::usage(format!("{} is not empty", folder.display()))
            .hint("A new project begins in a folder of its own. Nothing was written."));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let id = new_id();
    for (path, content) in [
        ("project.toml".to_owned(), include_str!("init/project.toml").replace("NAME", &name)),
        ("schema/001_users.sql".to_owned(), USERS.to_owned()),
        ("schema/002_documents.sql".to_owned(), DOCUMENTS.to_owned()),
        (format!("revisions/{}", file_name(&id, MESSAGE)), first_revision(&id)),
        ("checks/email_twice.sql".to_owned(), include_str!("init/email_twice.sql").to_owned()),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    let folder = folder.display();
    say(format_args!("wrote {folder}; `migrate_schema --project {folder} upgrade` builds it"));
    Ok(Outcome::Done)
}

/// It builds exactly what `schema/` says.
fn first_revision(id: &str) -> String {
    let statements = |file: &'static str| file.split_once("\n\n").map_or(file, |(_, sql)| sql);
    let up = format!("-- +upgrade\n{}\n{}", statements(USERS), statements(DOCUMENTS));
    let down = "-- +downgrade\nDROP TABLE documents;\nDROP TABLE users;\n";
    let empty = text(id, &[], &[], &[], MESSAGE);
    empty.replace("-- +upgrade\n", &up).replace("-- +downgrade\n\n", down)
}
