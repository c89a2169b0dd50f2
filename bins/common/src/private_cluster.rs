//! The private local PostgreSQL, as the binaries find it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lookup::Environment;
use crate::{Database, Error, Result};

/// The private cluster under `.pg/`, as `dev_postgres start` records it in `.pg/cluster.toml`.
/// Its password is in `.pg/password`, readable by the owner only.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct PrivateCluster {
    pub version: String,
    pub port: u16,
    pub user: String,
    /// The server's data folder; not always under `.pg/`, as the server's user must reach it.
    pub data: PathBuf,
    /// The folder of `postgres`, `pg_ctl`, `psql`.
    pub binaries: PathBuf,
    #[serde(skip)]
    pub folder: PathBuf,
}

impl PrivateCluster {
    pub const FOLDER: &'static str = ".pg";

    /// The cluster of this folder or the nearest above it.
    ///
    /// # Errors
    /// `.pg/cluster.toml` exists but cannot be read.
    pub fn find() -> Result<Option<PrivateCluster>> {
        let here = env::current_dir()?;
        for folder in here.ancestors() {
            let folder = folder.join(Self::FOLDER);
            if folder.join("cluster.toml").exists() {
                return Self::read(&folder).map(Some);
            }
        }
        Ok(None)
    }

    /// # Errors
    /// There is no `cluster.toml` in the folder, or it is not one.
    pub fn read(folder: &Path) -> Result<PrivateCluster> {
        let path = folder.join("cluster.toml");
        let unreadable = |reason: String| {
            Error::new(format!("{}: {reason}", path.display()))
                .hint("`make dev-down` and `make dev-up` write it again.")
        };
        let text = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let mut cluster: PrivateCluster =
            toml::from_str(&text).map_err(|error| unreadable(error.message().to_owned()))?;
        folder.clone_into(&mut cluster.folder);
        Ok(cluster)
    }

    /// # Errors
    /// `.pg/password` cannot be read.
    pub fn password(&self) -> Result<String> {
        let path = self.folder.join("password");
        match fs::read_to_string(&path) {
            Ok(password) => Ok(password.trim().to_owned()),
            Err(error) => Err(Error::new(format!("{}: {error}", path.display()))),
        }
    }

    /// One database of the cluster. The caller's `PG*` mean other servers and are ignored.
    ///
    /// # Errors
    /// `.pg/password` cannot be read.
    pub fn database(&self, name: &str) -> Result<Database> {
        let pairs = [
            ("host", "127.0.0.1".to_owned()),
            ("port", self.port.to_string()),
            ("user", self.user.clone()),
            ("password", self.password()?),
            ("dbname", name.to_owned()),
            ("sslmode", "disable".to_owned()),
        ];
        let parameters = pairs.map(|(key, value)| (key.to_owned(), value)).to_vec();
        let mut database =
            Database::from_parameters(".pg/cluster.toml", parameters, Environment::Ignored)?;
        database.private = true;
        Ok(database)
    }
}
