//! A private pair of databases and a private folder per test, and a frame around what failed.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use postgres::config::Host;
use postgres::{Client, Config, NoTls};
use tempfile::TempDir;

static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What a program finds of the caller's shell; every setting of ours or of libpq's is the test's own.
const INHERITED: [&str; 7] = ["HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "USER"];

/// Two empty databases and an empty folder, gone at the end of the test.
pub struct Lab {
    /// The folder in which the binaries run.
    pub folder: TempDir,
    pub old: String,
    pub new: String,
    server: Config,
    has_databases: bool,
}

impl Lab {
    pub fn new() -> Lab {
        Lab::of(server())
    }

    /// On another server than the one that the tests share.
    pub fn on(url: &str) -> Lab {
        Lab::of(url.parse().expect("a server's URL"))
    }

    /// A folder alone, for what asks no server.
    pub fn without_databases() -> Lab {
        Lab::bare(server())
    }

    fn bare(server: Config) -> Lab {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("t{}_{number}", std::process::id());
        Lab {
            folder: tempfile::tempdir().expect("a temporary folder"),
            old: format!("{prefix}_old"),
            new: format!("{prefix}_new"),
            server,
            has_databases: false,
        }
    }

    fn of(server: Config) -> Lab {
        let mut lab = Lab::bare(server);
        let mut admin = lab.connect("postgres");
        for name in [&lab.old, &lab.new] {
            admin
                .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
                .expect("a database");
        }
        lab.has_databases = true;
        lab
    }

    /// The repository's own folder.
    pub fn repository() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent")
    }

    /// A copy of `sql/<name>` at the same place in the lab's folder, free to be changed.
    pub fn project(&self, name: &str) -> PathBuf {
        let from = Lab::repository().join("sql").join(name);
        let to = self.path(&format!("sql/{name}"));
        copy_folder(&from, &to);
        to
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file in the lab's folder, with the folders above it.
    pub fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).expect("a file")
    }

    /// The URL of one of the server's databases, password included.
    pub fn url(&self, database: &str) -> String {
        let Some(Host::Tcp(host)) = self.server.get_hosts().first() else {
            panic!("the test server is reached by TCP");
        };
        format!(
            "postgresql://{}:{}@{host}:{}/{database}",
            self.user(),
            self.password(),
            self.port()
        )
    }

    pub fn user(&self) -> &str {
        self.server.get_user().expect("the test server's URL has a user")
    }

    pub fn password(&self) -> String {
        let password = self.server.get_password().expect("the test server's URL has a password");
        String::from_utf8(password.to_vec()).expect("the password is UTF-8")
    }

    pub fn port(&self) -> u16 {
        self.server.get_ports().first().copied().unwrap_or(5432)
    }

    pub fn connect(&self, database: &str) -> Client {
        self.server.clone().dbname(database).connect(NoTls).expect("the test server")
    }

    /// For what is tidied up at the end of a test, also of one that failed with its server.
    pub fn try_connect(&self, database: &str) -> Option<Client> {
        self.server.clone().dbname(database).connect(NoTls).ok()
    }

    /// Whether the server takes connections.
    pub fn answers(&self) -> bool {
        self.server.clone().dbname(&self.new).connect(NoTls).is_ok()
    }

    /// Runs SQL in one of the databases.
    #[track_caller]
    pub fn execute(&self, database: &str, sql: &str) {
        if let Err(error) = self.connect(database).batch_execute(sql) {
            panic!("{sql}\n{}", error.as_db_error().map_or(error.to_string(), ToString::to_string));
        }
    }

    /// The rows of a query as text, columns joined by `|`, NULL as `∅`.
    #[track_caller]
    pub fn rows(&self, database: &str, sql: &str) -> Vec<String> {
        let mut client = self.connect(database);
        let messages = match client.simple_query(sql) {
            Ok(messages) => messages,
            Err(error) => {
                panic!(
                    "{sql}\n{}",
                    error.as_db_error().map_or(error.to_string(), ToString::to_string)
                )
            }
        };
        let rows = messages.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let fields = (0..row.len()).map(|index| row.get(index).unwrap_or("∅"));
            fields.collect::<Vec<_>>().join("|")
        })
        .collect()
    }

    /// The only value of a query, as text.
    #[track_caller]
    pub fn value(&self, database: &str, sql: &str) -> String {
        let rows = self.rows(database, sql);
        assert_eq!(rows.len(), 1, "{sql} returns one row");
        rows.into_iter().next().expect("one row")
    }

    /// One of our binaries, set up to run in the lab's folder on the lab's databases.
    pub fn command(&self, binary: &str, arguments: &[&str]) -> Command {
        let mut command = command_in(self.folder.path(), binary, arguments);
        command.env("DATABASE_URL", self.url(&self.new));
        command.env("OLD_DATABASE_URL", self.url(&self.old));
        command
    }

    /// Runs one of our binaries to its end.
    pub fn run(&self, binary: &str, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(binary, arguments), &self.password())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if !self.has_databases {
            return;
        }
        let Ok(mut admin) = self.server.clone().dbname("postgres").connect(NoTls) else {
            return;
        };
        for name in [&self.old, &self.new] {
            // A test that failed may have left a session behind; the server goes at the end anyway.
            drop(admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        }
    }
}

/// What a binary did. Its methods frame everything it said where an expectation fails.
pub struct Run {
    pub command: String,
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Runs a command and looks for the password in what it says: no output ever holds it.
    #[track_caller]
    pub fn of(command: &mut Command, password: &str) -> Run {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let run = Run::from_output(command, &output);
        assert!(
            !format!("{}{}", run.stdout, run.stderr).contains(password),
            "the password is in the output\n{run}"
        );
        run
    }

    pub fn from_output(command: &Command, output: &Output) -> Run {
        let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
        let program = Path::new(command.get_program()).file_name().unwrap_or_default();
        Run {
            command: format!("{} {}", program.to_string_lossy(), arguments.join(" ")),
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The run succeeded; its stdout.
    #[track_caller]
    pub fn ok(&self) -> &str {
        self.exits(0)
    }

    /// The run ended with this exit code; its stdout.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &str {
        assert!(self.code == Some(code), "expected exit code {code}\n{self}");
        &self.stdout
    }

    /// Whether it says that its session was ended. Whether the server's last word arrives before the
    /// connection ends is a race.
    pub fn was_cut_off(&self) -> bool {
        let last_word = "terminating connection due to administrator command (57P01)";
        [last_word, "connection closed"].iter().any(|said| self.stderr.contains(said))
    }

    /// The run failed with this exit code and said exactly this on stderr; whether it first waited
    /// long enough to say so, for a killed run's server process, is up to the machine.
    #[track_caller]
    pub fn fails(&self, code: i32, stderr: &str) {
        let waits = |line: &&str| !line.contains(": waiting for ");
        let said = self.stderr.lines().filter(waits).collect::<Vec<_>>().join("\n");
        assert!(
            self.code == Some(code) && said.trim_end() == stderr.trim_end(),
            "expected exit code {code} and stderr:\n{stderr}\n{self}"
        );
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "===== {}\ncode: {:?}\n----- stdout\n{}----- stderr\n{}=====",
            self.command, self.code, self.stdout, self.stderr
        )
    }
}

/// One of our binaries, set up to run in a folder, with no setting from the caller's shell.
pub fn command_in(folder: &Path, binary: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary_path(binary));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env_clear();
    command.envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// The server that `dev_postgres run` hands to its command.
fn server() -> Config {
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| {
        panic!("DATABASE_URL is not set: run the tests by `make test`, which starts a throw-away server")
    });
    url.parse().expect("DATABASE_URL is a URL")
}

/// `target/release/<name>`, beside the folder of the running test.
pub fn binary_path(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test binary");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>");
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built: run the tests by `make test`", path.display());
    path
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in
        std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()))
    {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// The folder of real exports that `REAL_DATA_DIR` names. Without it the test is passed over, and
/// says so on stderr past libtest, which would keep to itself what a passing test prints.
pub fn real_data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REAL_DATA_DIR").map(PathBuf::from);
    if folder.is_none() {
        let line = format!("{test}: passed over, as REAL_DATA_DIR names no folder of real data\n");
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).expect("stderr");
    }
    folder
}
