//! PostgreSQL's own programs: pg_restore makes what is no rows, pg_dump shows what was made.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use common::{Context, Database, Error, Result};
use db_backup::manifest::Manifest;
use db_backup::programs::{Need, Programs, archive_encoding, major};
use tempfile::NamedTempFile;

use crate::archive::Archive;
use crate::journal;
use crate::server::Server;

/// A pg_restore that can read the backup and write to the server, and the pg_dump beside it.
#[derive(Clone, Debug)]
pub struct PgRestore {
    programs: Programs,
    /// Of the server that they work on.
    server: i32,
    /// That of the server for sorting an index, in kB.
    sort_memory: i32,
    /// In which archives are written.
    encoding: String,
}

/// What all jobs together may take to sort indexes, in kB, where the server allows each one less.
const SORT_MEMORY: i32 = 256 * 1024;

impl PgRestore {
    /// # Errors
    /// There is none, or all are too old for the server or for the pg_dump that wrote the archive.
    pub fn find(bindir: Option<&Path>, manifest: &Manifest, server: &Server) -> Result<PgRestore> {
        let archive = major(&manifest.pg_dump_version).unwrap_or_default();
        let needs = [
            Need { major: archive, of: format!("the backup's pg_dump, which is {archive}") },
            Need { major: server.major(), of: format!("the server, which is {}", server.major()) },
        ];
        let programs = Programs::find("pg_restore", bindir, &needs, "Nothing was changed.")?;
        Ok(PgRestore {
            programs,
            server: server.major(),
            sort_memory: server.sort_memory,
            encoding: archive_encoding(&manifest.database.encoding).to_owned(),
        })
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
        command.arg("--dbname").arg(into.connection_string());
        command.arg("--use-list").arg(list.path());
        if jobs > 1 {
            command.arg("--jobs").arg(jobs.to_string());
        }
        let each = SORT_MEMORY / i32::try_from(jobs.max(1)).unwrap_or(i32::MAX);
        if each > self.sort_memory {
            set(&mut command, into, &format!("-c maintenance_work_mem={each}kB"));
        }
        if self.sets_too_much() {
            return run_but_for_its_settings(command.arg(archive));
        }
        run(command.arg("--exit-on-error").arg(archive))?;
        Ok(())
    }

    /// Since 17, pg_restore sets `transaction_timeout` on servers that do not know it yet.
    fn sets_too_much(&self) -> bool {
        self.programs.major >= 17 && self.server < 17
    }

    /// What [`PgRestore::restore`] would run, as SQL.
    pub fn script(&self, archive: &Path, entries: &[i32]) -> Result<String> {
        let list = list_file(entries)?;
        let mut command = Command::new(self.programs.program("pg_restore"));
        command.args(["--file", "-"]).arg("--use-list").arg(list.path());
        let script = run(command.arg(archive))?;
        // Commands to psql, which keep it from obeying commands in what was dumped.
        let psql = |line: &&str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        let unknown = |line: &&str| self.sets_too_much() && *line == "SET transaction_timeout = 0;";
        let lines = script.lines().filter(|line| !psql(line) && !unknown(line));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// What a database holds now, but for rows, as pg_dump sees it.
    pub fn dumped(&self, database: &Database) -> Result<Archive> {
        let mut command = self.command("pg_dump", database);
        command.args([
            "--format=custom",
            "--section=pre-data",
            "--section=post-data",
            "--no-blobs",
        ]);
        command.args(["--exclude-schema", journal::SCHEMA, "--encoding", &self.encoding]);
        command.arg("--dbname").arg(database.connection_string());
        let mut child = start(&mut command)?;
        let mut stdout = child.stdout.take().expect("it is piped");
        let (archive, output) = std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let archive = Archive::read(&mut stdout, "pg_dump");
                // What a broken archive leaves, so that pg_dump comes to its end.
                std::io::copy(&mut stdout, &mut std::io::sink()).map(|_| archive)
            });
            let output = child.wait_with_output();
            (reader.join().expect("reading does not panic"), output)
        });
        let output = output?;
        if !output.status.success() {
            return Err(failed(&command, &output));
        }
        archive?
    }

    fn command(&self, program: &str, database: &Database) -> Command {
        let mut command = self.programs.command(program, database);
        command.env("PGAPPNAME", format!("db_restore {program}"));
        set(&mut command, database, "");
        command
    }
}

/// Settings of the program's sessions, beside those that the user gave. A crash of the server may
/// lose the last statements, and the next run repeats them.
fn set(command: &mut Command, database: &Database, more: &str) {
    command.env("PGOPTIONS", format!("{} -c synchronous_commit=off {more}", database.options()));
}

/// What pg_restore reads by `--use-list`; it keeps to this order where it has no other reason.
fn list_file(entries: &[i32]) -> Result<NamedTempFile> {
    let list: String = entries.iter().map(|id| format!("{id};\n")).collect();
    let written = NamedTempFile::new().and_then(|mut file| {
        file.write_all(list.as_bytes())?;
        Ok(file)
    });
    written.context(|| "the list for pg_restore cannot be written".to_owned())
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
    Ok(start(command)?.wait_with_output()?)
}

fn start(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| {
        Error::new(format!("{} cannot be started: {error}", command.get_program().display()))
    })
}

fn failed(command: &Command, output: &Output) -> Error {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    Error::new(format!("{} failed ({})", name.display(), output.status)).detail(said.trim())
}
