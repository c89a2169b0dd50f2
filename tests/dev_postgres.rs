//! dev_postgres: a private PostgreSQL wherever the clone is, and one that leaves nothing behind.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::harness::{Lab, Run, binary_path, command_in};

/// A folder with the shop's project in it, as a clone would have it; its server stops at the end.
struct Home {
    _parent: TempDir,
    folder: PathBuf,
}

impl Home {
    fn new() -> Home {
        Home::at("clone")
    }

    /// Below a temporary folder that every user may enter, as a clone in /srv would be.
    fn at(relative: &str) -> Home {
        let home = Home::closed(relative);
        allow_everybody(home._parent.path());
        home
    }

    /// Below a folder that only its owner may enter, as a clone in a home directory would be.
    fn closed(relative: &str) -> Home {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let folder = fs::canonicalize(parent.path()).unwrap().join(relative);
        fs::create_dir_all(folder.join("sql/shop")).unwrap();
        fs::write(folder.join("Makefile"), "").unwrap();
        let project = Lab::repository().join("sql/shop/project.toml");
        fs::copy(project, folder.join("sql/shop/project.toml")).unwrap();
        Home { _parent: parent, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command_in(&self.folder, "dev_postgres", arguments)
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Run {
        let run = Run::of(&mut self.command(arguments), "no password is known yet");
        if let Ok(password) = fs::read_to_string(self.folder.join(".pg/password")) {
            assert!(!run.to_string().contains(&password), "the password is in the output\n{run}");
        }
        run
    }

    #[track_caller]
    fn sql(&self, statement: &str) -> String {
        self.run(&["shell", "--", "-XAtqc", statement]).ok().trim().to_owned()
    }

    fn recorded(&self, key: &str) -> String {
        let text = fs::read_to_string(self.folder.join(".pg/cluster.toml")).unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap();
        line.split_once(" = ").unwrap().1.trim_matches('"').to_owned()
    }

    fn server_process(&self) -> u32 {
        let lock = Path::new(&self.recorded("data")).join("postmaster.pid");
        fs::read_to_string(lock).unwrap().lines().next().unwrap().parse().unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.folder.join(".pg/cluster.toml").exists() {
            drop(self.command(&["stop"]).output());
            let data = PathBuf::from(self.recorded("data"));
            if !data.starts_with(&self.folder) {
                drop(fs::remove_dir_all(data.parent().unwrap()));
            }
        }
    }
}

fn allow_everybody(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

fn kill(signal: &str, process: u32) {
    let killed = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(killed.success());
}

#[track_caller]
fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen within 30 s");
        thread::sleep(Duration::from_millis(20));
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_path_of_any_length_with_blanks_in_it_will_do() {
    let home = Home::at(&format!("my own/{}/{}", "long".repeat(40), "path".repeat(40)));
    assert!(home.folder.as_os_str().len() > 300);

    let started = home.run(&["start"]);
    let (version, port) = (home.recorded("version"), home.recorded("port"));
    let databases = "databases old_bad_db, new_good_db";
    assert_eq!(
        started.ok(),
        format!("dev_postgres: PostgreSQL {version} started in .pg (port {port}); {databases}\n")
    );
    assert_eq!(home.sql("SELECT current_database()"), "new_good_db");
    home.sql("CREATE TABLE kept AS SELECT 42 AS answer");
    assert_eq!(
        home.run(&["start"]).ok(),
        format!(
            "dev_postgres: PostgreSQL {version} already runs in .pg (port {port}); {databases}\n"
        )
    );
    let quiet = home.run(&["start", "--unless-configured"]);
    assert_eq!((quiet.ok(), quiet.stderr.as_str()), ("", ""));

    let stopped = format!("dev_postgres: PostgreSQL {version} in .pg stopped; its data stays\n");
    assert_eq!(home.run(&["stop"]).ok(), stopped);
    let absent = format!("dev_postgres: PostgreSQL {version} in .pg does not run\n");
    assert_eq!(home.run(&["status"]).exits(3), absent);
    assert_eq!(home.run(&["stop"]).ok(), absent);
    home.run(&["start"]).ok();
    assert_eq!(home.sql("SELECT answer FROM kept"), "42");
}

#[test]
fn status_and_url_say_where_the_databases_are() {
    let home = Home::new();
    home.run(&["start"]).ok();
    let port = home.recorded("port");

    let status = home.run(&["status"]);
    let process = home.server_process();
    let lines: Vec<&str> = status.ok().lines().collect();
    assert!(lines[0].contains(&format!("runs in .pg (port {port}, process {process}, data in")));
    assert!(lines[1].starts_with(&format!("  old  old_bad_db at 127.0.0.1:{port}  ")), "{status}");
    assert!(lines[2].starts_with(&format!("  new  new_good_db at 127.0.0.1:{port}  ")), "{status}");

    for (which, name) in [("old", "old_bad_db"), ("new", "new_good_db")] {
        let url = home.run(&["url", which]).ok().trim().to_owned();
        let passfile = home.folder.join(".pg/pgpass").display().to_string();
        assert_eq!(
            url,
            format!(
                "postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable&passfile={passfile}"
            )
        );
        // psql takes it as it is, and so do our own binaries.
        let psql = Command::new("psql").args([&url, "-XAtc", "SELECT current_database()"]).output();
        assert_eq!(String::from_utf8(psql.unwrap().stdout).unwrap().trim(), name);
        let elsewhere = tempfile::tempdir().unwrap();
        let mut command = command_in(elsewhere.path(), "dev_postgres", &["status", "--project"]);
        command.arg(home.folder.join("sql/shop"));
        command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url);
        Run::of(&mut command, &fs::read_to_string(home.folder.join(".pg/password")).unwrap()).ok();
    }
}

#[test]
fn two_clones_run_side_by_side_and_a_taken_port_is_left_alone() {
    let (one, other) = (Home::new(), Home::new());
    one.run(&["start"]).ok();
    other.run(&["start"]).ok();
    assert_ne!(one.recorded("port"), other.recorded("port"));
    one.sql("CREATE TABLE mine ()");
    assert_eq!(other.sql("SELECT to_regclass('mine') IS NULL"), "t");

    // The port is kept over a restart, unless somebody else has taken it meanwhile.
    let port = one.recorded("port");
    one.run(&["stop"]).ok();
    let squatter = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    one.run(&["start"]).ok();
    assert_ne!(one.recorded("port"), port);
    assert_eq!(one.sql("SELECT to_regclass('mine') IS NULL"), "f");
    drop(squatter);
}

#[test]
fn two_starts_at_once_make_one_cluster() {
    let home = Home::new();
    let spawn = || home.command(&["start"]).stdout(Stdio::piped()).spawn().unwrap();
    let both = [spawn(), spawn()].map(|start| start.wait_with_output().unwrap());
    let said = both.map(|output| String::from_utf8(output.stdout).unwrap()).concat();
    assert_eq!(
        (said.matches(" started in ").count(), said.matches(" already runs ").count()),
        (1, 1)
    );
}

#[test]
fn a_killed_server_does_not_prevent_the_next_start() {
    let home = Home::new();
    home.run(&["start"]).ok();
    home.sql("CREATE TABLE kept AS SELECT 42 AS answer");
    kill("-9", home.server_process());
    assert!(home.run(&["start"]).ok().contains(" started in .pg "));
    assert_eq!(home.sql("SELECT answer FROM kept"), "42");

    // After a reboot, the number in the lock file may be somebody else's: here, this test's.
    let lock = Path::new(&home.recorded("data")).join("postmaster.pid");
    let server = home.server_process();
    let text = fs::read_to_string(&lock).unwrap();
    kill("-9", server);
    fs::write(&lock, text.replacen(&server.to_string(), &std::process::id().to_string(), 1))
        .unwrap();
    assert_eq!(home.run(&["status"]).code, Some(3));
    assert!(home.run(&["start"]).ok().contains(" started in .pg "));
    assert_eq!(home.sql("SELECT answer FROM kept"), "42");
}

#[test]
fn root_clones_below_its_own_home_too() {
    let home = Home::closed("clone");
    home.run(&["start"]).ok();
    assert_eq!(home.sql("SELECT 1"), "1");
    let root = fs::metadata(home.folder.join(".pg")).unwrap().uid() == 0;
    // PostgreSQL refuses root, and nobody else may enter: then the data is elsewhere.
    assert_eq!(PathBuf::from(home.recorded("data")).starts_with(&home.folder), !root);
}

#[test]
fn other_databases_in_the_settings_are_left_in_peace() {
    let home = Home::new();
    for (name, value) in [("DATABASE_URL", "postgresql://db/x"), ("OLD_DB_NAME", "x")] {
        let mut start = home.command(&["start", "--unless-configured"]);
        let run = Run::of(start.env(name, value), "no password");
        assert_eq!((run.ok(), run.stderr.as_str()), ("", ""));
        assert!(!home.folder.join(".pg").exists());
    }
}

#[test]
fn missing_programs_are_named_with_the_line_that_installs_them() {
    let home = Home::new();
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().display().to_string();
    let run = home.run(&["start", "--bindir", &folder]);
    run.exits(1);
    let primary = format!(
        "dev_postgres: PostgreSQL's server programs (initdb, postgres) are not in {folder}\n  hint: "
    );
    assert!(run.stderr.starts_with(&primary), "{run}");
}

#[test]
fn run_hands_its_command_a_server_and_leaves_nothing_behind() {
    let home = Home::new();
    let temporary = tempfile::tempdir().unwrap();
    allow_everybody(temporary.path());
    let script = "psql -XAtc 'SELECT current_database()' && psql -XAtc 'SELECT current_database()' \
                  \"$OLD_DATABASE_URL\" && psql -XAtc 'SHOW fsync' \"$DATABASE_URL\" && exit 7";
    let mut command = home.command(&["run", "--", "sh", "-c", script]);
    let run = Run::of(command.env("TMPDIR", temporary.path()), "no password is known");
    assert_eq!(run.exits(7), "new_db\nold_db\noff\n");
    assert_eq!(entries(temporary.path()), Vec::<String>::new());

    let mut command = home.command(&["run", "--", "no-such-command"]);
    let run = Run::of(command.env("TMPDIR", temporary.path()), "no password is known");
    run.fails(2, "dev_postgres: no-such-command: No such file or directory (os error 2)");
    assert_eq!(entries(temporary.path()), Vec::<String>::new());
}

/// `run -- sh -c 'touch FOLDER/began; exec sleep 60'`, when it has begun.
fn sleeping_run(home: &Home, temporary: &Path) -> Child {
    let began = home.folder.join("began");
    drop(fs::remove_file(&began));
    let script = format!("touch '{}'; exec sleep 60", began.display());
    let mut command = home.command(&["run", "--", "sh", "-c", &script]);
    let child = command.env("TMPDIR", temporary).spawn().unwrap();
    wait_until("the command's begin", || began.exists());
    child
}

#[test]
fn a_signal_ends_the_command_and_removes_the_server() {
    let home = Home::new();
    let temporary = tempfile::tempdir().unwrap();
    allow_everybody(temporary.path());
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut run = sleeping_run(&home, temporary.path());
        kill(signal, run.id());
        assert_eq!(run.wait().unwrap().code(), Some(code));
        assert_eq!(entries(temporary.path()), Vec::<String>::new());
    }
}

#[test]
fn the_next_run_removes_what_a_killed_one_left_behind() {
    let home = Home::new();
    let temporary = tempfile::tempdir().unwrap();
    allow_everybody(temporary.path());
    let mut killed = sleeping_run(&home, temporary.path());
    let mut alive = sleeping_run(&home, temporary.path());
    kill("-9", killed.id());
    killed.wait().unwrap();
    assert_eq!(entries(temporary.path()).len(), 2);

    let mut command = home.command(&["run", "--", "true"]);
    let next = Run::of(command.env("TMPDIR", temporary.path()), "no password is known");
    next.ok();
    assert!(next.stderr.contains(", left behind by a killed run\n"), "{next}");
    let left = entries(temporary.path());
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with(&format!("pgrefit-run-{}-", alive.id())), "{left:?}");
    kill("-TERM", alive.id());
    alive.wait().unwrap();
}

#[test]
fn reset_asks_before_it_drops() {
    let home = Home::new();
    home.run(&["start"]).ok();
    home.sql("CREATE TABLE kept ()");
    let at = format!("127.0.0.1:{}", home.recorded("port"));
    let both = format!("old_bad_db at {at} and new_good_db at {at}");
    home.run(&["reset"]).fails(
        2,
        &format!(
            "dev_postgres: reset drops {both}, and there is no terminal to ask on\n  \
             hint: `--yes` answers beforehand. Nothing was changed."
        ),
    );
    let (code, said) = on_a_terminal(&home, "n\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains(&format!("dev_postgres: drop {both} with all that is in them? [y/N] ")),
        "{said}"
    );
    assert!(
        said.contains("dev_postgres: the answer was not yes\r\n  hint: Nothing was changed.\r\n")
    );
    assert_eq!(home.sql("SELECT to_regclass('kept')"), "kept");

    let (code, said) = on_a_terminal(&home, "y\n");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(home.sql("SELECT to_regclass('kept') IS NULL"), "t");

    home.sql("CREATE TABLE kept ()");
    assert_eq!(
        home.run(&["reset", "--yes"]).ok(),
        format!(
            "dev_postgres: old_bad_db at {at} was dropped and created anew; it is empty\n\
             dev_postgres: new_good_db at {at} was dropped and created anew; it is empty\n"
        )
    );
    assert_eq!(home.sql("SELECT to_regclass('kept') IS NULL"), "t");
}

/// `dev_postgres reset` on a pseudo-terminal, on which `answer` is typed.
fn on_a_terminal(home: &Home, answer: &str) -> (Option<i32>, String) {
    let reset = format!("'{}' reset", binary_path("dev_postgres").display());
    let mut command = home.command(&[]);
    let mut typed = Command::new("script");
    typed.args(["-qec", &reset, "/dev/null"]).current_dir(&home.folder);
    for (name, value) in command.env("SHELL", "/bin/sh").get_envs() {
        match value {
            Some(value) => typed.env(name, value),
            None => typed.env_remove(name),
        };
    }
    let mut child = typed.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keyboard = child.stdin.take().unwrap();
    keyboard.write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(keyboard);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn reset_refuses_a_database_that_is_not_private_until_it_is_named_once_more() {
    let lab = Lab::new();
    lab.project("shop");
    let at = format!("127.0.0.1:{}", lab.port());
    let (old, new) = (&lab.old, &lab.new);
    for database in [old, new] {
        lab.execute(database, "CREATE TABLE kept ()");
    }
    lab.run("dev_postgres", &["reset", "--yes"]).fails(
        2,
        &format!(
            "dev_postgres: the database {old} at {at} is not in the private cluster (OLD_DATABASE_URL)\n  \
             hint: `dev_postgres reset --name {old}` drops it all the same. Nothing was changed."
        ),
    );
    lab.run("dev_postgres", &["reset", "--name", "other"]).fails(
        2,
        &format!(
            "dev_postgres: there is no database `other` in the settings\n  \
             detail: {old} at {at}\n          {new} at {at}\n  \
             hint: Nothing was changed."
        ),
    );
    for database in [old, new] {
        assert_eq!(lab.value(database, "SELECT to_regclass('kept')"), "kept");
    }

    let shape = format!(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype \
         FROM pg_database WHERE datname = '{new}'"
    );
    let before = lab.rows("postgres", &shape);
    assert_eq!(
        lab.run("dev_postgres", &["reset", "--name", new]).ok(),
        format!("dev_postgres: {new} at {at} was dropped and created anew; it is empty\n")
    );
    assert_eq!(lab.value(new, "SELECT to_regclass('kept') IS NULL"), "t");
    assert_eq!(lab.value(old, "SELECT to_regclass('kept')"), "kept");
    assert_eq!(lab.rows("postgres", &shape), before);
}

#[test]
fn reset_does_not_drop_what_it_could_not_create_again() {
    let lab = Lab::new();
    lab.project("shop");
    let (new, role) = (&lab.new, format!("{}_owner", lab.new));
    lab.execute("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD 'pw{role}'"));
    lab.execute("postgres", &format!("ALTER DATABASE {new} OWNER TO {role}"));
    let mut command = lab.command("dev_postgres", &["reset", "--name", new]);
    let at = format!("127.0.0.1:{}", lab.port());
    let url = format!("postgresql://{role}:pw{role}@{at}/{new}");
    let run = Run::of(command.env("DATABASE_URL", url), &format!("pw{role}"));
    lab.execute(
        "postgres",
        &format!("ALTER DATABASE {new} OWNER TO {}; DROP ROLE {role}", lab.user()),
    );
    run.fails(
        1,
        &format!(
            "dev_postgres: the user `{role}` may not drop and create {new} at {at}\n  \
             hint: It takes the database's owner with the right CREATEDB. Nothing was changed."
        ),
    );
}

#[test]
fn no_log_and_no_process_list_holds_the_password() {
    let home = Home::new();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let list = Command::new("ps").args(["-eo", "args"]).output().unwrap();
                seen.push(String::from_utf8_lossy(&list.stdout).into_owned());
            }
            seen
        });
        home.run(&["start"]).ok();
        home.run(&["shell", "--", "-qc", "SELECT pg_sleep(0.3)"]).ok();
        home.run(&["status"]).ok();
        home.run(&["reset", "--yes"]).ok();
        home.run(&["run", "--", "sh", "-c", "echo $PGPASSWORD > password; sleep 0.3"]).ok();
        done.store(true, Ordering::Relaxed);
        sampler.join().unwrap()
    });
    let passwords = [".pg/password", "password"]
        .map(|file| fs::read_to_string(home.folder.join(file)).unwrap().trim().to_owned());
    let log = fs::read_to_string(home.folder.join(".pg/server.log")).unwrap();
    let listed = seen.concat();
    for program in ["initdb -D", "dev_postgres start", "psql -qc", "postgres -D"] {
        assert!(listed.contains(program), "{program} was not seen in {} samples", seen.len());
    }
    for password in passwords {
        assert_eq!(password.len(), 32);
        assert!(!listed.contains(&password), "the password is in the process list");
        assert!(!log.contains(&password), "the password is in the server's log");
    }
    for file in [".pg/password", ".pg/pgpass", ".pg/server.log"] {
        let mode = fs::metadata(home.folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}
