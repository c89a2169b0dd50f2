//! dev_postgres: a private PostgreSQL wherever the clone is, and one that leaves nothing behind.

pub mod home;
mod reset;
mod run;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use home::{Home, kill, process_list};

use crate::harness::{Run, command_in};

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
    let absent = format!("dev_postgres: PostgreSQL {version} in .pg is not running\n");
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
        let mut psql = Command::new("psql");
        psql.args([&url, "-XAtc", "SELECT current_database()"]);
        // A password in the environment would win over the file, for libpq and for us.
        let output = psql.env_remove("PGPASSWORD").output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), name);
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

    // Removed without a stop, and cloned again to the same place.
    fs::remove_dir_all(home.folder.join(".pg")).unwrap();
    assert!(home.run(&["start"]).ok().contains(" started in .pg "));
    assert_eq!(home.sql("SELECT 1"), "1");
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

/// The caller's variables of libpq mean other servers.
#[test]
fn what_the_shell_says_of_other_servers_does_not_reach_the_private_one() {
    let home = Home::new();
    let outer = [
        ("PGOPTIONS", "-c nosuch=1"),
        ("PGUSER", "nobody"),
        ("PGHOST", "no.such.host.invalid"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGDATABASE", "nothing"),
        ("PGPASSWORD", "wrong"),
        ("PGSERVICE", "nowhere"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", "/nowhere"),
        ("PGCHANNELBINDING", "require"),
        ("PGTARGETSESSIONATTRS", "read-only"),
        ("PGGSSENCMODE", "require"),
        ("PGREQUIREAUTH", "none"),
        ("PGCONNECT_TIMEOUT", "soon"),
    ];
    let run = |arguments: &[&str]| {
        let run = Run::of(home.command(arguments).envs(outer), "no password is known yet");
        run.ok();
        run
    };
    run(&["start"]);
    run(&["status"]);
    let shown = run(&["shell", "--", "-XAtqc", "SELECT current_user, current_database()"]);
    assert_eq!(shown.stdout, "postgres|new_good_db\n");
    run(&["reset", "--yes"]);
    run(&[
        "run",
        "--",
        "sh",
        "-c",
        "test -z \"$PGOPTIONS$PGSERVICE$PGHOSTADDR$PGTARGETSESSIONATTRS\"",
    ]);
    run(&["stop"]);
}

#[test]
fn a_folder_without_programs_is_refused_with_what_to_name() {
    let home = Home::new();
    let empty = tempfile::tempdir().unwrap();
    for folder in [empty.path().display().to_string(), "/nowhere".to_owned()] {
        home.run(&["start", "--bindir", &folder]).fails(
            1,
            &format!(
                "dev_postgres: PostgreSQL's server programs (initdb, postgres) are not in {folder}\n  \
                 hint: Leave out --bindir, or name the folder that holds `postgres` and `initdb`."
            ),
        );
    }
}

#[test]
fn programs_that_have_gone_are_named_with_the_line_that_installs_them() {
    let home = Home::new();
    home.run(&["start"]).ok();
    home.run(&["stop"]).ok();
    let record = home.folder.join(".pg/cluster.toml");
    let text = fs::read_to_string(&record).unwrap();
    let gone = text.replace(&format!("\"{}\"", home.recorded("binaries")), "\"/nowhere\"");
    fs::write(&record, gone).unwrap();
    let run = home.run(&["status"]);
    run.exits(1);
    let primary = "dev_postgres: PostgreSQL's server programs (initdb, postgres) are not in /nowhere\n  hint: ";
    assert!(run.stderr.starts_with(primary), "{run}");
    fs::write(&record, text).unwrap();
}

#[test]
fn no_log_and_no_process_list_holds_the_password() {
    let home = Home::new();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::Relaxed) {
                seen.push(process_list());
                thread::sleep(Duration::from_millis(2));
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
