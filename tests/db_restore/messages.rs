//! Each thing that can be in the way is said, and nothing was changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{SHOP, Shop};
use crate::db_backup::sealed;
use crate::dev_postgres::home::Home;
use crate::harness::Run;

#[test]
fn somebody_connected_is_named_and_nothing_is_restored_twice() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    shop.back_up();
    let content = shop.content(&shop.new);
    let mut user = shop.connect(&shop.new);
    user.batch_execute("SET application_name = 'web-1'; BEGIN").unwrap();
    let run = shop.restore(&[]);
    run.exits(1);
    let start = format!(
        "db_restore: 1 session is connected to `{}`, which is to be replaced\n  detail: ",
        shop.new
    );
    assert!(run.stderr.starts_with(&start), "{run}");
    assert!(run.stderr.contains(" web-1 from 127.0.0.1, idle in transaction since "), "{run}");
    assert!(
        run.stderr.ends_with(&format!(
            "\n  hint: Disconnect them, or let --disconnect do it. `{0}` is unchanged; the restored database is ready as `{0}_restoring`, and the same command finishes.\n",
            shop.new
        )),
        "{run}"
    );
    assert_eq!(shop.content(&shop.new), content);
    user.batch_execute("COMMIT").unwrap();

    let again = shop.restore(&["--disconnect"]);
    again.ok();
    let ready = format!("db_restore: `{}_restoring` is ready from an earlier run\n", shop.new);
    assert_eq!(again.stderr, ready);
    assert!(user.batch_execute("SELECT 1").is_err(), "the session was ended");
}

#[test]
fn a_damaged_file_is_named_before_anything_is_restored() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let backup = shop.back_up();
    let file = shop.path(&format!("{}/data/public.users.1.copy.gz", backup.display()));
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    shop.restore(&[]).fails(
        1,
        &format!(
            "db_restore: {}: data/public.users.1.copy.gz does not match its SHA-256\n  hint: Nothing was restored; the database `{}` is unchanged. `db_restore list` shows the other backups.",
            backup.display(),
            shop.new
        ),
    );
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn a_backup_of_another_database_needs_the_name_said() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    let backup = shop.back_up();
    let mut command = shop.command("db_restore", &["--old", &backup.to_string_lossy()]);
    Run::of(&mut command, &shop.password()).fails(
        2,
        &format!(
            "db_restore: {}: the backup is of `{new}`, and OLD_DATABASE_URL names `{}`\n  hint: `--to {new}` restores it under its own name, --to NAME under another. Nothing was changed.",
            backup.display(),
            shop.old,
            new = shop.new
        ),
    );
    // A check takes nobody's place.
    shop.restore(&["--old", "--check", &backup.to_string_lossy()]).ok();
    let mut command = shop.command("db_restore", &["--old"]);
    Run::of(&mut command, &shop.password()).fails(
        2,
        &format!(
            "db_restore: there is no backup of the database `{}` in backups\n  hint: `db_backup` makes one; --dir or BACKUP_DIR names another folder.",
            shop.old
        ),
    );
}

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    shop.back_up();
    let mut command = shop.command("db_restore", &[]);
    command.env("DATABASE_URL", shop.url(&shop.new).replace(&shop.password(), "wr0ng"));
    let run = Run::of(&mut command, "wr0ng");
    run.exits(1);
    let start = format!(
        "db_restore: the server at 127.0.0.1:{} refuses user `{}`\n",
        shop.port(),
        shop.user()
    );
    assert!(run.stderr.starts_with(&start), "{run}");
}

#[test]
fn who_may_not_create_databases_is_told_who_grants_it() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    shop.back_up();
    let role = format!("{}_clerk", shop.new);
    shop.execute("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD 'clerk'"));
    let mut command = shop.command("db_restore", &[]);
    let url = shop.url(&shop.new);
    let (_, place) = url.split_once('@').unwrap();
    command.env("DATABASE_URL", format!("postgresql://{role}:clerk@{place}"));
    let run = Run::of(&mut command, "no password is in it");
    shop.execute("postgres", &format!("DROP ROLE {role}"));
    run.fails(
        1,
        &format!(
            "db_restore: the user `{role}` may not create databases at 127.0.0.1:{}\n  hint: A superuser grants it by `ALTER ROLE \"{role}\" CREATEDB`, or restore as another user. Nothing was changed.",
            shop.port()
        ),
    );
}

#[test]
fn a_missing_role_is_named_with_the_file_that_creates_it() {
    let shop = Shop::new();
    let role = format!("{}_gone", shop.new);
    shop.execute("postgres", &format!("CREATE ROLE {role}"));
    shop.execute(&shop.new, &format!("CREATE TABLE t (id int); ALTER TABLE t OWNER TO {role}"));
    let backup = shop.back_up();
    shop.execute(&shop.new, "DROP TABLE t");
    shop.execute("postgres", &format!("DROP ROLE {role}"));
    shop.restore(&[]).fails(
        1,
        &format!(
            "db_restore: {0}: a role is in the backup but not on the server at 127.0.0.1:{1}: {role}\n  hint: {0}/globals.sql creates them, without passwords: `psql -f {0}/globals.sql`. Nothing was changed.",
            backup.display(),
            shop.port()
        ),
    );
    assert_eq!(shop.beside(), Vec::<String>::new());
}

const INSTALL: &str = "Install the client programs of PostgreSQL MAJOR: `apt-get install postgresql-client-MAJOR`, `dnf install postgresqlMAJOR`, `brew install postgresql@MAJOR`; or name their folder with --bindir. Nothing was changed.";

/// The server's major version.
fn major(shop: &Shop) -> i32 {
    shop.value(&shop.new, "SHOW server_version_num").parse::<i32>().expect("a number") / 10_000
}

#[test]
fn pg_restore_missing_or_too_old_is_said_with_what_installs_it() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    shop.back_up();
    let major = major(&shop);
    let install = INSTALL.replace("MAJOR", &major.to_string());
    shop.restore(&["--bindir", "/nowhere"]).fails(
        2,
        &format!(
            "db_restore: pg_restore is not found\n  detail: looked in /nowhere\n  hint: {install}"
        ),
    );
    let program =
        shop.write("old/pg_restore", "#!/bin/sh\necho 'pg_restore (PostgreSQL) 9.6.24'\n");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let older = |whose: &str| {
        format!(
            "db_restore: pg_restore is older than {whose}\n  detail: {} is version 9.6.24\n  hint: {install}",
            program.display()
        )
    };
    let folder = shop.path("old").display().to_string();
    shop.restore(&["--bindir", &folder])
        .fails(2, &older(&format!("the backup's pg_dump, which is {major}")));
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn a_backup_of_a_newer_postgresql_is_refused() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    let backup = shop.back_up();
    let (this, newer) = (major(&shop), major(&shop) + 1);
    let manifest = shop.path(&format!("{}/manifest.json", backup.display()));
    let text = fs::read_to_string(&manifest).unwrap();
    let version = |major: i32| format!("\"server_version_num\": {major}");
    let edited = text.replace(&version(this), &version(newer));
    fs::write(&manifest, sealed(&edited)).unwrap();
    shop.restore(&[]).fails(
        1,
        &format!(
            "db_restore: {}: the backup is of PostgreSQL {newer}, and the server at 127.0.0.1:{} is PostgreSQL {this}\n  hint: Restore it to PostgreSQL {newer} or newer: what is new in a version does not exist in an older one. Nothing was changed.",
            backup.display(),
            shop.port()
        ),
    );
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn what_another_restore_has_left_is_named_and_dropped_only_when_told() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    let first = shop.back_up();
    let _user = shop.connect(&shop.new);
    shop.restore(&[]).exits(1);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    shop.back_up();
    let run = shop.restore(&["--disconnect"]);
    run.exits(1);
    let name = first.file_name().unwrap().to_string_lossy().into_owned();
    let start = format!(
        "db_restore: `{}_restoring` holds what another restore left behind\n  detail: {name} (",
        shop.new
    );
    assert!(run.stderr.starts_with(&start), "{run}");
    let hint = format!(
        "  hint: Restore that backup to finish it, or `db_restore discard` drops `{}_restoring` and nothing else. Nothing was changed.\n",
        shop.new
    );
    assert!(run.stderr.ends_with(&hint), "{run}");
    shop.restore(&["--disconnect", "--discard"]).exits(2);

    // The hint leads to no more than it says: the live database stays the one that it is.
    let live = format!("SELECT oid FROM pg_database WHERE datname = '{}'", shop.new);
    let oid = shop.value("postgres", &live);
    let dropped = shop.restore(&["discard"]);
    let start = format!("dropped {}_restoring: {name} (", shop.new);
    assert!(dropped.ok().starts_with(&format!("db_restore: {start}")), "{dropped}");
    assert_eq!(shop.value("postgres", &live), oid);
    assert_eq!(shop.beside(), Vec::<String>::new());
    let none = shop.restore(&["discard"]);
    assert_eq!(none.ok(), "");
    let said =
        format!("db_restore: no interrupted restore of `{}` left anything behind\n", shop.new);
    assert_eq!(none.stderr, said);
    shop.restore(&["--disconnect"]).ok();
}

#[test]
fn the_list_shows_when_and_how_much() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let backup = shop.back_up();
    let run = shop.restore(&["list"]);
    let name = backup.file_name().unwrap().to_string_lossy().into_owned();
    assert!(run.ok().starts_with(&format!("  {name}         152,001 rows  20")), "{run}");
    let mut command = shop.command("db_restore", &["list", "--dir", "nowhere"]);
    let none = Run::of(&mut command, &shop.password());
    assert_eq!(none.ok(), "");
    assert_eq!(none.stderr, "db_restore: there is no backup in nowhere\n");
}

#[test]
fn a_function_that_needs_a_search_path_is_named_and_can_be_given_one() {
    let shop = Shop::new();
    shop.execute(
        &shop.new,
        "CREATE FUNCTION helper(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
         CREATE FUNCTION fits(n int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN helper(n) > 0; END';
         CREATE TABLE t (id int CHECK (fits(id))); INSERT INTO t VALUES (1)",
    );
    shop.back_up();
    shop.restore(&[]).fails(
        1,
        &format!(
            "db_restore: public.t cannot be filled\n  \
             detail: function helper(integer) does not exist (42883)\n  \
             detail: PL/pgSQL function public.fits(integer) line 1 at RETURN\n          COPY t, line 1: \"1\"\n  \
             detail: `{0}` is unchanged; what is restored stays in `{0}_restoring`, and the same command goes on.\n  \
             hint: A restore runs with an empty search path, as pg_restore does: a function that names things without their schema needs `ALTER FUNCTION … SET search_path = …`, in `{0}_restoring` for this restore and in the live database for later ones.",
            shop.new
        ),
    );
    shop.execute(
        &format!("{}_restoring", shop.new),
        "ALTER FUNCTION fits(int) SET search_path = public",
    );
    shop.restore(&[]).ok();
    assert_eq!(shop.rows(&shop.new, "SELECT id FROM t"), ["1"]);
}

#[test]
fn the_database_one_works_from_is_restored_and_a_template_is_not() {
    let home = Home::new();
    home.run(&["start"]).ok();
    let shop = Shop::on(&home.url("postgres"));
    shop.execute("postgres", "CREATE TABLE t AS SELECT 1 AS id");
    let run = |binary: &str, arguments: &[&str]| {
        let mut command = shop.command(binary, arguments);
        Run::of(command.env("DATABASE_URL", shop.url("postgres")), &shop.password())
    };
    run("db_backup", &[]).ok();
    shop.execute("postgres", "DROP TABLE t");
    for name in ["template0", "template1"] {
        run("db_restore", &["--to", name]).fails(
            2,
            &format!(
                "db_restore: `{name}` is a template, which the server makes new databases from\n  \
                 hint: It is not replaced: --to NAME restores to another database. Nothing was changed."
            ),
        );
    }
    // Statements are sent from template1 meanwhile.
    let restored = run("db_restore", &[]);
    assert!(restored.ok().starts_with("db_restore: postgres is back as of "), "{restored}");
    assert_eq!(shop.rows("postgres", "SELECT id FROM t"), ["1"]);
    run("db_restore", &["drop-old"]).ok();

    shop.execute(&shop.new, "ALTER DATABASE template1 WITH is_template false");
    shop.execute(&shop.new, "DROP DATABASE template1");
    run("db_restore", &[]).fails(
        1,
        &format!(
            "db_restore: there is no database to work from while `postgres` is restored\n  \
             detail: the database `template1` does not exist at 127.0.0.1:{}\n  \
             hint: db_restore connects to a database other than the restored one: create one named `postgres`. Nothing was changed.",
            shop.port()
        ),
    );
}

#[test]
fn a_backup_that_is_still_being_written_is_not_restored() {
    let shop = Shop::new();
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    let backup = shop.path(&shop.back_up().display().to_string());
    let name = backup.file_name().unwrap().to_string_lossy().into_owned();
    let partial = backup.with_file_name(format!(".{name}.partial"));
    fs::rename(&backup, &partial).unwrap();
    let writer = fs::File::open(&partial).unwrap();
    writer.lock().unwrap();
    shop.restore(&[&name]).fails(
        1,
        &format!(
            "db_restore: backups/.{name}.partial: the backup is still being written\n  \
             hint: It gets its name when it is whole; wait for its db_backup to end."
        ),
    );
    assert_eq!(shop.beside(), Vec::<String>::new());
}
