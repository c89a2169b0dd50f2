//! The cluster under `.pg/`: made once, started and stopped at will, found by every binary
//! through `.pg/cluster.toml`.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use common::PrivateCluster;
use common::{Context, Error, Outcome, Project, Result, note, say};
use xxhash_rust::xxh3::xxh3_64;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::databases;
use crate::server::{SUPERUSER, Server, write_private};

/// `dev_postgres start`: afterwards the server runs and the project's databases exist. `quiet` says
/// nothing where nothing was to be done.
///
/// # Errors
/// There are no server programs, or the server did not start.
pub fn start(project: &Project, bindir: Option<&Path>, quiet: bool) -> Result<Outcome> {
    let folder = folder()?;
    let _lock = lock(&folder)?;
    let server = server(&folder, bindir)?;
    let running = server.pid().and_then(|_| PrivateCluster::read(&folder).ok());
    let (running, cluster) = match running {
        Some(cluster) => (true, cluster),
        None => (false, launch(&folder, &server)?),
    };
    let created = databases::create_missing(&cluster, project)?;
    if !quiet && common::any_is_configured() {
        note("the databases that the environment or .env names are used, not this server's");
    }
    if !running || created || !quiet {
        let verb = if running { "already runs" } else { "started" };
        say(format_args!(
            "{} {verb} in {} (port {}); databases {}, {}",
            title(&cluster),
            shown(&folder),
            cluster.port,
            project.databases.old,
            project.databases.new
        ));
    }
    Ok(Outcome::Done)
}

/// `dev_postgres stop`.
///
/// # Errors
/// The server did not end.
pub fn stop() -> Result<Outcome> {
    let folder = folder()?;
    if !folder.join("cluster.toml").exists() {
        say(format_args!("there is no private PostgreSQL in {}", shown(&folder)));
        return Ok(Outcome::Done);
    }
    let _lock = lock(&folder)?;
    let cluster = PrivateCluster::read(&folder)?;
    let server = recorded(&cluster)?;
    if server.pid().is_none() {
        say(format_args!("{} in {} is not running", title(&cluster), shown(&folder)));
    } else {
        server.stop()?;
        say(format_args!("{} in {} stopped; its data stays", title(&cluster), shown(&folder)));
    }
    Ok(Outcome::Done)
}

/// The server of a cluster that was started before.
///
/// # Errors
/// Its programs have gone.
pub fn recorded(cluster: &PrivateCluster) -> Result<Server> {
    Ok(Server {
        binaries: Binaries::recorded(&cluster.binaries)?,
        account: Account::for_data(&cluster.data)?,
        data: cluster.data.clone(),
        log: cluster.folder.join("server.log"),
        durable: true,
    })
}

/// `PostgreSQL 15.18`.
pub fn title(cluster: &PrivateCluster) -> String {
    format!("PostgreSQL {}", cluster.version)
}

/// A path as the user would type it from here.
pub fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// `.pg/` of the nearest folder that has a cluster or is a clone (a Makefile beside `sql/`), so
/// that a folder below the root will do; of this folder where none is.
fn folder() -> Result<PathBuf> {
    let here = fs::canonicalize(env::current_dir()?)?;
    let is_root = |folder: &&Path| {
        folder.join(PrivateCluster::FOLDER).join("cluster.toml").exists()
            || folder.join("Makefile").exists() && folder.join("sql").is_dir()
    };
    Ok(here.ancestors().find(is_root).unwrap_or(&here).join(PrivateCluster::FOLDER))
}

/// Two starts at once make one cluster.
fn lock(folder: &Path) -> Result<File> {
    Account::of_server()?.create_passage(folder)?;
    let path = folder.join("lock");
    let lock = File::create(&path).context(|| format!("cannot write {}", path.display()))?;
    lock.lock().context(|| format!("cannot lock {}", path.display()))?;
    Ok(lock)
}

/// The server on the data that is there, or on the place where it will be.
fn server(folder: &Path, bindir: Option<&Path>) -> Result<Server> {
    let data = match PrivateCluster::read(folder) {
        _ if folder.join("data").exists() => folder.join("data"),
        Ok(cluster) if cluster.data.exists() => cluster.data,
        _ => place_for_data(folder)?,
    };
    let major = fs::read_to_string(data.join("PG_VERSION")).ok();
    Ok(Server {
        binaries: Binaries::find(bindir, major.as_deref().map(str::trim))?,
        account: Account::for_data(&data)?,
        data,
        log: folder.join("server.log"),
        durable: true,
    })
}

/// Under `.pg/`, unless the server's user cannot get there, as below root's home.
fn place_for_data(folder: &Path) -> Result<PathBuf> {
    let account = Account::of_server()?;
    if account.reaches(folder) {
        return Ok(folder.join("data"));
    }
    let name = format!("pgrefit-{:016x}", xxh3_64(folder.as_os_str().as_encoded_bytes()));
    for parent in ["/var/lib", "/var/tmp"] {
        let place = Path::new(parent).join(&name);
        if account.create_passage(&place).is_ok() && account.reaches(&place) {
            return Ok(place.join("data"));
        }
    }
    Err(Error::new(format!("the server's user cannot reach {}", folder.display()))
        .hint("Clone into a folder that every user may enter, or work as a user other than root."))
}

/// Makes the data where there is none, starts the server and records it. One that runs without a
/// record of its port is started again.
fn launch(folder: &Path, server: &Server) -> Result<PrivateCluster> {
    let outside = !server.data.starts_with(folder);
    if outside && server.data.exists() && !folder.join("password").exists() {
        set_aside(server)?;
    }
    if !server.data.exists() {
        let password = format!("{:032x}", rand::random::<u128>());
        write_private(&folder.join("password"), &password)?;
        write_private(&folder.join("pgpass"), &format!("127.0.0.1:*:*:{SUPERUSER}:{password}\n"))?;
        server.create(&password)?;
        if outside {
            note(format_args!(
                "the server's user cannot reach {}, so the data is in {}",
                shown(folder),
                server.data.display()
            ));
        }
    }
    server.stop()?;
    let former = PrivateCluster::read(folder).ok().map(|cluster| cluster.port);
    let (port, _) = server.start(former)?;
    let cluster = PrivateCluster {
        version: server.binaries.version.clone(),
        port,
        user: SUPERUSER.to_owned(),
        data: server.data.clone(),
        binaries: server.binaries.folder.clone(),
        folder: folder.to_owned(),
    };
    record(&cluster).inspect_err(|_| drop(server.stop()))?;
    Ok(cluster)
}

/// A former clone at this path was removed, and with it the password to its data.
fn set_aside(server: &Server) -> Result<()> {
    server.stop()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let aside = server.data.with_extension(format!("former-{}", now.as_secs()));
    fs::rename(&server.data, &aside)
        .context(|| format!("cannot rename {}", server.data.display()))?;
    note(format_args!(
        "the data of a former clone at this path was set aside as {}; you may remove it",
        aside.display()
    ));
    Ok(())
}

fn record(cluster: &PrivateCluster) -> Result<()> {
    let path = cluster.folder.join("cluster.toml");
    let text = toml::to_string(cluster)
        .map_err(|error| Error::new(format!("cannot write {}: {error}", path.display())))?;
    let written = cluster.folder.join("cluster.toml.new");
    fs::write(&written, text)
        .and_then(|()| fs::rename(&written, &path))
        .context(|| format!("cannot write {}", path.display()))
}
