//! Which databases, by which settings: flag > environment > `.env` > the private cluster.

use std::env;
use std::path::Path;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use crate::private_cluster::PrivateCluster;

use crate::connection_string::{self, Parameters};
use crate::tls::{self, Verify};
use crate::{Error, Project, Result, pgpass};

/// Reads `.env` of this folder or the nearest above it; what the environment sets already wins.
pub(crate) fn load_dotenv() -> Result<()> {
    match dotenvy::dotenv() {
        Err(dotenvy::Error::LineParse(line, _)) => {
            // The line is not shown: it may well be the password.
            let name = line.split('=').next().unwrap_or_default().trim().to_owned();
            Err(Error::usage(format!(".env: the value of {name} cannot be read"))
                .hint("Put the value in single quotes, as in .env.example."))
        }
        Err(dotenvy::Error::Io(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::usage(format!(".env cannot be read: {error}")))
        }
        _ => Ok(()),
    }
}

/// A setting that is present and not empty.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether every statement is printed with its time (`ENABLE_QUERY_LOGGING`).
pub fn query_logging() -> bool {
    variable("ENABLE_QUERY_LOGGING")
        .is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}

/// Size and patience of the connection pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// `DATABASE_POOL_SIZE` + `DATABASE_MAX_OVERFLOW`.
    pub connections: u32,
    /// `DATABASE_POOL_TIMEOUT`, in seconds.
    pub timeout: Duration,
}

impl PoolSettings {
    /// # Errors
    /// A setting is not a whole number.
    pub fn load() -> Result<PoolSettings> {
        let size = whole_number("DATABASE_POOL_SIZE", 5)?;
        let overflow = whole_number("DATABASE_MAX_OVERFLOW", 10)?;
        let timeout = whole_number("DATABASE_POOL_TIMEOUT", 30)?;
        Ok(PoolSettings {
            connections: (size.saturating_add(overflow)).max(1),
            timeout: Duration::from_secs(u64::from(timeout.max(1))),
        })
    }
}

fn whole_number(name: &str, default: u32) -> Result<u32> {
    match variable(name) {
        None => Ok(default),
        Some(value) => value.parse().map_err(|error| {
            Error::usage(format!("{name} is not a whole number: `{value}` ({error})"))
        }),
    }
}

/// The two databases of a migration, and the two of a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
    Source,
    Target,
}

/// What a database is made of in settings, and libpq's keyword for it. A mirror's database is
/// `SOURCE_PG_DATABASE`, as in the variables of libpq; a migration's is `OLD_DB_NAME`.
const PARTS: [(&str, &str); 6] = [
    ("USER", "user"),
    ("PASSWORD", "password"),
    ("HOST", "host"),
    ("PORT", "port"),
    ("NAME", "dbname"),
    ("DATABASE", "dbname"),
];

impl Side {
    fn url_variable(self) -> &'static str {
        match self {
            Side::Old => "OLD_DATABASE_URL",
            Side::New => "DATABASE_URL",
            Side::Source => "SOURCE_DATABASE_URL",
            Side::Target => "TARGET_DATABASE_URL",
        }
    }

    fn parts_prefix(self) -> &'static str {
        match self {
            Side::Old => "OLD_DB_",
            Side::New => "NEW_DB_",
            Side::Source => "SOURCE_PG_",
            Side::Target => "TARGET_PG_",
        }
    }

    /// Its settings in parts, with libpq's keywords.
    fn parts(self) -> impl Iterator<Item = (String, &'static str)> {
        let unused = if matches!(self, Side::Old | Side::New) { "DATABASE" } else { "NAME" };
        let parts = PARTS.into_iter().filter(move |(part, _)| *part != unused);
        parts.map(move |(part, key)| (format!("{}{part}", self.parts_prefix()), key))
    }

    fn other(self) -> Side {
        match self {
            Side::Old => Side::New,
            Side::New => Side::Old,
            Side::Source => Side::Target,
            Side::Target => Side::Source,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Side::Old => "old",
            Side::New => "new",
            Side::Source => "source",
            Side::Target => "target",
        }
    }
}

/// Where one database is and how to reach it.
#[derive(Clone)]
pub struct Database {
    pub config: postgres::Config,
    pub tls: MakeRustlsConnect,
    /// The database's name.
    pub name: String,
    pub user: String,
    /// `127.0.0.1:5432`, or the socket's folder.
    pub address: String,
    /// The setting it came from, for messages.
    pub origin: String,
    /// Whether it lives in the private cluster under `.pg/`.
    pub private: bool,
    /// `sslmode` and `sslrootcert` as they were given, for libpq's own programs.
    libpq_tls: Vec<(&'static str, String)>,
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
        let other = side.other();
        let variable = side.url_variable();
        if is_configured(other) {
            return Err(Error::usage(format!(
                "{variable} is not set, while {} is",
                other.url_variable()
            ))
            .hint(
                "Set both in .env; the private local PostgreSQL is used only where neither is set.",
            ));
        }
        match PrivateCluster::find()? {
            Some(cluster) => cluster.database(match side {
                Side::Old | Side::Source => &project.databases.old,
                Side::New | Side::Target => &project.databases.new,
            }),
            None => Err(Error::usage(format!("{variable} is not set")).hint(
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
        Database::from_parameters(&format!("{prefix}*"), parameters).map(Some)
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
        Database::from_parameters(origin, parameters)
    }

    /// Fills the gaps as libpq does (service, `PG*`, password file) and sets up TLS.
    pub(crate) fn from_parameters(origin: &str, given: Parameters) -> Result<Database> {
        let malformed = |reason: String| Error::usage(format!("{origin} {reason}"));
        let mut given = given;
        let service = value(&given, "service").or_else(|| variable("PGSERVICE"));
        if let Some(service) = service {
            given.extend(pgpass::service(&service).map_err(|reason| {
                malformed(format!("uses the service `{service}`, which {reason}"))
            })?);
        }
        let setting = |key: &str, fallback: &str| value(&given, key).or_else(|| variable(fallback));

        let mut config = postgres::Config::new();
        let user = setting("user", "PGUSER")
            .or_else(|| variable("USER"))
            .unwrap_or_else(|| "postgres".to_owned());
        let name = setting("dbname", "PGDATABASE").unwrap_or_else(|| user.clone());
        let hosts = setting("host", "PGHOST").unwrap_or_else(default_host);
        let ports = setting("port", "PGPORT").unwrap_or_else(|| "5432".to_owned());
        let mut first_port = 5432;
        for (index, port) in ports.split(',').enumerate() {
            let port = if port.is_empty() {
                5432
            } else {
                port.parse().map_err(|error| {
                    malformed(format!("has a port that is not a number ({error})"))
                })?
            };
            if index == 0 {
                first_port = port;
            }
            config.port(port);
        }
        for host in hosts.split(',') {
            config.host(host);
        }
        config.user(&user).dbname(&name);
        let first_host = hosts.split(',').next().unwrap_or_default();
        let password = setting("password", "PGPASSWORD").or_else(|| {
            let file = value(&given, "passfile");
            pgpass::password(file.as_deref(), first_host, first_port, &name, &user)
        });
        if let Some(password) = password {
            config.password(password);
        }
        let application = setting("application_name", "PGAPPNAME");
        config.application_name(application.as_deref().unwrap_or_else(|| crate::run::name()));
        if let Some(options) = setting("options", "PGOPTIONS") {
            config.options(&options);
        }
        let timeout = match setting("connect_timeout", "PGCONNECT_TIMEOUT") {
            None => 10,
            Some(seconds) => seconds.parse().map_err(|error| {
                malformed(format!(
                    "has a connect_timeout that is not a number of seconds ({error})"
                ))
            })?,
        };
        config.connect_timeout(Duration::from_secs(timeout));
        let mode = setting("sslmode", "PGSSLMODE").unwrap_or_else(|| "prefer".to_owned());
        let root = setting("sslrootcert", "PGSSLROOTCERT");
        let verify = ssl_mode(&mut config, &mode, root.is_some()).map_err(malformed)?;
        refuse_unknown(&given).map_err(malformed)?;
        let address = if first_host.starts_with('/') {
            first_host.to_owned()
        } else {
            format!("{first_host}:{first_port}")
        };
        Ok(Database {
            tls: tls::connector(verify, tls::root_file(root.as_deref()).as_deref())?,
            libpq_tls: [("PGSSLMODE", Some(mode)), ("PGSSLROOTCERT", root)]
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            config,
            name,
            user,
            address,
            origin: origin.to_owned(),
            private: false,
        })
    }

    /// The same in libpq's variables, for psql and pg_dump: a password in the environment is seen
    /// by its owner only, one in the arguments by everybody.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        });
        let ports = self.config.get_ports().iter().map(u16::to_string);
        let mut variables = vec![
            ("PGHOST", hosts.collect::<Vec<_>>().join(",")),
            ("PGPORT", ports.collect::<Vec<_>>().join(",")),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.name.clone()),
        ];
        if let Some(password) = self.config.get_password() {
            variables.push(("PGPASSWORD", String::from_utf8_lossy(password).into_owned()));
        }
        if let Some(options) = self.config.get_options() {
            variables.push(("PGOPTIONS", options.to_owned()));
        }
        variables.extend(self.libpq_tls.iter().cloned());
        variables
    }

    /// The same server, another database.
    pub fn named(&self, name: &str) -> Database {
        let mut other = self.clone();
        other.config.dbname(name);
        name.clone_into(&mut other.name);
        other
    }
}

/// libpq without a host uses the socket where there is one.
fn default_host() -> String {
    let sockets = ["/var/run/postgresql", "/tmp"];
    let found = sockets.into_iter().find(|folder| Path::new(folder).join(".s.PGSQL.5432").exists());
    found.unwrap_or("localhost").to_owned()
}

/// Source: PostgreSQL documentation, "SSL Support", table 34.1. With `sslrootcert`, `require`
/// checks the authority, as in libpq.
fn ssl_mode(config: &mut postgres::Config, mode: &str, root: bool) -> Result<Verify, String> {
    let (mode, verify) = match mode {
        "disable" => (SslMode::Disable, Verify::Nothing),
        "allow" | "prefer" => (SslMode::Prefer, Verify::Nothing),
        "require" if root => (SslMode::Require, Verify::Authority),
        "require" => (SslMode::Require, Verify::Nothing),
        "verify-ca" => (SslMode::Require, Verify::Authority),
        "verify-full" => (SslMode::Require, Verify::Full),
        other => {
            return Err(format!(
                "has sslmode `{other}`; it is one of disable, prefer, require, verify-ca, verify-full"
            ));
        }
    };
    config.ssl_mode(mode);
    Ok(verify)
}

/// A parameter that is silently ignored may be the one that was meant to protect the connection.
fn refuse_unknown(given: &Parameters) -> Result<(), String> {
    const KNOWN: [&str; 20] = [
        "service",
        "user",
        "password",
        "passfile",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "application_name",
        "fallback_application_name",
        "options",
        "connect_timeout",
        "sslmode",
        "sslrootcert",
        "client_encoding",
        "target_session_attrs",
        "keepalives",
        "keepalives_idle",
        "channel_binding",
        "gssencmode",
    ];
    match given.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
        Some((key, _)) => Err(format!("has the parameter `{key}`, which is not supported")),
        None => Ok(()),
    }
}

fn value(given: &Parameters, key: &str) -> Option<String> {
    given.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
}

/// Whether the environment or `.env` names this database.
pub fn is_configured(side: Side) -> bool {
    variable(side.url_variable()).is_some()
        || side.parts().any(|(name, _)| variable(&name).is_some())
}

/// Whether the environment or `.env` names either of the two databases of a migration.
pub fn any_is_configured() -> bool {
    is_configured(Side::Old) || is_configured(Side::New)
}
