//! libpq's two files: passwords (`PGPASSFILE`, `~/.pgpass`) and services (`PGSERVICEFILE`,
//! `~/.pg_service.conf`).
//!
//! Source: PostgreSQL documentation, "The Password File" and "The Connection Service File".

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::connection_string::Parameters;

/// The first password whose four patterns match; `None` without a file or a match, and where others
/// than its owner may read the file. The file is `passfile` where the connection string has one.
pub fn password(
    passfile: Option<&str>,
    host: &str,
    port: u16,
    database: &str,
    user: &str,
) -> Option<String> {
    let path = match passfile {
        Some(path) => PathBuf::from(path),
        None => file("PGPASSFILE", ".pgpass")?,
    };
    if !is_private(&path) {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let wanted = [host, &port.to_string(), database, user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = split(line);
        let (patterns, password) = (fields.get(..4)?, fields.get(4)?);
        let matches = patterns
            .iter()
            .zip(wanted)
            .all(|(pattern, wanted)| pattern == "*" || pattern == wanted);
        matches.then(|| password.clone())
    })
}

/// Says once of each file that it is passed over.
#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::{Mutex, PoisonError};

    static NOTED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

    let Ok(found) = fs::metadata(path) else { return false };
    if !found.is_file() {
        return false;
    }
    if found.permissions().mode() & 0o077 == 0 {
        return true;
    }
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if noted.insert(path.to_owned()) {
        let path = path.display();
        crate::run::note(format_args!(
            "the password file {path} is ignored because its group or others can access it\n  hint: `chmod 600 {path}` removes that access."
        ));
    }
    false
}

/// There, as in libpq, nothing is asked.
#[cfg(not(unix))]
fn is_private(path: &Path) -> bool {
    path.is_file()
}

/// The parameters of one service.
///
/// # Errors
/// The end of a sentence: the file cannot be read, or has no such section.
pub fn service(name: &str) -> Result<Parameters, String> {
    let path = file("PGSERVICEFILE", ".pg_service.conf")
        .ok_or_else(|| "needs PGSERVICEFILE or a home directory".to_owned())?;
    let text = fs::read_to_string(&path)
        .map_err(|error| format!("needs {}, which cannot be read: {error}", path.display()))?;
    let header = format!("[{name}]");
    let mut lines = text.lines().map(str::trim);
    if !lines.any(|line| line == header) {
        return Err(format!("is not a section of {}", path.display()));
    }
    let section = lines.take_while(|line| !line.starts_with('['));
    Ok(section
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect())
}

fn file(variable: &str, in_home: &str) -> Option<PathBuf> {
    match env::var_os(variable) {
        Some(path) if !path.is_empty() => Some(PathBuf::from(path)),
        _ => env::home_dir().map(|home| home.join(in_home)),
    }
}

/// Fields of a password line, with `\:` and `\\` undone.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == ':' && fields.len() < 5 {
            fields.push(String::new());
            continue;
        }
        let last = fields.last_mut().expect("there is always one field");
        match character {
            '\\' => last.extend(characters.next()),
            _ => last.push(character),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn colons_and_backslashes_are_escaped() {
        assert_eq!(split("h:5432:d:u:p\\:w\\\\"), ["h", "5432", "d", "u", "p:w\\"]);
    }
}
