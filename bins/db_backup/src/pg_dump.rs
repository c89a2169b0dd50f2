//! PostgreSQL's own programs, which write the schema and the roles.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{Database, Error, Result};
use db_backup::manifest;
use db_backup::programs::{Need, Programs, archive_encoding};
use db_backup::sink::Sink;

use crate::snapshot::Snapshot;

/// A pg_dump that can read the server.
pub struct PgDump {
    programs: Programs,
}

impl PgDump {
    /// # Errors
    /// There is none, or only older ones, which refuse to read the server.
    pub fn find(bindir: Option<&Path>, server: i32, server_version: &str) -> Result<PgDump> {
        let version = server_version.split_whitespace().next().unwrap_or(server_version);
        let need = Need { major: server / 10_000, of: format!("the server, which is {version}") };
        let programs = Programs::find("pg_dump", bindir, &[need], "Nothing was written.")?;
        Ok(PgDump { programs })
    }

    /// `15.18 (Debian …)`
    pub fn version(&self) -> &str {
        &self.programs.version
    }

    /// Starts to write everything but the rows, under the snapshot.
    pub fn start(&self, database: &Database, encoding: &str, snapshot: &Snapshot) -> Result<Child> {
        let mut command = self.programs.command("pg_dump", database);
        command
            .args(["--format=custom", "--section=pre-data", "--section=post-data", "--no-blobs"])
            // Whoever waits to change a table waits for us, and a pg_dump behind it forever.
            .arg("--lock-wait-timeout=10000")
            .arg(format!("--encoding={}", archive_encoding(encoding)))
            .arg(format!("--snapshot={}", snapshot.id.as_str()))
            .args(snapshot.selection.pg_dump_arguments());
        start(command.env("PGAPPNAME", "db_backup pg_dump"))
    }

    /// Starts to write roles and tablespaces, without passwords.
    pub fn start_globals(&self, database: &Database) -> Result<Child> {
        let mut command = self.programs.command("pg_dumpall", database);
        command
            .args(["--globals-only", "--no-role-passwords"])
            .arg(format!("--database={}", database.connection_string()));
        start(command.env("PGAPPNAME", "db_backup pg_dumpall"))
    }
}

fn start(command: &mut Command) -> Result<Child> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| {
        Error::new(format!("{} cannot be started: {error}", command.get_program().display()))
    })
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
