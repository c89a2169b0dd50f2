//! `--with-data`: rows come along, counted and compared, whatever happens in between.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::Mirrors;

const FILL: &str = "
    INSERT INTO dbo.\"Users\" (\"Age\", \"DisplayName\", \"LastAccessDate\", \"Reputation\")
        SELECT 20 + n % 50, 'User ' || n, '2010-01-01'::timestamp + n * interval '1 s', n FROM generate_series(1, ROWS) n;
    INSERT INTO dbo.\"Posts\" (\"Body\", \"CreationDate\", \"OwnerUserId\", \"ParentId\", \"Score\", \"Tags\", \"Title\")
        SELECT E'line\\n\"' || n || E'\"\\tü\\\\', '2010-01-01', 100 + 5 * (n % ROWS), nullif(ROWS + 1 - n, n), n, ARRAY['a,b', NULL], 'T' || n
        FROM generate_series(1, ROWS) n;";

pub fn filled(rows: u32) -> Mirrors {
    let mirrors = Mirrors::of(include_str!("stackoverflow.sql"), "dbo");
    mirrors.source(&FILL.replace("ROWS", &rows.to_string()));
    mirrors
}

/// Rows and their hash, of a table on either side.
pub fn content(mirrors: &Mirrors, database: &str, table: &str) -> String {
    let sql = format!("SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {table} t");
    mirrors.lab.value(database, &sql)
}

#[track_caller]
pub fn holds_the_same(mirrors: &Mirrors) {
    let (old, new) = (&mirrors.lab.old, &mirrors.lab.new);
    for (source, target) in [("\"Users\"", "users"), ("\"Posts\"", "posts"), ("\"Votes\"", "votes")]
    {
        let target = format!("{}.{target}", mirrors.name());
        assert_eq!(content(mirrors, old, &format!("dbo.{source}")), content(mirrors, new, &target));
    }
    mirrors.are_in_step();
}

#[test]
fn rows_come_along_with_keys_that_point_both_ways() {
    let mirrors = filled(5_000);
    let run = mirrors.run(&["--with-data"]);
    assert!(run.ok().contains(": 10,000 rows in 4 tables, hashes equal ("), "{run}");
    holds_the_same(&mirrors);
    mirrors.target(&format!(
        "INSERT INTO {}.posts (body, creationdate, score) VALUES ('next', '2011-01-01', 1)",
        mirrors.name()
    ));
    let again = mirrors.run(&["--with-data"]);
    assert!(again.stderr.contains(".posts already holds rows and is left as it is"), "{again}");
    assert!(again.code == Some(0), "{again}");
}

#[test]
fn a_killed_load_is_begun_anew_and_loses_no_key() {
    let mirrors = filled(30_000);
    mirrors.run(&[]).ok();
    for delay in [30, 80, 150, 300] {
        let mut command = mirrors.command(&["--with-data"]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(delay));
        // It may have come to its end, which is as good.
        drop(child.kill());
        child.wait().expect("it ended");
    }
    mirrors.run(&["--with-data"]).ok();
    holds_the_same(&mirrors);
}

#[test]
fn tables_that_may_not_be_read_are_named() {
    let mirrors = filled(10);
    let role = format!("reader_of_{}", mirrors.lab.old);
    let password = mirrors.lab.password();
    mirrors.source(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD '{password}'; GRANT USAGE ON SCHEMA dbo TO {role}; GRANT SELECT ON dbo.\"Users\", dbo.\"Votes\" TO {role}"
    ));
    let url = mirrors
        .lab
        .url(&mirrors.lab.old)
        .replace(&format!("//{}:", mirrors.lab.user()), &format!("//{role}:"));
    let mut command = mirrors.command(&["--with-data"]);
    command.env("SOURCE_DATABASE_URL", url);
    let run = crate::harness::Run::of(&mut command, &password);
    mirrors.source(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert_eq!(run.code, Some(1), "{run}");
    let message = format!(
        "mirror_schema: the user {role} may not read dbo.PostLinks, dbo.Posts\n  \
         hint: GRANT SELECT on them to {role}, or name other TABLES. No row was copied.\n"
    );
    assert!(run.stderr.ends_with(&message), "{run}");
}
