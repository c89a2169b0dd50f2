//! PostgreSQL's own programs, which write the schema and the roles.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::settings::PrivateCluster;
use common::{Database, Error, Result};
use db_backup::manifest;
use db_backup::sink::Sink;

use crate::snapshot::Snapshot;

/// A pg_dump that can read the server.
pub struct PgDump {
    program: PathBuf,
    /// `15.18 (Debian …)`
    pub version: String,
}

impl PgDump {
    /// The one of the server's own major version, else the oldest of those that are newer: an
    /// archive must be restored by a pg_restore at least as new as what wrote it.
    ///
    /// # Errors
    /// There is none, or only older ones, which refuse to read the server.
    pub fn find(bindir: Option<&Path>, server: i32, server_version: &str) -> Result<PgDump> {
        let folders = match bindir {
            Some(folder) => vec![folder.to_owned()],
            None => folders(),
        };
        let mut found: Vec<(i32, PgDump)> =
            folders.iter().filter_map(|folder| at(folder)).collect();
        let wanted = server / 10000;
        let install = format!(
            "Install the client programs of PostgreSQL {wanted}: `apt-get install postgresql-client-{wanted}`, `dnf install postgresql{wanted}`, `brew install postgresql@{wanted}`; or name their folder by --bindir. Nothing was written."
        );
        found.sort_by_key(|(major, _)| *major);
        let newest_old = found
            .iter()
            .rfind(|(major, _)| *major < wanted)
            .map(|(_, old)| format!("{} is version {}", old.program.display(), old.version));
        match (found.into_iter().find(|(major, _)| *major >= wanted), newest_old) {
            (Some((_, program)), _) => Ok(program),
            (None, Some(old)) => Err(Error::usage(format!(
                "pg_dump is older than the server, which is {}",
                first_word(server_version)
            ))
            .detail(old)
            .hint(install)),
            (None, None) => {
                let looked: Vec<_> =
                    folders.iter().map(|folder| folder.display().to_string()).collect();
                Err(Error::usage("pg_dump is not found")
                    .detail(format!("looked in {}", looked.join(", ")))
                    .hint(install))
            }
        }
    }

    /// Starts to write everything but the rows, under the snapshot.
    pub fn start(&self, database: &Database, snapshot: &Snapshot) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(["--format=custom", "--section=pre-data", "--section=post-data", "--no-blobs"])
            // Whoever waits to change a table waits for us, and a pg_dump behind it forever.
            .args(["--lock-wait-timeout=10000", "--no-password"])
            .arg(format!("--snapshot={}", snapshot.id))
            .args(snapshot.selection.pg_dump_arguments());
        start(&mut command, database)
    }

    /// Starts to write roles and tablespaces, without passwords.
    pub fn start_globals(&self, database: &Database) -> Result<Child> {
        let mut command = Command::new(self.program.with_file_name("pg_dumpall"));
        command
            .args(["--globals-only", "--no-role-passwords", "--no-password"])
            .arg(format!("--database={}", connection_string(database)));
        start(&mut command, database)
    }
}

/// The database by name only, as a connection string: the name may hold an `=`.
fn connection_string(database: &Database) -> String {
    let quoted = database.name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{quoted}'")
}

fn start(command: &mut Command, database: &Database) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in database.environment() {
        command.env(name, value);
    }
    command.env("PGAPPNAME", common_name(command)).env("LC_MESSAGES", "C");
    command.spawn().map_err(|error| {
        Error::new(format!("{} cannot be started: {error}", command.get_program().display()))
    })
}

fn common_name(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    format!("db_backup {}", name.display())
}

/// Takes the program's output into a file of the backup.
///
/// # Errors
/// The program failed; what it said is the detail.
pub fn collect(mut child: Child, mut sink: Sink) -> Result<(manifest::File, std::fs::File)> {
    let mut output = child.stdout.take().expect("its stdout is piped");
    let mut errors = child.stderr.take().expect("its stderr is piped");
    let listener = std::thread::spawn(move || {
        let mut said = String::new();
        errors.read_to_string(&mut said).map(|_| said)
    });
    let copied = io::copy(&mut output, &mut sink);
    // A program that cannot write on must end, too.
    drop(output);
    let status = child.wait()?;
    let said = listener.join().expect("listening does not panic")?;
    copied?;
    if !status.success() {
        return Err(Error::new("pg_dump failed").detail(said.trim()));
    }
    if !said.trim().is_empty() {
        common::note(said.trim());
    }
    sink.finish()
}

fn at(folder: &Path) -> Option<(i32, PgDump)> {
    let program = folder.join("pg_dump");
    let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
    let version = text.split_once("(PostgreSQL) ")?.1.trim().to_owned();
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, PgDump { program, version }))
}

/// PATH, `pg_config --bindir`, the packages' folders, the private cluster's programs.
fn folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> =
        std::env::split_paths(&path).filter(|folder| folder.join("pg_dump").exists()).collect();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    for pattern in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let Ok(entries) = std::fs::read_dir(pattern) else { continue };
        let mut packages: Vec<_> =
            entries.flatten().map(|entry| entry.path().join("bin")).collect();
        packages.retain(|folder| folder.join("pg_dump").exists());
        packages.sort();
        folders.extend(packages.into_iter().rev());
    }
    if let Ok(Some(cluster)) = PrivateCluster::find() {
        folders.push(cluster.binaries);
    }
    folders
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or(text)
}
