//! Where backups live: a folder of them, each under a name that says of what and of when.

mod backup;
mod naming;
mod partial;
mod verify;

use std::fs;
use std::path::PathBuf;

use common::{Context, Error, Result};

pub use backup::{Backup, Lease, Verified};
pub use naming::{chunk_file, name_of, partial_name};
pub use partial::{Partial, Swept, remove, sweep};
pub use verify::{Findings, verify_files};

use crate::manifest;

/// A folder of backups: `backups/`, `--dir`, `BACKUP_DIR`.
#[derive(Clone, Debug)]
pub struct Store {
    pub folder: PathBuf,
}

/// A backup as it was found, readable or not.
pub struct Found {
    pub name: String,
    pub backup: Result<Backup>,
}

impl Store {
    pub fn new(folder: impl Into<PathBuf>) -> Store {
        Store { folder: folder.into() }
    }

    /// Every backup, the oldest first; those still being written are not among them.
    ///
    /// # Errors
    /// The folder cannot be listed. A folder that does not exist holds none.
    pub fn list(&self) -> Result<Vec<Found>> {
        let mut names = self.names(|name| !name.starts_with('.'))?;
        names.retain(|name| self.folder.join(name).join(manifest::FILE).exists());
        // By time, which ends the name; the databases' names in front differ in length.
        names.sort_by(|a, b| naming::time_of(a).cmp(naming::time_of(b)).then_with(|| a.cmp(b)));
        let found = names.into_iter().map(|name| {
            let backup = Backup::open(&self.folder.join(&name));
            Found { name, backup }
        });
        Ok(found.collect())
    }

    /// The newest readable backup of a database; of any, without one.
    ///
    /// # Errors
    /// There is none.
    pub fn latest(&self, database: Option<&str>) -> Result<Backup> {
        let of =
            |backup: &Backup| database.is_none_or(|name| backup.manifest.database.name == name);
        let mut found: Vec<_> =
            self.list()?.into_iter().filter_map(|one| one.backup.ok()).collect();
        found.retain(of);
        found.pop().ok_or_else(|| {
            let whose = database.map_or(String::new(), |name| format!(" of the database `{name}`"));
            Error::usage(format!("there is no backup{whose} in {}", self.folder.display()))
                .hint("`db_backup` makes one; --dir or BACKUP_DIR names another folder.")
        })
    }

    /// A backup by `latest`, by its name in this folder, or by a path.
    ///
    /// # Errors
    /// There is none of that name, it is still being written, or its manifest is damaged.
    pub fn find(&self, wanted: &str, database: Option<&str>) -> Result<Backup> {
        if wanted == "latest" {
            return self.latest(database);
        }
        let wanted = wanted.trim_end_matches('/');
        let inside = self.folder.join(wanted);
        let path = if inside.is_dir() { inside } else { PathBuf::from(wanted) };
        if path.is_dir() {
            return Backup::open(&path);
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            for folder in [Some(self.folder.as_path()), folder].into_iter().flatten() {
                let partial = folder.join(partial_name(&name));
                if partial.is_dir() {
                    return Backup::open(&partial);
                }
            }
        }
        Err(Error::usage(format!("there is no backup `{wanted}` in {}", self.folder.display()))
            .hint("`db_backup list` shows the backups; a path works too."))
    }

    /// Names in the folder, in no order.
    pub(crate) fn names(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.context(|| format!("{} cannot be listed", self.folder.display()))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if wanted(&name) && entry.path().is_dir() {
                names.push(name);
            }
        }
        Ok(names)
    }
}
