//! Where the two databases are, for people and for psql.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use common::PrivateCluster;
use common::{Database, Error, Outcome, Project, Result, Session, Side, Terms, say};

use crate::private;
use crate::which::Which;

/// `dev_postgres status`: one line for the private server, if it is the one in use, and one for
/// each database, which is connected to.
///
/// # Errors
/// A database is not set, or cannot be connected to.
pub fn status(project: &Project) -> Result<Outcome> {
    if !common::any_is_configured()
        && let Some(cluster) = PrivateCluster::find()?
    {
        let place = private::shown(&cluster.folder);
        let Some(pid) = private::recorded(&cluster)?.pid() else {
            say(format_args!("PostgreSQL {} in {place} is not running", cluster.version));
            return Ok(Outcome::FellShort);
        };
        say(format_args!(
            "PostgreSQL {} runs in {place} (port {}, process {pid}, data in {})",
            cluster.version,
            cluster.port,
            private::shown(&cluster.data)
        ));
    }
    let new = Database::of(Side::New, project)?;
    let old = Database::of(Side::Old, project)?;
    for (side, database) in [(Side::Old, old), (Side::New, new)] {
        let mut session = Session::open(&database, Terms::Users)?;
        let row = session.query_one(
            "SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database()))",
            &[],
        )?;
        let (version, size): (String, String) = (row.get(0), row.get(1));
        println!(
            "  {}  {database}  {size}  PostgreSQL {version} ({})",
            side.word(),
            database.origin
        );
    }
    Ok(Outcome::Done)
}

/// `dev_postgres url`: a URL for psql and for the settings. It names the private cluster's password
/// file instead of holding the password, since URLs end up in arguments and logs.
///
/// # Errors
/// The database is not set.
pub fn url(project: &Project, which: Option<Which>) -> Result<Outcome> {
    let database = Database::of(which.unwrap_or(Which::New).side(), project)?;
    let mut parameters = database.query();
    let mut address = database.address.clone();
    if address.starts_with('/') {
        parameters.push(("host", address.clone()));
        parameters.push(("port", database.port().to_string()));
        address.clear();
    }
    if let (true, Some(cluster)) = (database.private, PrivateCluster::find()?) {
        let file = cluster.folder.join("pgpass");
        parameters.push(("passfile", file.to_string_lossy().into_owned()));
    }
    let parameters: Vec<String> =
        parameters.into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
    println!(
        "postgresql://{}@{address}/{}?{}",
        encode(&database.user),
        encode(&database.name),
        parameters.join("&")
    );
    Ok(Outcome::Done)
}

/// `dev_postgres shell`: becomes psql, which finds the password in its environment.
///
/// # Errors
/// The database is not set, or there is no psql.
pub fn shell(project: &Project, which: Option<Which>, arguments: &[OsString]) -> Result<Outcome> {
    let database = Database::of(which.unwrap_or(Which::New).side(), project)?;
    let psql = match PrivateCluster::find()? {
        Some(cluster) if database.private => cluster.binaries.join("psql"),
        _ => PathBuf::from("psql"),
    };
    let mut command = Command::new(&psql);
    let error = database.hand_to(command.args(arguments)).exec();
    Err(Error::new(format!("{} cannot be run: {error}", psql.display()))
        .hint("`make setup` installs PostgreSQL's client."))
}

/// Percent-encodes what is not unreserved in a URL (RFC 3986, section 2.3) or a path's slash.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
