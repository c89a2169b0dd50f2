//! What a tired person reads when no backup could be made.

use std::os::unix::fs::PermissionsExt;

use super::{SHOP, back_up, command, db_backup, left};
use crate::harness::{Lab, Run};

const INSTALL: &str = "Install the client programs of PostgreSQL MAJOR: `apt-get install postgresql-client-MAJOR`, `dnf install postgresqlMAJOR`, `brew install postgresql@MAJOR`; or name their folder with --bindir. Nothing was written.";

fn install(lab: &Lab) -> String {
    let number: i32 = lab.value(&lab.new, "SHOW server_version_num").parse().expect("a number");
    INSTALL.replace("MAJOR", &(number / 10000).to_string())
}

#[test]
fn pg_dump_is_missing() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("empty")).unwrap();
    let folder = lab.path("empty").display().to_string();
    db_backup(&lab, &["--bindir", &folder]).fails(
        2,
        &format!(
            "db_backup: pg_dump is not found\n  detail: looked in {folder}\n  hint: {}",
            install(&lab)
        ),
    );
    assert_eq!(left(&lab), Vec::<String>::new());
}

#[test]
fn pg_dump_is_older_than_the_server() {
    let lab = Lab::new();
    let program = lab.write("old/pg_dump", "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let server = lab.value(&lab.new, "SHOW server_version");
    let server = server.split_whitespace().next().unwrap();
    db_backup(&lab, &["--bindir", &lab.path("old").display().to_string()]).fails(
        2,
        &format!(
            "db_backup: pg_dump is older than the server, which is {server}\n  detail: {} is version 9.6.24\n  hint: {}",
            program.display(),
            install(&lab)
        ),
    );
}

#[test]
fn the_role_may_not_read_a_table_or_sequence() {
    let lab = Lab::new();
    let role = format!("{}_reader", lab.new);
    lab.execute(
        &lab.new,
        &format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'a secret'; CREATE TABLE open (id int);
             CREATE TABLE salaries (id int); CREATE TABLE letters (id int); CREATE SEQUENCE numbers;
             GRANT SELECT ON open TO {role}"
        ),
    );
    let run = || {
        let mut command = command(&lab, &[]);
        let url = lab.url(&lab.new);
        let (_, place) = url.split_once('@').unwrap();
        command.env("DATABASE_URL", format!("postgresql://{role}:a secret@{place}"));
        Run::of(&mut command, "a secret")
    };
    let refused = run();
    lab.execute(&lab.new, &format!("GRANT SELECT ON salaries, letters TO {role}"));
    let sequence = run();
    lab.execute(
        &lab.new,
        &format!("GRANT SELECT ON numbers TO {role}; ALTER TABLE open ENABLE ROW LEVEL SECURITY"),
    );
    let hidden = run();
    lab.execute(&lab.new, "ALTER TABLE open DISABLE ROW LEVEL SECURITY");
    let allowed = run();
    lab.execute(&lab.new, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));

    refused.fails(1, &format!("db_backup: the role `{role}` may not read public.letters, public.salaries\n  hint: GRANT pg_read_all_data lets a role read everything; --exclude-table-data leaves a table's rows out. Nothing was written."));
    sequence.fails(1, &format!("db_backup: the role `{role}` may not read the sequence public.numbers\n  hint: GRANT SELECT on it, or back up as another role. Nothing was written."));
    hidden.fails(1, &format!("db_backup: row security hides rows of public.open from the role `{role}`\n  hint: Back up as the owner of the tables or as a role with BYPASSRLS. Nothing was written."));
    allowed.ok();
    assert_eq!(left(&lab).len(), 1, "only the last one");
}

#[test]
fn a_backup_still_being_written_and_one_that_never_was_finished() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    let name = backup.file_name().unwrap().to_string_lossy().into_owned();
    let partial = lab.path(&format!("backups/.{name}.partial"));
    std::fs::rename(&backup, &partial).unwrap();
    db_backup(&lab, &["verify", &name]).fails(1, &format!(
        "db_backup: backups/.{name}.partial: the backup was not finished\n  hint: Its db_backup ended too early; the next one removes what is left of it."
    ));
    let writer = std::fs::File::open(&partial).unwrap();
    writer.lock().unwrap();
    db_backup(&lab, &["verify", &name]).fails(1, &format!(
        "db_backup: backups/.{name}.partial: the backup is still being written\n  hint: It gets its name when it is whole; wait for its db_backup to end."
    ));
    assert!(db_backup(&lab, &["list"]).ok().starts_with("db_backup: 0 backups in backups\n"));
    let next = db_backup(&lab, &[]);
    next.ok();
    assert_eq!(next.stderr, "", "a living run's folder is left alone");
    drop(writer);
    let next = db_backup(&lab, &[]);
    next.ok();
    assert_eq!(
        next.stderr,
        format!("db_backup: removed backups/.{name}.partial, which its db_backup did not finish\n")
    );
    assert!(!partial.exists());
}

#[test]
fn there_is_no_such_backup() {
    let lab = Lab::new();
    db_backup(&lab, &["verify", "shop"]).fails(2, "db_backup: there is no backup `shop` in backups\n  hint: `db_backup list` shows the backups; a path works too.");
    db_backup(&lab, &["show"]).fails(2, &format!(
        "db_backup: there is no backup of the database `{}` in backups\n  hint: `db_backup` makes one; --dir or BACKUP_DIR names another folder.",
        lab.new
    ));
}

#[test]
fn a_table_that_stays_locked_is_named() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE busy (id int)");
    let mut other = lab.connect(&lab.new);
    other.batch_execute("BEGIN; LOCK TABLE busy").unwrap();
    let run = db_backup(&lab, &["--lock-wait", "1"]);
    run.exits(1);
    assert!(
        run.stderr.ends_with("db_backup: a table is locked by others\n  detail: canceling statement due to lock timeout (55P03)\n  hint: Somebody is changing it, or is waiting to: `SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'`. No backup was made.\n"),
        "{run}"
    );
    assert_eq!(left(&lab), Vec::<String>::new());
}

/// In `--help` and in the README alike.
#[test]
fn what_a_backup_is_not_is_said_plainly() {
    let readme = std::fs::read_to_string(Lab::repository().join("README.md")).unwrap();
    let lab = Lab::without_databases();
    let backup = lab.run("db_backup", &["--help"]).ok().replace('\n', " ");
    let restore = lab.run("db_restore", &["--help"]).ok().replace('\n', " ");
    for (place, text) in [("README", &readme), ("db_backup", &backup), ("db_restore", &restore)] {
        let text = text.to_lowercase();
        for said in
            ["point-in-time recovery", "physical", "pg_dumpall --globals-only", "without passwords"]
        {
            assert!(text.contains(said), "{place} does not say {said}");
        }
    }
}
