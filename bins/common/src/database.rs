//! Where one database is and how to reach it.

use std::path::PathBuf;

use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connection_string::{self, Parameters};
use crate::lookup::{Environment, Lookup};
use crate::private_cluster::PrivateCluster;
use crate::settings::variable;
use crate::tls::{self, Verify};
use crate::{Error, Project, Result, Side};

/// One database. Everything that connects, ours and libpq's programs, is set up from its one
/// configuration.
#[derive(Clone)]
pub struct Database {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) tls: MakeRustlsConnect,
    /// The database's name.
    pub name: String,
    pub user: String,
    /// `127.0.0.1:5432`, or the socket's folder.
    pub address: String,
    /// The setting it came from, for messages.
    pub origin: String,
    /// Whether it lives in the private cluster under `.pg/`.
    pub private: bool,
    /// What libpq's programs are to know and the driver's configuration does not hold.
    pub(crate) beside: Beside,
}

/// The driver has fewer words than libpq for TLS, and names every connection.
#[derive(Clone, Default)]
pub(crate) struct Beside {
    pub ssl_mode: String,
    pub root: Option<String>,
    /// Where the user gave one.
    pub application_name: Option<String>,
    /// Parameters that the server may refuse, and where each came from, for messages.
    pub places: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for Database {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self} ({})", self.origin)
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}", self.name, self.address)
    }
}

impl Database {
    /// Finds one database of a project: by its URL (`DATABASE_URL`, `SOURCE_DATABASE_URL`), else by
    /// its parts (`NEW_DB_*`, `SOURCE_PG_*`), else, where neither it nor its other side is set, in
    /// the private cluster, whose old database is mirrored into the new one.
    ///
    /// # Errors
    /// Nothing is set and there is no private cluster, or what is set is malformed.
    pub fn of(side: Side, project: &Project) -> Result<Database> {
        if let Some(database) = Database::configured(side)? {
            return Ok(database);
        }
        let missing = side.url_variable();
        if let Some(set) = side.other().what_is_set() {
            let parts = side.parts_prefix();
            return Err(Error::usage(format!("{missing} is not set, but {set} is")).hint(format!(
                "Set {missing}, or its parts {parts}*, in .env as well; the private local PostgreSQL is used only where neither database is set."
            )));
        }
        match PrivateCluster::find()? {
            Some(cluster) => cluster.database(match side {
                Side::Old | Side::Source => &project.databases.old,
                Side::New | Side::Target => &project.databases.new,
            }),
            None => Err(Error::usage(format!("{missing} is not set")).hint(
                "Copy .env.example to .env and fill it in, or run `make dev-up` for a private local PostgreSQL.",
            )),
        }
    }

    /// The database that the environment or `.env` names, if any.
    ///
    /// # Errors
    /// What is set is malformed.
    pub fn configured(side: Side) -> Result<Option<Database>> {
        if let Some(url) = variable(side.url_variable()) {
            let origin = side.url_variable();
            return Database::from_url(origin, &url).map(Some);
        }
        let prefix = side.parts_prefix();
        let parameters: Parameters = side
            .parts()
            .filter_map(|(name, key)| variable(&name).map(|value| (key.to_owned(), value)))
            .collect();
        if parameters.is_empty() {
            return Ok(None);
        }
        Database::from_parameters(&format!("{prefix}*"), parameters, Environment::Read).map(Some)
    }

    /// Reads a URL that came from `origin`, which names it in messages.
    ///
    /// # Errors
    /// It is malformed; it is not shown, since it holds a password.
    pub fn from_url(origin: &str, url: &str) -> Result<Database> {
        let parameters = connection_string::parse(url).map_err(|reason| {
            Error::usage(format!("{origin} {reason}"))
                .hint("The form is postgresql://USER:PASSWORD@HOST:PORT/DATABASE.")
        })?;
        Database::from_parameters(origin, parameters, Environment::Read)
    }

    /// As [`Database::from_url`], for a server of our own, which the caller's `PG*` do not mean.
    ///
    /// # Errors
    /// As [`Database::from_url`].
    pub fn of_our_own(origin: &str, url: &str) -> Result<Database> {
        let parameters = connection_string::parse(url)
            .map_err(|reason| Error::usage(format!("{origin} {reason}")))?;
        Database::from_parameters(origin, parameters, Environment::Ignored)
    }

    pub(crate) fn from_parameters(
        origin: &str,
        given: Parameters,
        environment: Environment,
    ) -> Result<Database> {
        let lookup = Lookup::new(origin, given, environment)?;
        let place = lookup.place()?;
        let (verify, ssl_mode, root) = lookup.tls()?;
        let config = lookup.config(&place, verify)?;
        Ok(Database {
            tls: connector(verify, root.as_deref())?,
            beside: Beside {
                ssl_mode,
                root,
                application_name: lookup.value("application_name"),
                places: lookup.places(),
            },
            config,
            address: place.address(),
            name: place.name,
            user: place.user,
            origin: origin.to_owned(),
            private: false,
        })
    }

    /// The same server, another database.
    #[must_use]
    pub fn named(&self, name: &str) -> Database {
        let mut other = self.clone();
        other.config.dbname(name);
        name.clone_into(&mut other.name);
        other
    }

    /// What every connection is made of.
    pub fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    pub fn tls(&self) -> MakeRustlsConnect {
        self.tls.clone()
    }

    /// Options of the server's command line for every session, such as `-c jit=off`, as they were
    /// given.
    pub fn options(&self) -> &str {
        self.config.get_options().unwrap_or_default()
    }

    /// The same database, whose sessions have these options, after those that were given.
    #[must_use]
    pub fn with_options(&self, options: &str) -> Database {
        let mut other = self.clone();
        other.config.options(format!("{} {options}", self.options()).trim());
        other
    }

    /// Where a parameter came from that the server may refuse.
    pub(crate) fn place_of(&self, parameter: &str) -> Option<&str> {
        let found = self.beside.places.iter().find(|(name, _)| *name == parameter);
        found.map(|(_, place)| place.as_str())
    }
}

/// `sslrootcert=system` stands for the machine's own authorities.
fn connector(verify: Verify, root: Option<&str>) -> Result<MakeRustlsConnect> {
    let file = root.filter(|root| *root != "system").map(PathBuf::from);
    tls::connector(verify, file.as_deref())
}
