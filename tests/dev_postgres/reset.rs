//! Dropping databases: asked first, refused where a slip of the hand would cost data.

use std::io::Write;
use std::process::{Command, Stdio};

use super::home::Home;
use crate::harness::{Lab, Run, binary_path};

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
            "dev_postgres: reset would drop {both}, but there is no terminal to ask on\n  \
             hint: `--yes` confirms it in advance. Nothing was changed."
        ),
    );
    let (code, said) = on_a_terminal(&home, "n\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains(&format!("dev_postgres: drop {both} with all that is in them? [y/N] ")),
        "{said}"
    );
    assert!(said.contains("dev_postgres: not confirmed\r\n  hint: Nothing was changed.\r\n"));
    assert_eq!(home.sql("SELECT to_regclass('kept')"), "kept");

    let (code, said) = on_a_terminal(&home, "y\n");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(home.sql("SELECT to_regclass('kept') IS NULL"), "t");

    home.sql("CREATE TABLE kept ()");
    assert_eq!(
        home.run(&["reset", "--yes"]).ok(),
        format!(
            "dev_postgres: old_bad_db at {at} was dropped and created again; it is empty\n\
             dev_postgres: new_good_db at {at} was dropped and created again; it is empty\n"
        )
    );
    assert_eq!(home.sql("SELECT to_regclass('kept') IS NULL"), "t");
}

/// `dev_postgres reset` on a pseudo-terminal, on which `answer` is typed.
fn on_a_terminal(home: &Home, answer: &str) -> (Option<i32>, String) {
    let reset = format!("'{}' reset", binary_path("dev_postgres").display());
    let mut command = home.command(&[]);
    let mut typed = Command::new("script");
    typed.args(["-qec", &reset, "/dev/null"]).current_dir(&home.folder).env_clear();
    for (name, value) in command.env("SHELL", "/bin/sh").get_envs() {
        match value {
            Some(value) => typed.env(name, value),
            None => typed.env_remove(name),
        };
    }
    let mut child =
        typed.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script, of util-linux");
    let mut keyboard = child.stdin.take().expect("piped");
    keyboard.write_all(answer.as_bytes()).expect("a reader");
    let output = child.wait_with_output().expect("its end");
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
             hint: `dev_postgres reset --name {old}` or `make db-reset NAME={old}` drops it anyway. \
             Nothing was changed."
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
        format!("dev_postgres: {new} at {at} was dropped and created again; it is empty\n")
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
             hint: Only the database's owner with CREATEDB may do that. Nothing was changed."
        ),
    );
}
