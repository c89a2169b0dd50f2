//! What stops autogenerate, each in its own words, and nothing left behind.

use std::time::{Duration, Instant};

use super::verbs::{command, migrate};
use crate::harness::{Lab, Run};

/// Scratch databases of runs whose process is `pid`'s server process, or of any that ended.
fn scratch(lab: &Lab) -> Vec<String> {
    lab.rows(
        "postgres",
        "SELECT datname FROM pg_database WHERE datname LIKE 'pgrefit\\_scratch\\_%' ORDER BY 1",
    )
}

#[track_caller]
fn refused(lab: &Lab, code: i32, said: &str) {
    for arguments in [&["check"][..], &["revision", "--autogenerate", "-m", "x"]] {
        migrate(lab, arguments).fails(code, said);
    }
    assert!(!lab.path("sql/p/revisions").exists(), "nothing is written");
}

#[test]
fn an_error_in_a_schema_file_is_named_by_its_place() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_a.sql", "CREATE TABLE a (id int);\n");
    lab.write(
        "sql/p/schema/002_b.sql",
        "-- What: b.\n\nCREATE TABLE b (\n    id   int,\n    a_id integr\n);\n",
    );
    refused(
        &lab,
        1,
        "migrate_schema: sql/p/schema/002_b.sql:5:10: type \"integr\" does not exist (42704)
  5 |     a_id integr
    |          ^
  hint: It ran in a shadow database, which was dropped. Nothing was written.",
    );
    lab.write("sql/p/schema/002_b.sql", "CREATE TABLE b (id int;\n");
    refused(
        &lab,
        1,
        "migrate_schema: sql/p/schema/002_b.sql:1:23: syntax error at or near \";\" (42601)
  1 | CREATE TABLE b (id int;
    |                       ^
  hint: It ran in a shadow database, which was dropped. Nothing was written.",
    );
}

#[test]
fn statements_that_reach_beyond_the_database_are_refused_before_any_runs() {
    let lab = Lab::new();
    let cases = [
        ("CREATE ROLE x;", "CREATE ROLE"),
        ("  ALTER SYSTEM SET work_mem = '1GB';", "ALTER SYSTEM"),
        ("CREATE TABLESPACE x LOCATION '/tmp/x';", "CREATE TABLESPACE"),
        ("ALTER DATABASE x SET work_mem = '1GB';", "ALTER DATABASE"),
        ("GRANT pg_monitor TO x;", "GRANT OF A ROLE"),
        ("DROP OWNED BY x;", "DROP OWNED"),
        ("COMMENT ON DATABASE x IS 'y';", "COMMENT ON DATABASE"),
    ];
    for (sql, what) in cases {
        lab.write("sql/p/schema/001_a.sql", &format!("CREATE TABLE a (id int);\n{sql}\n"));
        let column = sql.len() - sql.trim_start().len() + 1;
        refused(
            &lab,
            2,
            &format!("migrate_schema: sql/p/schema/001_a.sql:2:{column}: {what} concerns the whole server, not this database
  hint: Such statements belong to whoever runs the server; schema files describe one database. Nothing was run."),
        );
    }
}

#[test]
fn a_circle_of_views_is_refused() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_a.sql", "CREATE VIEW a AS SELECT 1 AS n;\nCREATE VIEW b AS SELECT n FROM a;\nCREATE OR REPLACE VIEW a AS SELECT n FROM b;\n");
    let run = migrate(&lab, &["revision", "--autogenerate", "-m", "x"]);
    run.exits(1);
    assert!(
        run.stderr.contains("circle")
            && run.stderr.contains("public.a")
            && run.stderr.contains("public.b"),
        "{run}"
    );
    assert!(!lab.path("sql/p/revisions").exists(), "nothing is written");
}

#[test]
fn a_role_that_may_not_create_databases_is_told_what_to_do() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_a.sql", "CREATE TABLE a (id int);\n");
    let role = format!("{}_poor", lab.new);
    lab.execute(
        &lab.new,
        &format!(
            "CREATE ROLE {role} LOGIN PASSWORD '{}'; GRANT ALL ON SCHEMA public TO {role}",
            lab.password()
        ),
    );
    let url = lab.url(&lab.new).replace(&format!("//{}:", lab.user()), &format!("//{role}:"));
    let run = Run::of(command(&lab, &["check"]).env("DATABASE_URL", &url), &lab.password());
    run.fails(
        1,
        &format!("migrate_schema: role `{role}` may not create databases at 127.0.0.1:{}
  detail: the schema files are loaded into a shadow database, which is dropped again
  hint: `ALTER ROLE \"{role}\" CREATEDB`, or let SHADOW_DATABASE_URL name a server where it may. Nothing was written.", lab.port()),
    );
    let elsewhere = lab.url("postgres");
    let run = Run::of(
        command(&lab, &["check"]).env("DATABASE_URL", &url).env("SHADOW_DATABASE_URL", elsewhere),
        &lab.password(),
    );
    assert!(run.exits(3).contains("+ table  a"), "{run}");
    lab.execute("postgres", &format!("ALTER ROLE {role} CREATEDB"));
    let run = Run::of(
        command(&lab, &["revision", "--autogenerate", "-m", "a"]).env("DATABASE_URL", &url),
        &lab.password(),
    );
    run.ok();
    lab.execute(&lab.new, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_database_that_is_not_where_the_revisions_end_is_refused() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_a.sql", "CREATE TABLE a (id int);\n");
    lab.write("sql/p/revisions/aa1_a.sql", "-- revision: aa1\n-- down_revision: none\n-- message: a\n\n-- +upgrade\nCREATE TABLE a (id int);\n\n-- +downgrade\nDROP TABLE a;\n");
    let run = migrate(&lab, &["check"]);
    run.fails(
        1,
        &format!("migrate_schema: {} at 127.0.0.1:{} is at base, and the revisions go on to aa1
  hint: Run `migrate_schema upgrade` first: the comparison begins where the revisions end. Nothing was written.", lab.new, lab.port()),
    );
    std::fs::remove_dir_all(lab.path("sql/p/schema")).expect("a folder");
    migrate(&lab, &["check"]).fails(
        2,
        "migrate_schema: no schema files in sql/p/schema
  hint: They hold the desired state as plain SQL; `migrate_schema dump` writes that of a database. Nothing was written.",
    );
}

#[test]
fn a_killed_run_leaves_nothing_that_the_next_does_not_sweep() {
    let lab = Lab::new();
    lab.write("sql/p/schema/001_a.sql", "CREATE TABLE a (id int);\nSELECT pg_sleep(60);\n");
    let mut child = command(&lab, &["check"]).spawn().expect("a process");
    let sleeping = "SELECT datname FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND datname LIKE 'pgrefit\\_scratch\\_%' AND state = 'active'".to_string();
    let start = Instant::now();
    let name = loop {
        let found = lab.rows("postgres", &sleeping);
        if let Some(name) = found.into_iter().next() {
            break name;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "the run begins");
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().expect("a living process");
    child.wait().expect("its end");
    assert!(scratch(&lab).contains(&name), "a kill leaves it");
    lab.write("sql/p/schema/001_a.sql", "CREATE TABLE a (id int);\n");
    // The server's own process notices the kill first.
    let owner = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = ('x' || right(DATABASE, 8))::bit(32)::bigint";
    while lab.value("postgres", &owner.replace("DATABASE", &format!("'{name}'"))) != "0" {
        assert!(start.elapsed() < Duration::from_secs(40), "the lock goes with its owner");
        std::thread::sleep(Duration::from_millis(50));
    }
    let run = migrate(&lab, &["check"]);
    assert!(!scratch(&lab).contains(&name), "the next run sweeps\n{run}");
    run.exits(3);
}
