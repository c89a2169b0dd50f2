//! Rows: every type, every source, and what PostgreSQL itself refuses.

use super::small;
use crate::harness::Run;

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

/// What stands in quarantine of a row is what `row_to_json` says, whether PostgreSQL was asked (a
/// source with a column that is not read) or not.
#[test]
fn a_quarantined_row_is_kept_as_postgresql_shows_it() {
    let columns = "id bigint PRIMARY KEY, \"q\"\"uo\\te\" varchar(40), t text, i int, n text";
    let rows = "(1, E'back\\\\slash \" quote', E'tab\\t line\\n return\\r', -5, 'x'), \
        (2, E'\\b\\f\\x01\\x1f\\x7f', 'emoji 🙂 rtl \u{200f} NUL-free', NULL, 'x'), (3, NULL, '', 0, 'x'), (4, 'ä/b', '</script>', 1, 'x')";
    let mapping = |table: &str| {
        format!(
            "[{table}_new]\nfrom = \"{table}\"\nkey = \"id\"\n[{table}_new.columns]\nid = \"id\"\nq = 'q\"uo\\te'\nt = \"t\"\ni = \"i\"\nn = \"n\"\n"
        )
    };
    let target = |table: &str| {
        format!("CREATE TABLE {table}_new (id bigint PRIMARY KEY, q text, t text, i int, n int);")
    };
    let lab = small(
        &format!(
            "CREATE TABLE a ({columns}); INSERT INTO a VALUES {rows}; \
             CREATE TABLE b ({columns}, unread date DEFAULT '2020-02-29'); INSERT INTO b VALUES {rows}"
        ),
        &format!("{}{}", target("a"), target("b")),
        &format!("{}{}", mapping("a"), mapping("b")),
    );
    lab.run("migrate_data", &[]).ok();
    let of = |source: &str| {
        format!("SELECT raw::text FROM pgrefit.quarantine WHERE source = '{source}' ORDER BY key")
    };
    for source in ["a", "b"] {
        let shown = format!("SELECT row_to_json({source})::text FROM {source} ORDER BY id");
        let there = lab.rows(&lab.old, &shown);
        assert_eq!(there.len(), 4);
        assert_eq!(lab.rows(&lab.new, &of(source)), there);
    }
}

/// A trigger's error names a line of the COPY before a row is in, and none after it: then the row is
/// found by halves. An error that is no row's ends the run.
#[test]
fn rows_that_a_trigger_refuses_are_quarantined() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n int); INSERT INTO o SELECT i, i FROM generate_series(1, 30) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, n int); \
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.n = TG_ARGV[0]::int THEN RAISE EXCEPTION 'no % here', NEW.n; END IF; RETURN NEW; END $$; \
         CREATE TRIGGER before_ten BEFORE INSERT ON n FOR EACH ROW EXECUTE FUNCTION refuse(10); \
         CREATE TRIGGER after_seven AFTER INSERT ON n FOR EACH ROW EXECUTE FUNCTION refuse(7); \
         CREATE TRIGGER after_thirty AFTER INSERT ON n FOR EACH ROW EXECUTE FUNCTION refuse(30)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT key, rule, reason, sqlstate FROM pgrefit.quarantine ORDER BY key::int"
        ),
        [
            "7|server|n: no 7 here|P0001",
            "10|server|n: no 10 here|P0001",
            "30|server|n: no 30 here|P0001"
        ]
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "27");
    lab.run("verify_data", &[]).ok();

    lab.execute(
        &lab.new,
        "CREATE FUNCTION refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF (SELECT count(*) FROM n) > 27 THEN RAISE EXCEPTION 'full'; END IF; RETURN NULL; END $$; \
         DROP TRIGGER before_ten ON n; DROP TRIGGER after_seven ON n; DROP TRIGGER after_thirty ON n; \
         CREATE TRIGGER full_table AFTER INSERT ON n FOR EACH STATEMENT EXECUTE FUNCTION refuse_all()",
    );
    lab.run("migrate_data", &["--restart", "--yes"]).fails(
        1,
        "migrate_data: n cannot be loaded\n  detail: full (P0001)\n  detail: PL/pgSQL function refuse_all() line 1 at RAISE\n  hint: No row is refused on its own, only several together. What was loaded before stays.\n",
    );
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
         hint: `otherwise = \"fail\"` ends the run here. Fix the row or the mapping, then run it again: it goes on where it stopped.",
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
    cannot_come_back("VALUES (1)");
}

/// A large table's key is checked by sorting: to the same end, and in the same words.
#[test]
fn a_foreign_key_to_a_large_table_is_not_forgotten_either() {
    cannot_come_back("VALUES (1) UNION ALL SELECT generate_series(3, 60000)");
}

/// The second of two rows points to what is not among the parents.
#[track_caller]
fn cannot_come_back(parents: &str) {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, p int); INSERT INTO o VALUES (1, 1), (2, 2)",
        &format!(
            "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p {parents}; ANALYZE p; \
             CREATE TABLE n (id int PRIMARY KEY, p int CONSTRAINT n_p_fkey REFERENCES p)"
        ),
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\np = \"p\"\n",
    );
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: the foreign key n_p_fkey of n cannot be brought back\n  \
         detail: insert or update on table \"n\" violates foreign key constraint \"n_p_fkey\" (23503)\n  \
         detail: Key (p)=(2) is not present in table \"p\".\n  \
         hint: All rows are loaded. Fix what is named and run migrate_data again: it goes on here.",
    );
    // Begun anew, it comes back to the emptied table, and is set aside and missed once more.
    lab.run("migrate_data", &["--restart", "--yes"]).exits(1);
    lab.execute(&lab.new, "INSERT INTO p VALUES (2)");
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.value(&lab.new, "SELECT convalidated FROM pg_constraint WHERE conname = 'n_p_fkey'"),
        "t"
    );
}

/// What legacy columns hold, and what becomes of it: loaded as it is meant, or quarantined with
/// its reason; nothing dropped, nothing changed in silence.
#[test]
fn the_torture_corpus_is_loaded_or_quarantined_value_by_value() {
    #[rustfmt::skip]
    let corpus: &[(&str, &str, &str)] = &[
        // column, text in the source, value in the new table or the rule
        ("d", "0000-00-00", "date"), ("d", "2021-13-01", "date"), ("d", "31/04/2021", "date"),
        ("d", "29/02/2023", "date"), ("d", "29/02/2024", "2024-02-29"), ("d", "03/04/05", "date"),
        ("d", "infinity", "date"), ("d", "0044-03-15 BC", "date"), ("d", "2021-01-31T00:00", "date"),
        ("tz", "2021-03-28 02:30:00", "date"), ("tz", "2021-10-31 02:30:00", "2021-10-31 00:30:00+00"),
        ("tz", "-infinity", "date"),
        ("n", "NaN", "number"), ("n", "1e-20", "scale"), ("n", "$1,234.50", "1234.50"), ("n", "1.234,50", "1234.50"),
        ("n", "(12.00)", "-12.00"), ("n", "12.00-", "-12.00"), ("n", "１２", "number"), ("n", "12.345", "scale"),
        ("n", "99999999999.00", "range"), ("n", "1,23", "1.23"), ("n", "1,234", "1234.00"), ("n", "--5", "number"),
        ("f", "1e-20", "1e-20"), ("f", "1e999", "range"), ("f", "0x10", "number"),
        ("i", "2147483648", "range"), ("i", "-0", "0"), ("i", "1.0", "1"), ("i", "1.5", "integer"), ("i", "٣", "integer"),
        ("b", "Ja", "boolean"), ("b", "T", "t"), ("b", " ", "∅"),
        ("t", "emoji 🙂 and \u{200f}rtl\u{200e} marks", "emoji 🙂 and \u{200f}rtl\u{200e} marks"),
        ("t", "tab\tback\\slash\r\n'quote'", "tab\tback\\slash\r\n'quote'"),
        ("v", "äöüäö", "äöüäö"), ("v", "äöüäöü", "too_long"),
        ("j", "{\"a\": \"\\u0000\"}", "server"), ("j", "{\"a\": 1e400}", "{\"a\": 10"), ("j", "{'a': 1}", "server"),
    ];
    let columns = ["d", "tz", "n", "f", "i", "b", "t", "v", "j"];
    let mut mapping = "time_zone = \"Europe/Berlin\"\n[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n".to_owned();
    for column in columns {
        mapping.push_str(&match column {
            "d" => "d = { from = \"d\", formats = [\"%Y-%m-%d\", \"%d/%m/%Y\"] }\n".to_owned(),
            "n" => "n = { from = \"n\", clean = [\"money\"] }\n".to_owned(),
            other => format!("{other} = \"{other}\"\n"),
        });
    }
    let lab = small(
        &format!(
            "CREATE TABLE o (id int PRIMARY KEY, {})",
            columns.map(|column| format!("{column} text")).join(", ")
        ),
        "CREATE TABLE n (id int PRIMARY KEY, d date, tz timestamptz, n numeric(12, 2), f float8, i int, b boolean, t text, v varchar(5), j jsonb)",
        &mapping,
    );
    let mut old = lab.connect(&lab.old);
    for (id, (column, text, _)) in (1_i32..).zip(corpus) {
        old.execute(&format!("INSERT INTO o (id, {column}) VALUES ($1, $2)"), &[&id, text])
            .expect("a row");
    }
    lab.run("migrate_data", &[]).ok();
    for (id, (column, text, expected)) in (1..).zip(corpus) {
        let loaded = lab.rows(
            &lab.new,
            &format!(
                "SET TimeZone = 'UTC'; SELECT left({column}::text, 60) FROM n WHERE id = {id}"
            ),
        );
        let refused =
            lab.rows(&lab.new, &format!("SELECT rule FROM pgrefit.quarantine WHERE key = '{id}'"));
        let fate = [loaded, refused].concat();
        assert!(
            fate.len() == 1 && fate[0].starts_with(expected),
            "{column} {text:?}: {fate:?}, not {expected:?}"
        );
    }
    lab.run("verify_data", &[]).ok();
}

/// A database with the encoding SQL_ASCII checks nothing: what is not UTF-8 in it is quarantined,
/// byte for byte.
#[test]
fn bytes_that_are_no_text_are_quarantined() {
    let lab = small(
        "",
        "CREATE TABLE n (id int PRIMARY KEY, t text)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nt = \"t\"\n",
    );
    let ascii = format!("{}_ascii", lab.old);
    lab.execute("postgres", &format!("CREATE DATABASE {ascii} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"));
    lab.execute(&ascii, "CREATE TABLE o (id int PRIMARY KEY, t text); INSERT INTO o VALUES (1, convert_from('\\x4dfc6c6c6572', 'SQL_ASCII')), (2, 'plain')");
    let run = Run::of(
        lab.command("migrate_data", &[]).env("OLD_DATABASE_URL", lab.url(&ascii)),
        &lab.password(),
    );
    lab.execute("postgres", &format!("DROP DATABASE {ascii} WITH (FORCE)"));
    run.ok();
    assert_eq!(
        lab.rows(&lab.new, "SELECT key, rule, value FROM pgrefit.quarantine"),
        ["1|encoding|\\x4dfc6c6c6572"]
    );
    assert_eq!(lab.rows(&lab.new, "SELECT t FROM n"), ["plain"]);
}

/// Wide tables and long values: memory follows bytes, not rows.
#[test]
fn sixteen_hundred_columns_and_a_megabyte_go_through() {
    let names: Vec<_> = (1..1600).map(|number| format!("c{number}")).collect();
    let types = names.iter().map(|name| format!("{name} int")).collect::<Vec<_>>().join(", ");
    let mut mapping = "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\n".to_owned();
    for name in &names {
        mapping.push_str(&format!("{name} = \"{name}\"\n"));
    }
    mapping.push_str(
        "[long]\nfrom = \"wide\"\nkey = \"id\"\n[long.columns]\nid = \"id\"\nt = \"t\"\n",
    );
    let lab = small(
        &format!(
            "CREATE TABLE o (id int PRIMARY KEY, {types}); INSERT INTO o (id, c1, c1599) VALUES (1, 2, 3); \
             CREATE TABLE wide (id int PRIMARY KEY, t text); ALTER TABLE wide ALTER t SET STORAGE EXTERNAL; \
             INSERT INTO wide SELECT i, repeat(chr(64 + i), 1024 * 1024) FROM generate_series(1, 40) AS i"
        ),
        &format!(
            "CREATE TABLE n (id int PRIMARY KEY, {types}); CREATE TABLE long (id int PRIMARY KEY, t text)"
        ),
        &mapping,
    );
    lab.run("migrate_data", &["--workers", "1"]).ok();
    assert_eq!(lab.rows(&lab.new, "SELECT id, c1, c2, c1599 FROM n"), ["1|2|∅|3"]);
    assert_eq!(
        lab.value(&lab.new, "SELECT count(*) || ' ' || sum(length(t)) FROM long"),
        "40 41943040"
    );
    assert_eq!(
        lab.value(&lab.new, "SELECT count(*) FROM pgrefit.load_chunk WHERE source = 'wide'"),
        "2"
    );
}
