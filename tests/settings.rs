//! The settings every binary shares, by the exact text that a user sees. `dev_postgres status`
//! stands for all of them: it connects to both databases.

mod parameters;
mod pool;
mod tls;

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::harness::{Lab, Run, command_in};

const FORM: &str = "The form is postgresql://USER:PASSWORD@HOST:PORT/DATABASE.";

/// `dev_postgres status` in a folder, on the shop.
fn status(folder: &Path) -> Command {
    let mut command = command_in(folder, "dev_postgres", &["status", "--project"]);
    command.arg(Lab::repository().join("sql/shop"));
    // No password file of whoever runs the tests.
    command.env("HOME", folder);
    command
}

fn run(command: &mut Command) -> Run {
    Run::of(command, "s3cret")
}

/// A role with a password of its own, gone at the end.
struct Role<'a> {
    lab: &'a Lab,
    name: String,
}

impl Role<'_> {
    fn new<'a>(lab: &'a Lab, password: &str) -> Role<'a> {
        let name = format!("{}_role", lab.new);
        let literal = password.replace('\'', "''");
        lab.execute("postgres", &format!("CREATE ROLE {name} LOGIN PASSWORD '{literal}'"));
        Role { lab, name }
    }

    /// `HOST:PORT` of the test server.
    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.lab.port())
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.lab.execute("postgres", &format!("DROP ROLE {}", self.name));
    }
}

#[test]
fn nothing_set() {
    let folder = tempfile::tempdir().unwrap();
    run(&mut status(folder.path())).fails(
        2,
        "dev_postgres: DATABASE_URL is not set\n  \
         hint: Copy .env.example to .env and fill it in, or run `make dev-up` for a private local PostgreSQL.",
    );
}

#[test]
fn only_one_of_the_two_set() {
    let folder = tempfile::tempdir().unwrap();
    for (set, missing, parts) in [
        ("DATABASE_URL", "OLD_DATABASE_URL", "OLD_DB_*"),
        ("OLD_DATABASE_URL", "DATABASE_URL", "NEW_DB_*"),
        ("NEW_DB_NAME", "OLD_DATABASE_URL", "OLD_DB_*"),
        ("OLD_DB_PASSWORD", "DATABASE_URL", "NEW_DB_*"),
    ] {
        run(status(folder.path()).env(set, "postgresql://ana:s3cret@db/shop")).fails(
            2,
            &format!(
                "dev_postgres: {missing} is not set, but {set} is\n  \
                 hint: Set {missing}, or its parts {parts}, in .env as well; the private local PostgreSQL is used only where neither database is set."
            ),
        );
    }
}

#[test]
fn a_malformed_url_is_named_without_its_value() {
    #[track_caller]
    fn case(url: &str, reason: &str) {
        let folder = tempfile::tempdir().unwrap();
        let mut command = status(folder.path());
        command.env("DATABASE_URL", url).env("OLD_DATABASE_URL", url);
        let expected = format!("dev_postgres: DATABASE_URL {reason}");
        run(&mut command).fails(2, &expected);
    }
    let hint = format!("\n  hint: {FORM}");
    case("mysql://ana:s3cret@db/x", &format!("does not begin with postgresql://{hint}"));
    case("s3cret", &format!("is neither a URL (postgresql://…) nor keyword=value pairs{hint}"));
    case(
        "postgresql://ana:s3cret@db:port/x",
        &format!("has a port that is not a number from 1 to 65535{hint}"),
    );
    case("password='s3cret", &format!("has a quote that is not closed{hint}"));
    case(
        "postgresql://ana:s3cret@db/x?sslmod=require",
        "has the parameter `sslmod`, which is not supported",
    );
    case(
        "postgresql://ana:s3cret@db/x?sslmode=always",
        "has an sslmode that is not one of disable, allow, prefer, require, verify-ca, verify-full",
    );
}

#[test]
fn no_server() {
    let lab = Lab::new();
    // Nobody listens on port 1; the system's own words differ from one to the other.
    let refusal = TcpStream::connect("127.0.0.1:1").unwrap_err();
    let mut command = lab.command("dev_postgres", &["status"]);
    lab.project("shop");
    run(command.env("OLD_DATABASE_URL", "postgresql://ana:s3cret@127.0.0.1:1/shop")).fails(
        1,
        &format!(
            "dev_postgres: cannot connect to the database shop at 127.0.0.1:1\n  \
             detail: {refusal}\n  \
             hint: Is the server running there? The address comes from OLD_DATABASE_URL."
        ),
    );
}

#[test]
fn wrong_password() {
    let lab = Lab::new();
    let role = Role::new(&lab, "right");
    let url = format!("postgresql://{}:s3cret@{}/{}", role.name, role.address(), lab.new);
    let mut command = status(lab.folder.path());
    run(command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url)).fails(
        1,
        &format!(
            "dev_postgres: the server at {} refuses user `{name}`\n  \
             detail: PostgreSQL says: password authentication failed for user \"{name}\" (28P01)\n  \
             hint: User and password come from OLD_DATABASE_URL, PGPASSWORD or the password file.",
            role.address(),
            name = role.name
        ),
    );
}

#[test]
fn missing_database() {
    let lab = Lab::new();
    let mut command = status(lab.folder.path());
    command.env("DATABASE_URL", lab.url("no such")).env("OLD_DATABASE_URL", lab.url(&lab.old));
    Run::of(&mut command, &lab.password()).fails(
        1,
        &format!(
            "dev_postgres: the database `no such` does not exist at 127.0.0.1:{}\n  \
             detail: PostgreSQL says: database \"no such\" does not exist (3D000)\n  \
             hint: Create it with `psql -c 'CREATE DATABASE \"no such\"'` on that server, or correct DATABASE_URL.",
            lab.port()
        ),
    );
}

#[test]
fn missing_project() {
    let lab = Lab::new();
    lab.run("dev_postgres", &["status", "--project", "sql/nowhere"]).fails(
        2,
        "dev_postgres: the project folder sql/nowhere does not exist\n  \
         hint: --project or PROJECT names one folder under sql/, such as sql/shop.",
    );
}

#[test]
fn urls_of_other_drivers_are_accepted() {
    let lab = Lab::new();
    for scheme in ["postgres", "postgresql+asyncpg", "postgresql+psycopg2"] {
        let url = lab.url(&lab.new).replacen("postgresql", scheme, 1);
        let mut command = status(lab.folder.path());
        command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url);
        Run::of(&mut command, &lab.password()).ok();
    }
}

#[test]
fn a_password_may_hold_any_character() {
    let lab = Lab::new();
    let password = "s3cret@#%/$ :?&='\"\\é";
    let role = Role::new(&lab, password);
    let encoded: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for written in [password, encoded.as_str()] {
        let url =
            format!("postgresql+asyncpg://{}:{written}@{}/{}", role.name, role.address(), lab.new);
        let mut command = status(lab.folder.path());
        run(command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url)).ok();
    }
    let mut command = status(lab.folder.path());
    for side in ["OLD", "NEW"] {
        command
            .env(format!("{side}_DB_USER"), &role.name)
            .env(format!("{side}_DB_PASSWORD"), password)
            .env(format!("{side}_DB_HOST"), "127.0.0.1")
            .env(format!("{side}_DB_PORT"), lab.port().to_string())
            .env(format!("{side}_DB_NAME"), &lab.new);
    }
    run(&mut command).ok();
}

#[test]
fn dotenv_is_read_and_the_environment_wins() {
    let lab = Lab::new();
    let role = Role::new(&lab, "s3cret@#%/$ :");
    let parts = ["OLD", "NEW"].map(|side| {
        format!(
            "{side}_DB_USER='{}'\n{side}_DB_PASSWORD='s3cret@#%/$ :'\n{side}_DB_HOST=127.0.0.1\n\
             {side}_DB_PORT={}\n{side}_DB_NAME='{}'\n",
            role.name,
            lab.port(),
            lab.new
        )
    });
    lab.write(".env", &parts.concat());
    let said = run(&mut status(lab.folder.path()));
    assert!(said.ok().contains(&format!("new  {} at ", lab.new)), "{said}");

    // A folder below is served by the same file; the environment wins.
    let below = lab.path("sql");
    fs::create_dir(&below).unwrap();
    let said = run(status(&below).env("OLD_DB_NAME", &lab.old));
    assert!(said.ok().contains(&format!("old  {} at ", lab.old)), "{said}");
    assert!(said.ok().contains(&format!("new  {} at ", lab.new)), "{said}");

    // A URL wins over its parts, wherever it is.
    lab.write(".env", &format!("{}OLD_DATABASE_URL='postgresql://db:s3cret/x'\n", parts.concat()));
    run(&mut status(lab.folder.path())).fails(
        2,
        &format!("dev_postgres: OLD_DATABASE_URL has a port that is not a number from 1 to 65535\n  hint: {FORM}"),
    );
}

#[test]
fn a_bad_line_of_dotenv_is_named_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "PROJECT=sql/shop\nNEW_DB_PASSWORD='s3cret\n").unwrap();
    run(&mut status(folder.path())).fails(
        2,
        "dev_postgres: .env: the value of NEW_DB_PASSWORD cannot be read\n  \
         hint: Put the value in single quotes, as in .env.example.",
    );
}

#[test]
fn dotenv_example_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(Lab::repository().join(".env.example"), folder.path().join(".env")).unwrap();
    let run = run(&mut status(folder.path()));
    assert!(run.stderr.starts_with("dev_postgres: DATABASE_URL is not set\n"), "{run}");
}

#[test]
fn every_line_of_dotenv_example_can_be_uncommented() {
    let folder = tempfile::tempdir().unwrap();
    let example = fs::read_to_string(Lab::repository().join(".env.example")).unwrap();
    let settings: Vec<&str> = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| line.contains("='") && !line.starts_with(' '))
        .collect();
    assert!(settings.len() > 20);
    for setting in settings {
        fs::write(folder.path().join(".env"), format!("{setting}\n")).unwrap();
        let run = run(&mut status(folder.path()));
        assert!(!run.stderr.contains(".env:"), "{setting}\n{run}");
    }
}

#[test]
fn the_password_file_is_read() {
    let lab = Lab::new();
    let role = Role::new(&lab, "s3cret:\\x");
    let file = lab.write(
        "passwords",
        &format!(
            "# host:port:database:user:password\n127.0.0.1:{}:*:{}:s3cret\\:\\\\x\n",
            lab.port(),
            role.name
        ),
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let url = format!("postgresql://{}@{}/{}", role.name, role.address(), lab.new);
    let mut command = status(lab.folder.path());
    command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url);
    run(command.env("PGPASSFILE", &file)).ok();

    fs::rename(&file, lab.path(".pgpass")).unwrap();
    let mut command = status(lab.folder.path());
    run(command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url)).ok();
}

#[test]
fn the_service_file_is_read() {
    let lab = Lab::new();
    let role = Role::new(&lab, "s3cret");
    let file = lab.write(
        "services",
        &format!(
            "[other]\nhost=nowhere\n\n# the shop\n[shop]\nhost=127.0.0.1\nport={}\nuser={}\npassword=s3cret\n",
            lab.port(),
            role.name
        ),
    );
    let mut command = status(lab.folder.path());
    command.env("PGSERVICEFILE", &file).env("PGSERVICE", "shop");
    run(command.env("NEW_DB_NAME", &lab.new).env("OLD_DB_NAME", &lab.old)).ok();
    run(command.env("PGSERVICE", "ship")).fails(
        2,
        &format!(
            "dev_postgres: NEW_DB_* uses the service `ship`, which is not a section of {}",
            file.display()
        ),
    );
}

#[test]
fn statements_are_logged_on_request() {
    let lab = Lab::new();
    let mut command = status(lab.folder.path());
    command.env("DATABASE_URL", lab.url(&lab.new)).env("OLD_DATABASE_URL", lab.url(&lab.old));
    let run = Run::of(command.env("ENABLE_QUERY_LOGGING", "true"), &lab.password());
    run.ok();
    let logged = run.stderr.lines().filter(|line| line.contains(" ms  SELECT ")).count();
    assert_eq!(logged, 2, "{run}");
}
