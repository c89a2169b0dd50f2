//! migrate_data: every row of the old database is loaded, merged or quarantined.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::harness::Lab;

/// A shop of this size, with its schema, not yet loaded.
fn shop(users: u32, products: u32, orders: u32) -> Lab {
    let lab = Lab::new();
    lab.project("shop");
    let sizes = [users, products, orders].map(|size| size.to_string());
    let arguments =
        ["--users", &sizes[0], "--products", &sizes[1], "--orders", &sizes[2], "--seed", "7"];
    lab.run("populate_old", &arguments).ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
    lab
}

/// One table in, one table out, with this mapping.
fn small(old: &str, new: &str, mapping: &str) -> Lab {
    let lab = Lab::new();
    lab.execute(&lab.old, old);
    lab.execute(&lab.new, new);
    lab.write("sql/shop/mapping.toml", mapping);
    lab
}

/// A number that changes with any value of any target, whatever the order of the rows.
fn content(lab: &Lab) -> Vec<String> {
    ["users", "addresses", "categories", "products", "orders", "order_items"]
        .iter()
        .map(|table| lab.value(&lab.new, &format!("SELECT '{table} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t")))
        .collect()
}

fn constraints(lab: &Lab) -> Vec<String> {
    lab.rows(&lab.new, "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'p', 'u', 'c') ORDER BY 1")
}

fn writes(lab: &Lab) -> String {
    // Statistics of a session reach the shared counters when it ends.
    thread::sleep(Duration::from_millis(300));
    lab.value(&lab.new, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
}

const READ_IS_LOADED_MERGED_QUARANTINED: &str = "SELECT source FROM pgrefit.load_chunk WHERE read IS DISTINCT FROM loaded + merged + quarantined";

#[test]
fn every_row_has_one_fate_and_one_worker_makes_what_four_make() {
    let lab = shop(2_000, 200, 60_000);
    let printed = lab.run("migrate_data", &["--workers", "1"]);
    let lines: Vec<_> = printed.ok().lines().map(str::trim_start).collect();
    assert_eq!(lines[0], "migrate_data:");
    assert!(lines[1].starts_with("source"), "{printed}");
    assert!(lines[4].starts_with("old_orders    60,000"), "{printed}");
    assert!(lines[5].starts_with("why: "), "{printed}");
    assert_eq!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED), [""; 0]);
    let alone = content(&lab);

    lab.run("migrate_data", &["--workers", "4", "--restart", "--yes"]).ok();
    assert_eq!(content(&lab), alone);
    lab.run("verify_data", &[]).ok();
}

#[test]
fn a_finished_run_run_again_writes_nothing() {
    let lab = shop(500, 50, 2_000);
    lab.run("migrate_data", &[]).ok();
    let before = writes(&lab);
    let again = lab.run("migrate_data", &[]);
    assert!(again.ok().starts_with("migrate_data: nothing to do: run 1 finished at "), "{again}");
    assert_eq!(writes(&lab), before);
}

#[test]
fn rows_that_came_after_a_finished_run_are_told() {
    let lab = shop(500, 50, 2_000);
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.old, "INSERT INTO old_orders SELECT 9999, user_email FROM old_orders LIMIT 1");
    lab.run("migrate_data", &[]).fails(
        3,
        "migrate_data: old_orders has 2,001 rows now, run 1 read 2,000\n  \
         hint: `migrate_data --restart` empties the mapped tables and loads everything anew.",
    );
}

#[test]
fn a_killed_load_goes_on_and_ends_like_one_that_was_not() {
    let lab = shop(3_000, 300, 120_000);
    let before = constraints(&lab);
    lab.run("migrate_data", &[]).ok();
    let undisturbed = content(&lab);
    for delay in [60, 120, 200, 300] {
        lab.run("migrate_data", &["--restart", "--yes"]).ok();
        lab.execute(&lab.new, "TRUNCATE users, addresses, categories, products, orders, order_items; DROP SCHEMA pgrefit CASCADE");
        let mut child = lab
            .command("migrate_data", &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("migrate_data starts");
        thread::sleep(Duration::from_millis(delay));
        child.kill().expect("kill -9");
        child.wait().expect("the child is reaped");
        let run = lab.run("migrate_data", &[]);
        run.ok();
        assert_eq!(content(&lab), undisturbed, "killed after {delay} ms\n{run}");
        assert_eq!(constraints(&lab), before, "killed after {delay} ms");
    }
}

#[test]
fn a_lost_backend_is_an_error_and_the_next_run_goes_on() {
    let lab = shop(3_000, 300, 120_000);
    let child = lab
        .command("migrate_data", &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("migrate_data starts");
    thread::sleep(Duration::from_millis(150));
    lab.execute("postgres", &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND application_name = 'migrate_data'", lab.new));
    let output = child.wait_with_output().expect("the child ends");
    lab.run("migrate_data", &[]).ok();
    lab.run("verify_data", &[]).ok();
    // Either the load was over already, or it failed and said so.
    assert!(
        output.status.code() == Some(0) || output.status.code() == Some(1),
        "{:?}",
        output.status
    );
}

/// The second waits for the first, finds nothing left to do and ends well.
#[test]
fn two_loads_at_once_are_one_load() {
    let lab = shop(500, 50, 2_000);
    let mut holder = lab.connect(&lab.new);
    holder
        .batch_execute("SELECT pg_advisory_lock(x'70677266'::int, x'6c6f6164'::int)")
        .expect("the lock is free");
    let waiting = lab
        .command("migrate_data", &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("migrate_data starts");
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(
        lab.value(&lab.new, "SELECT to_regclass('pgrefit.load_run') IS NULL"),
        "t",
        "nothing was begun"
    );
    drop(holder);
    let output = waiting.wait_with_output().expect("migrate_data ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with("migrate_data: waiting for "), "{said}");
    let runs: Vec<_> = (0..3)
        .map(|_| {
            lab.command("migrate_data", &["--restart", "--yes"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("migrate_data starts")
        })
        .collect();
    for mut run in runs {
        assert!(run.wait().expect("migrate_data ends").success());
    }
    lab.run("verify_data", &[]).ok();
}

#[test]
fn before_the_upgrade_it_says_what_is_missing() {
    let lab = Lab::new();
    lab.project("shop");
    lab.run("populate_old", &["--users", "10", "--products", "5", "--orders", "10"]).ok();
    lab.run("migrate_data", &[]).fails(
        2,
        &format!(
            "migrate_data: sql/shop/mapping.toml:7: the table users does not exist in {}\n  \
             hint: `make migrate` brings the new database's tables. Nothing was loaded.",
            lab.new
        ),
    );
}

#[test]
fn rows_of_strangers_are_not_loaded_over() {
    let lab = shop(10, 5, 10);
    lab.execute(&lab.new, "INSERT INTO categories VALUES (1, 'Mine')");
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: categories holds rows that no run of migrate_data loaded\n  \
         hint: Empty it, or `migrate_data --restart` empties all mapped tables. Nothing was changed.",
    );
}

#[test]
fn a_changed_mapping_is_not_mixed_with_rows_of_the_former_one() {
    let lab = shop(100, 10, 100);
    lab.run("migrate_data", &[]).ok();
    let mapping = lab.read("sql/shop/mapping.toml");
    lab.write(
        "sql/shop/mapping.toml",
        &mapping.replace("otherwise = \"null\"", "otherwise = \"reject\""),
    );
    let run = lab.run("migrate_data", &[]);
    run.exits(1);
    assert!(run.stderr.starts_with("migrate_data: run 1 finished at "), "{run}");
    assert!(
        run.stderr.ends_with(
            ", and the mapping has changed since\n  \
             hint: `migrate_data --restart` empties the mapped tables and loads everything anew by it. Nothing was changed.\n"
        ),
        "{run}"
    );
    lab.run("migrate_data", &["--restart"]).fails(
        2,
        "migrate_data: not confirmed\n  hint: Nothing was changed. `--yes` says yes beforehand.",
    );
    lab.run("migrate_data", &["--restart", "--yes"]).ok();
}

#[test]
fn max_rejects_ends_the_run_and_says_what_was_loaded() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o SELECT i, CASE WHEN i % 10 = 0 THEN 'x' ELSE '1' END FROM generate_series(1, 100) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int NOT NULL)",
        "max_rejects = 3\n[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        3,
        "migrate_data: 10 rows of o are quarantined, more than max_rejects = 3 allows\n  \
         hint: 90 rows are loaded so far and stay; the run is not finished. Mend the mapping and `migrate_data --restart`, or allow more with --max-rejects and run it again.",
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "90");
    lab.run("migrate_data", &["--max-rejects", "10"]).ok();
}

#[test]
fn max_rejects_may_be_a_share() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o SELECT i, CASE WHEN i % 10 = 0 THEN 'x' ELSE '1' END FROM generate_series(1, 100) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int NOT NULL)",
        "max_rejects = \"9.5 %\"\n[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    let run = lab.run("migrate_data", &[]);
    run.exits(3);
    assert!(run.stderr.contains("more than max_rejects = 9.5 % allows"), "{run}");
}

/// What is wrong with a mapping is told with its line, and nothing is loaded.
#[test]
fn a_mapping_that_cannot_work_is_refused_by_its_line() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, mail text, born text, twin int); INSERT INTO o VALUES (1, 'a@b.cd', '2021-01-01', 1), (2, NULL, NULL, 1)",
        "CREATE TYPE mood AS ENUM ('ok', 'bad'); \
         CREATE TABLE n (id int PRIMARY KEY, email text NOT NULL, born date, state varchar(3), m mood, g int GENERATED ALWAYS AS (id + 1) STORED)",
        "",
    );
    let head = "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n";
    let case = |mapping: &str, message: &str| {
        lab.write("sql/shop/mapping.toml", mapping);
        lab.run("migrate_data", &[])
            .fails(2, &format!("migrate_data: sql/shop/mapping.toml:{message}"));
        assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "0");
    };
    let column = |line: &str, message: &str| {
        case(&format!("{head}email = \"mail\"\n{line}\n"), &format!("7: {message}"));
    };
    case(
        &format!("{head}email = \"email\"\n"),
        "6: `n.email` reads `o.email`, which does not exist\n  hint: The columns of o are id, mail, born, twin. Nothing was loaded.",
    );
    case(
        &format!("{head}mail = \"mail\"\n"),
        "6: `n.mail` does not exist\n  hint: The columns of n are id, email, born, state, m, g. Nothing was loaded.",
    );
    case(
        head,
        "1: `n.email` is NOT NULL and has no source\n  hint: Add it to [n.columns]. Nothing was loaded.",
    );
    case(
        "x = 1\n",
        "1: `x` is not a setting\n  hint: The settings are time_zone, null_words, max_rejects and decimal.",
    );
    case(
        "[n]\nfrom = \"o\"\n",
        "1: [n] has no `key`\n  hint: `key = \"id\"` names a source row in the ledger and the quarantine.",
    );
    case(
        "[n]\nfrom = \"gone\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n",
        "1: the source gone does not exist in the old database\n  hint: Nothing was loaded.",
    );
    case(
        &head.replace("key = \"id\"", "key = \"no\""),
        "3: `key` is `no`, which o does not have\n  hint: The columns of o are id, mail, born, twin. Nothing was loaded.",
    );
    column(
        "g = \"id\"",
        "`n.g` is a generated column\n  hint: PostgreSQL fills it; take it out of the mapping.",
    );
    column(
        "born = { from = \"born\", formats = [\"%Q\"] }",
        "`n.born`: `%Q` in \"%Q\" is not a directive\n  hint: The directives are %Y %y %m %d %e %b %B %H %I %p %M %S %f %.f %z and %%.",
    );
    column(
        "state = { from = \"born\", default = \"long\" }",
        "`n.state`: the default `long` is too long",
    );
    column(
        "m = { from = \"born\", as = \"enum\", values = { good = [\"g\"] } }",
        "`n.m`: `good` is not a label of its type\n  hint: The labels are ok, bad.",
    );
    column(
        "born = { from = \"born\", as = \"integer\" }",
        "`n.born` is date, which cannot hold `as = \"integer\"`",
    );
    column(
        "born = { sql = \"nothing + 1\" }",
        "`nothing + 1`: column \"nothing\" does not exist (42703)\n  hint: Nothing was loaded.",
    );
    column(
        "born = { lookup = \"n\", from = \"mail\" }",
        "`n.born` is half a lookup\n  hint: A lookup is written { lookup = \"users\", by = \"email\", from = \"user_email\" }.",
    );
    column(
        "born = { from = \"born\", frm = \"x\" }",
        "`frm` is not a key of a column\n  hint: The keys are from, sql, constant, surrogate, lookup, by, take, clean, as, formats, values, decimal, default and otherwise.",
    );
    column("id = \"id\"", "duplicate key");
}

#[test]
fn a_key_that_is_none_is_refused_with_the_numbers() {
    let lab = small(
        "CREATE TABLE o (id int, n text); INSERT INTO o VALUES (1, 'a'), (1, 'b'), (2, 'c')",
        "CREATE TABLE n (id int, n text)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        2,
        "migrate_data: `id` is no key of o: 3 rows have only 2 different ones\n  \
         hint: `key` names the column that tells every source row from all others. Nothing was loaded.",
    );
}

/// Each type arrives as PostgreSQL itself would have read it.
#[test]
fn every_type_arrives_unchanged() {
    let types = "id bigint PRIMARY KEY, b boolean, i2 smallint, i4 integer, f4 real, f8 double precision, \
        n numeric, n2 numeric(20, 4), d date, ts timestamp, tz timestamptz, u uuid, j json, jb jsonb, v varchar(5), c char(3), t text";
    let names =
        ["b", "i2", "i4", "f4", "f8", "n", "n2", "d", "ts", "tz", "u", "j", "jb", "v", "c", "t"];
    let mut mapping = "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n".to_owned();
    for name in names {
        mapping.push_str(&format!("{name} = \"{name}\"\n"));
    }
    let old = format!(
        "CREATE TABLE o ({types}); \
         INSERT INTO o VALUES \
         (1, true, -32768, 2147483647, 1.5, 1e-20, 123456789012345678901234.5678, -12345.6789, '2021-02-28', '2021-02-28 23:59:59.999999', \
          '2021-02-28 23:59:59.5+02', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{{\"a\": [1, 2]}}', '{{\"b\": null}}', 'äöüßé', 'ab', E'tab\\tline\\nquote\" emoji 🙂 rtl \u{200f}x'), \
         (2, false, 0, 0, 'NaN', '-Infinity', 0.000001, 0, '0001-01-01', '1999-12-31 00:00:00', '0001-01-01 00:00:00+00', NULL, NULL, NULL, '', NULL, ''), \
         (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    );
    let lab = small(&old, &format!("CREATE TABLE n ({types})"), &mapping);
    lab.run("migrate_data", &[]).ok();
    let rows = |database: &str, table: &str| {
        lab.rows(database, &format!("SELECT t FROM {table} AS t ORDER BY id"))
    };
    assert_eq!(rows(&lab.new, "n"), rows(&lab.old, "o"));
}

/// A type without a binary form of ours goes by COPY's text format; odd names everywhere.
#[test]
fn other_types_and_odd_names_go_too() {
    let lab = small(
        "CREATE SCHEMA \"My Shop\"; CREATE TABLE \"My Shop\".\"select\" (\"Or der\" int PRIMARY KEY, \"a\"\"b\" text, addr inet, tags text[]); \
         INSERT INTO \"My Shop\".\"select\" VALUES (1, E'back\\\\slash\\ttab\\r\\n', '10.0.0.1/8', '{a,\"b c\"}'), (2, NULL, NULL, NULL)",
        "CREATE TABLE \"Tä.ble\" (\"Or der\" int PRIMARY KEY, \"a\"\"b\" text, addr inet, tags text[])",
        "['\"Tä.ble\"']\nfrom = '\"My Shop\".\"select\"'\nkey = \"Or der\"\n['\"Tä.ble\"'.columns]\n\"Or der\" = \"Or der\"\n'a\"b' = 'a\"b'\naddr = \"addr\"\ntags = \"tags\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    let old = lab.rows(&lab.old, "SELECT t FROM \"My Shop\".\"select\" AS t ORDER BY 1");
    assert_eq!(lab.rows(&lab.new, "SELECT t FROM \"Tä.ble\" AS t ORDER BY 1"), old);
}

/// What no rule of ours refuses but a constraint does is quarantined like the rest.
#[test]
fn rows_that_postgresql_refuses_are_quarantined_with_its_words() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o SELECT i, i::text FROM generate_series(1, 30) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int CONSTRAINT not_ten CHECK (n NOT IN (10, 20)))",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.rows(&lab.new, "SELECT key, target, rule, reason, sqlstate, raw ->> 'n' FROM pgrefit.quarantine ORDER BY key"),
        ["10|n|server|n: violates not_ten|23514|10", "20|n|server|n: violates not_ten|23514|20"]
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "28");
    lab.run("verify_data", &[]).ok();
}

/// A survivor that PostgreSQL refuses is no survivor: another of its group takes its place.
#[test]
fn a_refused_row_does_not_take_its_duplicates_with_it() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, mail text, n int); INSERT INTO o VALUES (1, 'a@x.com', 13), (2, 'A@x.com', 1), (3, 'b@x.com', 2)",
        "CREATE TABLE n (id int PRIMARY KEY, mail text UNIQUE, n int CHECK (n <> 13))",
        "[n]\nfrom = \"o\"\nkey = \"id\"\nunique = { by = \"mail\" }\n[n.columns]\nid = \"id\"\nmail = { from = \"mail\", clean = [\"email\"] }\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.rows(&lab.new, "SELECT id, mail FROM n ORDER BY id"),
        ["2|a@x.com", "3|b@x.com"]
    );
    assert_eq!(lab.rows(&lab.new, "SELECT key, rule FROM pgrefit.quarantine"), ["1|server"]);
    lab.run("verify_data", &[]).ok();
}

#[test]
fn a_query_is_a_source_and_text_is_a_key() {
    let lab = small(
        "CREATE TABLE a (code text PRIMARY KEY, n int); CREATE TABLE b (code text, more int); \
         INSERT INTO a SELECT 'k' || i, i FROM generate_series(1, 60000) AS i; INSERT INTO b SELECT 'k' || i, -i FROM generate_series(1, 60000, 2) AS i",
        "CREATE TABLE n (code text PRIMARY KEY, n int NOT NULL, more int, kind text)",
        "[n]\nfrom_sql = \"SELECT a.code, a.n, b.more FROM a LEFT JOIN b USING (code);\"\nkey = \"code\"\n[n.columns]\ncode = \"code\"\nn = \"n\"\nmore = { from = \"more\", default = 0 }\nkind = { constant = \"joined\" }\n",
    );
    let run = lab.run("migrate_data", &["--workers", "3"]);
    run.ok();
    assert_eq!(
        lab.value(
            &lab.new,
            "SELECT count(*) || ' ' || sum(n) || ' ' || sum(more) || ' ' || min(kind) FROM n"
        ),
        "60000 1800030000 -900000000 joined"
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) > 1 FROM pgrefit.load_chunk"), "t", "{run}");
}

#[test]
fn otherwise_says_what_becomes_of_a_refused_value() {
    let rows = "CREATE TABLE o (id int PRIMARY KEY, a text, b text); INSERT INTO o VALUES (1, '7', '8'), (2, 'x', 'y')";
    let table = "CREATE TABLE n (id int PRIMARY KEY, a int, b int)";
    let mapping = |otherwise: &str| {
        format!(
            "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\na = {{ from = \"a\", otherwise = \"null\" }}\nb = {{ from = \"b\", otherwise = {otherwise} }}\n"
        )
    };
    let lab = small(rows, table, &mapping("-1"));
    let run = lab.run("migrate_data", &[]);
    assert!(run.ok().ends_with("  replaced by `otherwise`: n.a 1 · n.b 1\n"), "{run}");
    assert_eq!(lab.rows(&lab.new, "SELECT * FROM n ORDER BY 1"), ["1|7|8", "2|∅|-1"]);

    let lab = small(rows, table, &mapping("\"fail\""));
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: o 2: b is not a whole number\n  detail: value: y\n  \
         hint: `otherwise = \"fail\"` ends the run here. Mend the row or the mapping, then run it again: it goes on where it stopped.",
    );
}

/// Sequences go on after the greatest key; indexes and comments that were away are back.
#[test]
fn the_new_table_is_complete_after_the_load() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, p int); INSERT INTO o SELECT i, i / 2 FROM generate_series(1, 100) AS i",
        "CREATE TABLE p (id int PRIMARY KEY); \
         CREATE TABLE n (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p int); CREATE INDEX n_p ON n (p) WHERE p > 3; COMMENT ON INDEX n_p IS 'it''s back'",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\np = \"p\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(lab.value(&lab.new, "INSERT INTO n (p) VALUES (1) RETURNING id"), "101");
    assert_eq!(
        lab.value(
            &lab.new,
            "SELECT pg_get_indexdef('n_p'::regclass) || ' ' || obj_description('n_p'::regclass)"
        ),
        "CREATE INDEX n_p ON public.n USING btree (p) WHERE (p > 3) it's back"
    );
}

/// Rows that break a foreign key are no reason to lose the key: it is told, and comes back later.
#[test]
fn a_foreign_key_that_cannot_come_back_is_not_forgotten() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, p int); INSERT INTO o VALUES (1, 1), (2, 2)",
        "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1); CREATE TABLE n (id int PRIMARY KEY, p int CONSTRAINT n_p_fkey REFERENCES p)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\np = \"p\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: the foreign key n_p_fkey of n cannot be brought back\n  \
         detail: insert or update on table \"n\" violates foreign key constraint \"n_p_fkey\" (23503)\n  \
         detail: Key (p)=(2) is not present in table \"p\".\n  \
         hint: All rows are loaded. Mend what is named and run migrate_data again: it goes on here.",
    );
    lab.execute(&lab.new, "INSERT INTO p VALUES (2)");
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.value(&lab.new, "SELECT count(*) FROM pg_constraint WHERE conname = 'n_p_fkey'"),
        "1"
    );
}
