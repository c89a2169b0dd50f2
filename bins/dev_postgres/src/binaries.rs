//! Where the machine keeps PostgreSQL's server programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Error, Result, packaged};

use crate::account;

/// What `initdb` and `postgres` are needed for, by package manager.
const PACKAGES: &str = include_str!("../packages.txt");

/// One version's programs.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub folder: PathBuf,
    /// Such as `15.18`.
    pub version: String,
}

impl Binaries {
    /// The first of: the folder that was named, PATH, `pg_config --bindir`, the newest package.
    /// A data folder can only be served by its own `major` version.
    ///
    /// # Errors
    /// There are none, or none of that version; the hint installs them on this machine, or says what
    /// to name.
    pub fn find(named: Option<&Path>, major: Option<&str>) -> Result<Binaries> {
        let candidates = match named {
            Some(folder) => vec![folder.to_owned()],
            None => candidates(),
        };
        let found = candidates.iter().filter_map(|folder| Binaries::in_folder(folder));
        let mut other = None;
        for binaries in found {
            match major {
                Some(major) if binaries.major() != major => other = Some(binaries.version),
                _ => return Ok(binaries),
            }
        }
        let other = other.as_deref();
        Err(match named {
            Some(folder) => not_in(folder, major).hint(match other {
                Some(other) => format!("It holds PostgreSQL {other}. Leave out --bindir, or name the folder that holds the `postgres` of that version."),
                None => "Leave out --bindir, or name the folder that holds `postgres` and `initdb`.".to_owned(),
            }),
            None => missing(major, other),
        })
    }

    /// # Errors
    /// The programs have gone since the folder was recorded.
    pub fn recorded(folder: &Path) -> Result<Binaries> {
        Binaries::in_folder(folder).ok_or_else(|| with_install_line(not_in(folder, None)))
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }

    fn in_folder(folder: &Path) -> Option<Binaries> {
        // A link in PATH leads to the folder where all of a version's programs are.
        let postgres = fs::canonicalize(folder.join("postgres")).ok()?;
        let folder = postgres.parent()?.to_owned();
        if !folder.join("initdb").exists() {
            return None;
        }
        let output = Command::new(&postgres).arg("--version").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.split_whitespace().nth(2)?.to_owned();
        Some(Binaries { folder, version })
    }
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    folders.extend(
        configured
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map(|folder| PathBuf::from(folder.trim())),
    );
    folders.extend(packaged::folders());
    folders
}

fn wanted(major: Option<&str>) -> String {
    match major {
        Some(major) => format!("the data was made by PostgreSQL {major}, whose server programs"),
        None => "PostgreSQL's server programs (initdb, postgres)".to_owned(),
    }
}

fn not_in(folder: &Path, major: Option<&str>) -> Error {
    Error::new(format!("{} are not in {}", wanted(major), folder.display()))
}

fn missing(major: Option<&str>, other: Option<&str>) -> Error {
    let mut error = Error::new(format!("{} are not on this machine", wanted(major)));
    if let Some(other) = other {
        error = error.detail(format!("There is PostgreSQL {other}."));
    }
    with_install_line(error)
}

fn with_install_line(error: Error) -> Error {
    match install_line(PACKAGES, packaged::on_path, account::caller() == 0) {
        Some(line) => error.hint(format!("`make setup` installs them, or: {line}")),
        None => error
            .hint("Install the PostgreSQL server, 14 or newer, or name its folder with --bindir."),
    }
}

/// The command that installs the server by the first package manager that `exists`.
fn install_line(packages: &str, exists: impl Fn(&str) -> bool, root: bool) -> Option<String> {
    let rows = packages.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let row = rows.find(|row| row.len() >= 4 && exists(row[0]))?;
    let sudo = if root || row[0] == "brew" { "" } else { "sudo " };
    let install = format!("{sudo}{} {}", row[2], row[3]);
    Some(if row[1].is_empty() { install } else { format!("{sudo}{} && {install}", row[1]) })
}

#[cfg(test)]
mod tests {
    use super::{PACKAGES, install_line};

    #[test]
    fn the_line_that_installs_fits_the_machine() {
        #[track_caller]
        fn case(manager: &str, root: bool, expected: &str) {
            let line = install_line(PACKAGES, |name| name == manager, root);
            assert_eq!(line.as_deref(), Some(expected));
        }
        case(
            "apt-get",
            false,
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends postgresql postgresql-client",
        );
        case(
            "apt-get",
            true,
            "apt-get update && apt-get install -y --no-install-recommends postgresql postgresql-client",
        );
        case("dnf", true, "dnf install -y postgresql-server postgresql");
        case("apk", true, "apk add postgresql postgresql-client");
        case("pacman", false, "sudo pacman -Sy --needed --noconfirm postgresql");
        case("brew", false, "brew install postgresql@17");
        assert_eq!(install_line(PACKAGES, |_| false, true), None);
    }
}
