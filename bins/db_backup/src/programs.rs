//! PostgreSQL's own client programs: which of those on this machine fit, and how they are called.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::PrivateCluster;
use common::{Database, Error, Result, packaged};

/// One version's programs, all in one folder.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    /// `15.18 (Debian …)`
    pub version: String,
    pub major: i32,
}

/// A reason for which a program must not be older than a major version.
pub struct Need {
    pub major: i32,
    /// `the server, which is 15.18`
    pub of: String,
}

impl Programs {
    /// Those of the greatest version that is needed, else the oldest that are newer: what a newer
    /// one writes, older ones may not read. From `bindir` alone where it is named; `unchanged`
    /// ends the hints.
    ///
    /// # Errors
    /// There are none, or only older ones.
    pub fn find(
        program: &str,
        bindir: Option<&Path>,
        needs: &[Need],
        unchanged: &str,
    ) -> Result<Programs> {
        let folders = bindir.map_or_else(candidates, |folder| vec![folder.to_owned()]);
        let mut found: Vec<_> =
            folders.iter().filter_map(|folder| Programs::in_folder(folder, program)).collect();
        found.sort_by_key(|one| one.major);
        let newest = found.last().cloned();
        let wanted = needs.iter().map(|need| need.major).max().unwrap_or_default();
        if let Some(programs) = found.into_iter().find(|one| one.major >= wanted) {
            return Ok(programs);
        }
        let install = format!(
            "Install the client programs of PostgreSQL {wanted}: `apt-get install postgresql-client-{wanted}`, `dnf install postgresql{wanted}`, `brew install postgresql@{wanted}`; or name their folder with --bindir. {unchanged}"
        );
        let Some(newest) = newest else {
            let looked: Vec<_> =
                folders.iter().map(|folder| folder.display().to_string()).collect();
            return Err(Error::usage(format!("{program} is not found"))
                .detail(format!("looked in {}", looked.join(", ")))
                .hint(install));
        };
        let unmet = needs.iter().find(|need| need.major > newest.major);
        let of = unmet.map_or(String::new(), |need| format!(" than {}", need.of));
        Err(Error::usage(format!("{program} is older{of}"))
            .detail(format!("{} is version {}", newest.program(program).display(), newest.version))
            .hint(install))
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A program that will work on a database; it asks for no password and speaks as we can read.
    pub fn command(&self, name: &str, database: &Database) -> Command {
        let mut command = Command::new(self.program(name));
        command.arg("--no-password").stdin(Stdio::null());
        database.hand_to(&mut command).env("LC_ALL", "C");
        command
    }

    fn in_folder(folder: &Path, program: &str) -> Option<Programs> {
        let program = folder.join(program);
        let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output().ok()?;
        // `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.split_once("(PostgreSQL) ")?.1.trim().to_owned();
        Some(Programs { folder: folder.to_owned(), major: major(&version)?, version })
    }
}

/// `15.18 (Debian …)` → 15
pub fn major(version: &str) -> Option<i32> {
    version.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?.parse().ok()
}

/// An archive's names are read here, and are in the manifest too: in UTF-8, but for a database
/// whose bytes have no meaning that could be converted.
pub fn archive_encoding(database: &str) -> &str {
    if database == "SQL_ASCII" { "SQL_ASCII" } else { "UTF8" }
}

/// PATH, the packages' folders, the private cluster's programs; each once.
fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> =
        std::env::split_paths(&path).filter(|folder| !has_wrapper(folder)).collect();
    folders.extend(packaged::folders());
    if let Ok(Some(cluster)) = PrivateCluster::find() {
        folders.push(cluster.binaries);
    }
    let mut seen = HashSet::new();
    folders.retain(|folder| {
        std::fs::canonicalize(folder.join("pg_dump")).is_ok_and(|program| seen.insert(program))
    });
    folders
}

/// Debian's pg_dump in PATH is a script that looks for the program itself each time it is called;
/// the program is in a package's folder.
fn has_wrapper(folder: &Path) -> bool {
    let program = std::fs::canonicalize(folder.join("pg_dump"));
    program.is_ok_and(|program| program.ends_with("pg_wrapper"))
}
