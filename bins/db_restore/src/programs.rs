//! PostgreSQL's own programs: pg_restore makes what is no rows, pg_dump shows what was made.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::settings::PrivateCluster;
use common::{Database, Error, Result};
use db_backup::manifest::Manifest;
use tempfile::NamedTempFile;

use crate::journal;
use crate::server::Server;

/// One version's programs.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
    /// Of the server that they work on.
    server: i32,
    pub major: i32,
}

/// Where packages put one version each, by major version.
const PACKAGED: [&str; 5] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

impl Programs {
    /// The programs of the server's own major version, else of the next newer one, that can read
    /// what the backup's pg_dump wrote; from `bindir` alone where one is named.
    ///
    /// # Errors
    /// There are none, or all are too old.
    pub fn find(bindir: Option<&Path>, manifest: &Manifest, server: &Server) -> Result<Programs> {
        let archive = major(&manifest.pg_dump_version).unwrap_or_default();
        let wanted = archive.max(server.major());
        let folders = bindir.map_or_else(candidates, |folder| vec![folder.to_owned()]);
        let mut found: Vec<Programs> =
            folders.iter().filter_map(|folder| Programs::in_folder(folder, server)).collect();
        found.sort_by_key(|programs| programs.major);
        let newest = found.last().cloned();
        if let Some(programs) = found.into_iter().find(|programs| programs.major >= wanted) {
            return Ok(programs);
        }
        let install = format!(
            "Install the client programs of PostgreSQL {wanted}: `apt-get install postgresql-client-{wanted}`, `dnf install postgresql{wanted}`, `brew install postgresql@{wanted}`; or name their folder by --bindir. Nothing was changed."
        );
        let Some(newest) = newest else {
            return Err(Error::usage("pg_restore is not found").hint(install));
        };
        let older_than = if archive > newest.major {
            format!("the backup's pg_dump, which is {archive}")
        } else {
            format!("the server, which is {}", server.major())
        };
        Err(Error::usage(format!("pg_restore is older than {older_than}"))
            .detail(format!(
                "{} is version {}",
                newest.program("pg_restore").display(),
                newest.major
            ))
            .hint(install))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn in_folder(folder: &Path, server: &Server) -> Option<Programs> {
        let program = folder.join("pg_restore");
        let output = Command::new(&program).arg("--version").stdin(Stdio::null()).output().ok()?;
        // `pg_restore (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = major(text.split_once("(PostgreSQL) ")?.1)?;
        Some(Programs { folder: folder.to_owned(), server: server.major(), major })
    }

    /// Restores the entries of these numbers, in the archive's order, by `jobs` connections.
    ///
    /// # Errors
    /// pg_restore failed at one of them; what it had restored before is there.
    pub fn restore(
        &self,
        archive: &Path,
        entries: &[i32],
        into: &Database,
        jobs: usize,
    ) -> Result<()> {
        let list = list_file(entries)?;
        let mut command = self.command("pg_restore", into);
        command.args(["--no-password", "--dbname", &connection(into)]);
        command.arg("--use-list").arg(list.path());
        if jobs > 1 {
            command.arg("--jobs").arg(jobs.to_string());
        }
        if self.sets_too_much() {
            return run_but_for_its_settings(command.arg(archive));
        }
        run(command.arg("--exit-on-error").arg(archive))?;
        Ok(())
    }

    /// Since 17, pg_restore sets `transaction_timeout` on servers that do not know it yet.
    fn sets_too_much(&self) -> bool {
        self.major >= 17 && self.server < 17
    }

    /// What [`Programs::restore`] would run, as SQL.
    pub fn script(&self, archive: &Path, entries: &[i32]) -> Result<String> {
        let list = list_file(entries)?;
        let mut command = Command::new(self.program("pg_restore"));
        command.args(["--file", "-"]).arg("--use-list").arg(list.path());
        let script = run(command.arg(archive))?;
        // Commands to psql, which keep it from obeying commands in what was dumped.
        let psql = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        let unknown = |line: &&str| self.sets_too_much() && *line == "SET transaction_timeout = 0;";
        let lines = script.lines().filter(|line| !psql(line) && !unknown(line));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Writes what a database holds, but for rows, as an archive.
    pub fn dump(&self, database: &Database, to: &Path) -> Result<()> {
        let mut command = self.command("pg_dump", database);
        command.args([
            "--format=custom",
            "--section=pre-data",
            "--section=post-data",
            "--no-blobs",
        ]);
        command.args(["--no-password", "--exclude-schema", journal::SCHEMA]);
        command.arg("--file").arg(to).arg("--dbname").arg(connection(database));
        run(&mut command)?;
        Ok(())
    }

    fn command(&self, program: &str, database: &Database) -> Command {
        let mut command = Command::new(self.program(program));
        command.envs(database.environment());
        // Said by name, in the server's words, whatever language this machine speaks.
        command.env("LC_ALL", "C").env("PGAPPNAME", format!("db_restore {program}"));
        let given = database.config.get_options().unwrap_or_default();
        // A crash of the server may lose the last statements, and the next run repeats them.
        command.env("PGOPTIONS", format!("{given} -c synchronous_commit=off"));
        command
    }
}

/// `15.18 (Debian …)` → 15
fn major(version: &str) -> Option<i32> {
    version.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?.parse().ok()
}

/// A connection string for `--dbname`, which takes a name with `=` in it for one; no password.
fn connection(database: &Database) -> String {
    let name = database.name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{name}'")
}

/// What pg_restore reads by `--use-list`; it keeps to this order where it has no other reason.
fn list_file(entries: &[i32]) -> Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    for id in entries {
        writeln!(file, "{id};")?;
    }
    file.flush()?;
    Ok(file)
}

/// Runs a program to its end; its stdout.
fn run(command: &mut Command) -> Result<String> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(command, &output))
}

/// Runs a pg_restore that goes on after errors, of which only those are none that its own setting
/// of `transaction_timeout` causes, on each of its connections.
fn run_but_for_its_settings(command: &mut Command) -> Result<()> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let own = " unrecognized configuration parameter \"transaction_timeout\"";
    let mut errors = said.lines().filter(|line| line.starts_with("pg_restore: error: "));
    let at_its_end = "pg_restore: warning: errors ignored on restore: ";
    let ended = said.lines().any(|line| line.starts_with(at_its_end));
    if ended && errors.all(|line| line.ends_with(own)) {
        return Ok(());
    }
    Err(failed(command, &output))
}

fn output(command: &mut Command) -> Result<Output> {
    let started = command.stdin(Stdio::null()).output();
    started.map_err(|error| {
        Error::new(format!("{} cannot be started: {error}", command.get_program().display()))
    })
}

fn failed(command: &Command, output: &Output) -> Error {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    Error::new(format!("{} failed ({})", name.display(), output.status)).detail(said.trim())
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(Some(cluster)) = PrivateCluster::find() {
        folders.push(cluster.binaries);
    }
    for pattern in PACKAGED {
        let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
        let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
        let entries = std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
        folders.extend(entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.starts_with(prefix).then(|| PathBuf::from(format!("{parent}/{name}{after}")))
        }));
    }
    folders
}
