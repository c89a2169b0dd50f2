//! A project: one folder under `sql/`, of SQL files and one mapping.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Error, Result};

/// Where a binary looks when neither `--project` nor `PROJECT` says otherwise.
pub const DEFAULT_DIRECTORY: &str = "sql/shop";

#[derive(Clone, Debug)]
pub struct Project {
    pub directory: PathBuf,
    pub databases: Databases,
}

/// The project's databases in the private cluster.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Databases {
    pub old: String,
    pub new: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    databases: Databases,
}

impl Project {
    /// Opens a project folder. Without a `project.toml`, its databases in the private cluster
    /// are named after the folder: `old_crm` and `new_crm` for `sql/crm`.
    ///
    /// # Errors
    /// The folder does not exist, or its `project.toml` is not one.
    pub fn open(directory: &Path) -> Result<Project> {
        if !directory.is_dir() {
            return Err(Error::usage(format!(
                "the project folder {} does not exist",
                directory.display()
            ))
            .hint("--project or PROJECT names one folder under sql/, such as sql/shop."));
        }
        let path = directory.join("project.toml");
        let databases = if path.exists() {
            let text = fs::read_to_string(&path)
                .map_err(|error| Error::usage(format!("{}: {error}", path.display())))?;
            let file: File = toml::from_str(&text).map_err(|error| {
                Error::usage(format!("{}: {}", path.display(), error.message())).hint(
                    "It names the databases in the private cluster:\n[databases]\nold = \"old_crm\"\nnew = \"new_crm\"",
                )
            })?;
            file.databases
        } else {
            let name = directory
                .file_name()
                .map(|name| name.to_string_lossy().to_lowercase())
                .filter(|name| !name.is_empty() && name != "." && name != "..")
                .unwrap_or_else(|| "project".to_owned());
            Databases { old: format!("old_{name}"), new: format!("new_{name}") }
        };
        Ok(Project { directory: directory.to_owned(), databases })
    }

    /// The desired state, read by people and by autogenerate.
    pub fn schema(&self) -> PathBuf {
        self.directory.join("schema")
    }

    pub fn revisions(&self) -> PathBuf {
        self.directory.join("revisions")
    }

    /// Ordered optimisation scripts.
    pub fn optimize(&self) -> PathBuf {
        self.directory.join("optimize")
    }

    /// Queries that return a row for each thing that is wrong.
    pub fn checks(&self) -> PathBuf {
        self.directory.join("checks")
    }

    pub fn mapping(&self) -> PathBuf {
        self.directory.join("mapping.toml")
    }
}
