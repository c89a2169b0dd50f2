//! `--with-data --refresh`: what changed in the source's rows, and nothing else.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::rows::{content, filled, holds_the_same};
use super::{Chance, Mirrors, torture};

/// Which transaction wrote each row: another one where a row was written again.
fn writers(mirrors: &Mirrors) -> Vec<String> {
    let writers = |table: &str| {
        let sql = format!("SELECT sum(xmin::text::bigint) FROM {}.{table}", mirrors.name());
        mirrors.lab.value(&mirrors.lab.new, &sql)
    };
    ["users", "posts", "votes", "postlinks"].map(writers).to_vec()
}

fn refresh(mirrors: &Mirrors) -> String {
    let run = mirrors.run(&["--with-data", "--refresh"]);
    said(mirrors, run.ok())
}

/// The last line, without the mirror's name and the time that it took.
#[track_caller]
fn said(mirrors: &Mirrors, stdout: &str) -> String {
    let last = stdout.lines().last().unwrap_or_default();
    let last = last.strip_prefix(&format!("mirror_schema: {}: ", mirrors.name()));
    let (said, _time) = last.and_then(|line| line.rsplit_once(" (")).expect("a line of the result");
    said.to_owned()
}

#[test]
fn what_changed_comes_over_by_key_and_then_nothing_is_written() {
    let mirrors = filled(2_000);
    mirrors.run(&["--with-data"]).ok();
    assert_eq!(refresh(&mirrors), "no row changed; 4,000 rows in 4 tables, hashes equal");
    // Values change places under a unique index, rows point to rows that come later, a number
    // changes in nothing but its digits, and a row comes between others.
    mirrors.source(
        "UPDATE dbo.\"Posts\" SET \"AcceptedAnswerId\" = \"Id\" WHERE \"Id\" <= 2;
         INSERT INTO dbo.\"Votes\" VALUES (1, 1, 1, 10.5, 2, '2010-01-01'), (2, 1, 1, NULL, 2, '2010-01-01');
         INSERT INTO dbo.\"PostLinks\" VALUES (7, '2010-01-01', 1, 2, 3);",
    );
    let expected = "3 rows added, 2 changed, 0 removed; 4,003 rows in 4 tables, hashes equal";
    assert_eq!(refresh(&mirrors), expected);
    mirrors.source(
        "BEGIN; UPDATE dbo.\"Posts\" SET \"AcceptedAnswerId\" = NULL WHERE \"Id\" = 1;
         UPDATE dbo.\"Posts\" SET \"AcceptedAnswerId\" = 1 WHERE \"Id\" = 2;
         UPDATE dbo.\"Posts\" SET \"AcceptedAnswerId\" = 2 WHERE \"Id\" = 1; COMMIT;
         UPDATE dbo.\"Users\" SET \"DisplayName\" = 'Ünal', \"Location\" = '' WHERE \"Id\" = 5000;
         UPDATE dbo.\"Votes\" SET \"Id\" = 3 WHERE \"Id\" = 2;
         INSERT INTO dbo.\"Votes\" VALUES (2, 1, 1, NULL, 2, '2010-01-01');
         INSERT INTO dbo.\"Posts\" (\"Body\", \"CreationDate\", \"ParentId\", \"Score\") VALUES ('a', '2010-01-01', 2002, 0), ('b', '2010-01-01', 2001, 0);",
    );
    let expected = "3 rows added, 3 changed, 0 removed; 4,006 rows in 4 tables, hashes equal";
    assert_eq!(refresh(&mirrors), expected);
    holds_the_same(&mirrors);
    let before = writers(&mirrors);
    assert_eq!(refresh(&mirrors), "no row changed; 4,006 rows in 4 tables, hashes equal");
    assert_eq!(writers(&mirrors), before, "no row was written");
}

#[test]
fn rows_that_are_gone_from_the_source_go_only_where_that_is_said() {
    let mirrors = filled(1_000);
    mirrors.source(
        "INSERT INTO dbo.\"PostLinks\" SELECT n, '2010-01-01', n, n + 1, 3 FROM generate_series(1, 100) n;
         CREATE TABLE dbo.log (what text); INSERT INTO dbo.log VALUES ('a'), ('a'), (NULL)",
    );
    mirrors.run(&["--with-data"]).ok();
    // The links go with their posts, and posts forget their users.
    mirrors.source(
        "UPDATE dbo.\"Posts\" SET \"ParentId\" = NULL WHERE \"Id\" IN (1, 1000);
         DELETE FROM dbo.\"Posts\" WHERE \"Id\" = 1;
         DELETE FROM dbo.\"PostLinks\" WHERE \"Id\" <= 5;
         UPDATE dbo.\"Users\" SET \"Reputation\" = -1 WHERE \"Id\" = 100;
         DELETE FROM dbo.\"Users\" WHERE \"Id\" = 105;
         DELETE FROM dbo.log WHERE ctid = '(0,1)'; INSERT INTO dbo.log VALUES ('b')",
    );
    let before = writers(&mirrors);
    let run = mirrors.run(&["--with-data", "--refresh"]);
    let message = format!(
        "mirror_schema: left out: 1 view: a mirror holds tables\n\
         mirror_schema: {} would lose 1 row of log, 5 rows of postlinks, 1 row of posts, 1 row of users\n  \
         detail: they are gone from the source\n  \
         detail: without a key, a changed row counts as one row gone and one row new: log\n  \
         hint: `mirror_schema --with-data --refresh --allow-data-loss` removes them. No row was changed.",
        mirrors.name()
    );
    run.fails(2, &message);
    assert_eq!(writers(&mirrors), before);
    let run = mirrors.run(&["--with-data", "--refresh", "--allow-data-loss"]);
    let expected = "1 row added, 2 changed, 8 removed; 2,096 rows in 5 tables, hashes equal";
    assert_eq!(said(&mirrors, run.ok()), expected);
    holds_the_same(&mirrors);
    assert_eq!(refresh(&mirrors), "no row changed; 2,096 rows in 5 tables, hashes equal");
}

#[test]
fn tables_that_are_empty_here_are_filled_and_sequences_go_on() {
    let mirrors = filled(500);
    mirrors.run(&["--with-data"]).ok();
    mirrors.source(
        "CREATE TABLE dbo.\"Late\" (\"Id\" int GENERATED ALWAYS AS IDENTITY, \"Post\" int REFERENCES dbo.\"Posts\", \"At\" timestamptz);
         INSERT INTO dbo.\"Late\" (\"Post\") SELECT n FROM generate_series(1, 300) n",
    );
    let expected = "300 rows added, 0 changed, 0 removed; 1,300 rows in 5 tables, hashes equal";
    assert_eq!(refresh(&mirrors), expected);
    holds_the_same(&mirrors);
    let next = format!("INSERT INTO {}.late DEFAULT VALUES RETURNING id", mirrors.name());
    assert_eq!(mirrors.lab.value(&mirrors.lab.new, &next), "301");
}

#[test]
fn a_killed_refresh_has_done_nothing_or_all() {
    let mirrors = filled(20_000);
    mirrors.run(&["--with-data"]).ok();
    let posts = format!("{}.posts", mirrors.name());
    for delay in [20, 60, 120, 250] {
        let old = content(&mirrors, &mirrors.lab.new, &posts);
        mirrors
            .source(&format!("UPDATE dbo.\"Posts\" SET \"Score\" = {delay} WHERE \"Id\" % 3 = 0"));
        let mut command = mirrors.command(&["--with-data", "--refresh"]);
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        sleep(Duration::from_millis(delay));
        // It may have come to its end, which is as good.
        drop(child.kill());
        child.wait().expect("it ended");
        let new = content(&mirrors, &mirrors.lab.old, "dbo.\"Posts\"");
        let found = content(&mirrors, &mirrors.lab.new, &posts);
        assert!(found == old || found == new, "{found} is neither {old} nor {new}");
    }
    refresh(&mirrors);
    holds_the_same(&mirrors);
}

/// A table of every kind of key and of the types whose equal values look different.
const ODD: &str = "
    CREATE TYPE kind AS ENUM ('a', 'b', 'c');
    CREATE TABLE by_text (code text COLLATE \"C\" PRIMARY KEY, n numeric, f double precision, j jsonb, k kind, c character(4));
    CREATE TABLE by_two (a int, b kind, n numeric(9,3), t timestamptz, u uuid DEFAULT gen_random_uuid(), PRIMARY KEY (b, a));
    CREATE TABLE by_number (n bigint PRIMARY KEY, i interval, r int4range, b bytea, e text[]);
    CREATE TABLE by_nothing (a int, b text, c bpchar);
    CREATE TABLE always (id int GENERATED ALWAYS AS IDENTITY, code int UNIQUE NOT NULL, twice int GENERATED ALWAYS AS (code * 2) STORED, s text UNIQUE);
    CREATE TABLE parts (id int, day date, v float4, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
    CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    CREATE TABLE parts_2 PARTITION OF parts DEFAULT;";

/// One random change of the rows.
fn change(chance: &mut Chance) -> String {
    let (n, m) = (chance.below(400), chance.below(6));
    match chance.below(14) {
        0 => format!("INSERT INTO by_text SELECT 'x' || g, {m}.0, -{m}, '[1.0]', 'a', 'y' FROM generate_series({n}, {n} + {m}) g ON CONFLICT DO NOTHING"),
        1 => format!("UPDATE by_text SET n = n * 1.00, f = -f, c = c || ' ' WHERE code < 'x{n}'"),
        2 => format!("UPDATE by_text SET j = '[1.00]', k = 'b' WHERE length(code) = {m}"),
        3 => format!("INSERT INTO by_two SELECT g, 'b', {m}, now() FROM generate_series({n}, {n} + 9) g ON CONFLICT DO NOTHING"),
        4 => format!("UPDATE by_two SET b = CASE b WHEN 'b' THEN 'c' ELSE 'b' END::kind, n = {m} WHERE a % 7 = {m} AND (b = 'b') = ({n} > 200) AND NOT EXISTS (SELECT FROM by_two o WHERE o.a = by_two.a AND o.b <> by_two.b)"),
        5 => format!("INSERT INTO by_number SELECT (g - 200) * 40000000000000::bigint, '1 mon', '[1,5)', 'ab', ARRAY['a', NULL] FROM generate_series({n}, {n} + 20) g ON CONFLICT DO NOTHING"),
        6 => format!("UPDATE by_number SET i = '30 days', b = NULL WHERE n % 3 = 0 AND n > {n}"),
        7 => format!("INSERT INTO by_nothing SELECT {m}, CASE WHEN {n} > 200 THEN 'b' END, repeat(' ', {m}) FROM generate_series(0, {m})"),
        8 => format!("UPDATE by_nothing SET c = c || ' ' WHERE a = {m}"),
        9 => format!("INSERT INTO always (code, s) SELECT g, 's' || g FROM generate_series({n}, {n} + 5) g ON CONFLICT DO NOTHING"),
        10 => "BEGIN; UPDATE always SET s = NULL; UPDATE always SET s = 's' || ((SELECT max(id) FROM always) - id); COMMIT".to_owned(),
        11 => format!("INSERT INTO parts SELECT g, '2019-12-25'::date + g % 14, 0.1 FROM generate_series({n}, {n} + 30) g ON CONFLICT DO NOTHING"),
        12 => format!("UPDATE parts SET day = day + 7, v = -v WHERE id = {n} AND NOT EXISTS (SELECT FROM parts o WHERE o.id = {n} AND o.day = parts.day + 7)"),
        _ => {
            let table = ["by_text", "by_two", "by_number", "by_nothing", "always", "parts"][m as usize];
            format!("DELETE FROM {table} WHERE hashtext({table}::text) % 5 = 0")
        }
    }
}

#[test]
fn the_same_after_every_random_change_whatever_the_key_and_the_types() {
    let mirrors = Mirrors::of(ODD, "public");
    mirrors.run(&["--with-data"]).ok();
    let mut chance = Chance { seed: 11 };
    let tables = ["by_text", "by_two", "by_number", "by_nothing", "always", "parts"];
    for round in 0..4 * torture() {
        let changes: Vec<String> = (0..6).map(|_| change(&mut chance)).collect();
        changes.iter().for_each(|sql| mirrors.source(sql));
        let run = mirrors.run(&["--with-data", "--refresh", "--allow-data-loss"]);
        assert!(run.code == Some(0), "after {changes:#?}\n{run}");
        for table in tables {
            let place = format!("{}.{table}", mirrors.name());
            let (old, new) = (&mirrors.lab.old, &mirrors.lab.new);
            let (one, other) = (content(&mirrors, old, table), content(&mirrors, new, &place));
            assert_eq!(one, other, "{table} in round {round}, after {changes:#?}\n{run}");
        }
    }
    mirrors.are_in_step();
}
