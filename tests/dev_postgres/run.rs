//! A server for one command, which leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::Child;

use super::home::{Home, allow_everybody, entries, kill};
use crate::harness::Run;
use crate::tools::wait_until;

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
    let child = command.env("TMPDIR", temporary).spawn().expect("dev_postgres");
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
