//! What is in the database is in the backup, readable with gzip and psql alone.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{SHOP, back_up, command, db_backup, files, left, masked, rows};
use crate::harness::{Lab, Run};

#[test]
fn it_says_what_it_did_and_verify_agrees() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let run = db_backup(&lab, &[]);
    let said = masked(run.ok()).replace(&masked(&lab.new), "NAME");
    assert_eq!(
        said,
        "db_backup: backups/NAME_#-#-#T#Z  #.# MB of # MB in #.# s, # tables, #,# rows\n"
    );
    assert!(run.stdout.ends_with("3 tables, 255,000 rows\n"), "{run}");
    assert_eq!(run.stderr, "");

    let list = db_backup(&lab, &["list"]);
    assert!(list.ok().starts_with("db_backup: 1 backup in backups\n"), "{list}");
    assert!(list.stdout.contains("255,000 rows  not verified\n"), "{list}");
    let verify = db_backup(&lab, &["verify"]);
    assert!(verify.ok().contains("255,000 rows: all as the manifest says ("), "{verify}");
    assert!(db_backup(&lab, &["list"]).ok().contains("rows  files verified 20"));

    let show = db_backup(&lab, &["show"]);
    for line in ["public.orders           250,000 rows", "large     1 object"] {
        assert!(show.ok().contains(line), "{line}\n{show}");
    }
    let json = db_backup(&lab, &["show", "--json"]);
    let manifest = lab.read(&format!("backups/{}/manifest.json", left(&lab)[0]));
    assert_eq!(json.ok(), manifest);
    assert!(manifest.contains("\"tool\": \"db_backup "), "{json}");
}

#[test]
fn nobody_else_may_read_it_and_no_file_holds_the_password() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    for file in files(&backup) {
        let mode = std::fs::metadata(backup.join(&file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
        let bytes = std::fs::read(backup.join(&file)).unwrap();
        let password = lab.password();
        let held = bytes.windows(password.len()).any(|part| part == password.as_bytes());
        assert!(!held, "{file} holds the password");
    }
    let globals = std::fs::read_to_string(backup.join("globals.sql")).unwrap();
    assert!(globals.contains(&format!("CREATE ROLE {};", lab.user())), "{globals}");
    assert!(!globals.contains("PASSWORD '"), "{globals}");
    for folder in [backup.clone(), backup.join("data")] {
        assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_table_comes_back_with_zcat_and_psql_alone() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let backup = back_up(&lab, &[]);
    lab.execute(&lab.old, "CREATE TABLE orders (id bigint PRIMARY KEY, note text)");
    let chunks: Vec<_> =
        files(&backup).into_iter().filter(|file| file.starts_with("data/public.orders.")).collect();
    assert!(chunks.len() > 1, "{chunks:?}");
    for chunk in chunks {
        let mut zcat = Command::new("zcat");
        let mut zcat = zcat.arg(backup.join(chunk)).stdout(Stdio::piped()).spawn().unwrap();
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "COPY orders (id, note) FROM STDIN"]);
        psql.env("PGPASSWORD", lab.password())
            .env("PGUSER", lab.user())
            .env("PGDATABASE", &lab.old);
        psql.env("PGHOST", "127.0.0.1").env("PGPORT", lab.port().to_string());
        let status = psql.stdin(zcat.stdout.take().unwrap()).status().unwrap();
        assert!(status.success() && zcat.wait().unwrap().success());
    }
    let content = "SELECT count(*), md5(string_agg(o::text, ',' ORDER BY id)) FROM orders AS o";
    assert_eq!(lab.value_row(&lab.old, content), lab.value_row(&lab.new, content));
}

#[test]
fn odd_tables_are_there_each_with_all_of_its_rows() {
    let lab = Lab::new();
    lab.execute(&lab.new, include_str!("odd.sql"));
    let crab = "🦀".repeat(15);
    lab.execute(
        &lab.new,
        &format!("CREATE TABLE \"{crab}\" (id int); INSERT INTO \"{crab}\" VALUES (1), (2)"),
    );
    let backup = back_up(&lab, &["--jobs", "2"]);
    let case =
        |table: &str, expected: &[&str]| assert_eq!(rows(&backup, table), expected, "{table}");
    case("public.no_columns", &["", "", ""]);
    case("public.generated", &["1\t\\N", "2\tx"]);
    case("public.only_generated", &["", ""]);
    case("public.not_logged", &["1"]);
    case("public.parts_low", &["1\ta"]);
    case("public.parts_high", &["101\tb"]);
    case("public.parts", &[]);
    case("public.parent", &["1"]);
    case("public.child", &["2\tmore"]);
    case("odd%20%22schema%22%2E.%2F%2E%2E%2Fetc%0A%27", &["a\\tb\\n\\\\"]);
    case("public.%55sers", &["capital"]);
    case("public.users", &["small"]);
    case(
        "public.of_types",
        &[
            "NaN\t-Infinity\t1 year 2 mons\t2026-01-01 00:00:00+00\t\\\\x00ff\t{1,NULL,\"a b\"}\tpublic.users",
        ],
    );
    let emoji: Vec<_> =
        files(&backup).into_iter().filter(|file| file.contains("%F0%9F%A6%80")).collect();
    assert_eq!(emoji.len(), 1);
    assert!(db_backup(&lab, &["verify"]).ok().contains("all as the manifest says"));

    let json = db_backup(&lab, &["show", "--json"]);
    for fact in [
        "\"what\": \"the rows of the foreign table public.far_away\"",
        "\"last_value\": 4200,",
        "\"name\": \"filled\",\n      \"populated\": true",
        "\"name\": \"empty\",\n      \"populated\": false",
        "\"comment\": \"of all kinds\"",
        "\"name\": \"search_path\",\n        \"value\": \"\\\"odd \\\"\\\"schema\\\"\\\".\\\", public\"",
    ] {
        assert!(json.ok().contains(fact), "{fact}\n{json}");
    }
}

#[test]
fn large_objects_are_there_with_owner_grants_and_holes() {
    let lab = Lab::new();
    lab.execute(
        &lab.new,
        "SELECT lo_from_bytea(10, 'ten'), lo_create(11), lo_create(12);
         SELECT lo_put(12, 600000, 'far');
         COMMENT ON LARGE OBJECT 10 IS 'the tenth';
         GRANT SELECT ON LARGE OBJECT 10 TO PUBLIC",
    );
    let backup = back_up(&lab, &[]);
    let read = |file: &str| {
        let output = Command::new("gzip").arg("-dc").arg(backup.join(file)).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let user = lab.user();
    let metadata = read("large_objects.copy.gz");
    let lines: Vec<_> = metadata.lines().collect();
    assert!(lines[0].starts_with(&format!("10\t{user}\t[{{\"grantee\": null,")), "{metadata}");
    assert!(lines[0].ends_with("\tthe tenth"), "{metadata}");
    assert_eq!(&lines[1..], [format!("11\t{user}\t\\N\t\\N"), format!("12\t{user}\t\\N\t\\N")]);
    let content = read("large_objects.1.copy.gz");
    let pieces: Vec<_> = content.lines().map(|line| line.rsplit_once('\t').unwrap()).collect();
    let places: Vec<_> = pieces.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, ["10\t0", "12\t0", "12\t262144", "12\t524288"]);
    assert_eq!(pieces[0].1, "\\\\x74656e");
    assert!(pieces[3].1.ends_with("00666172"));

    // As the README says, without us.
    let mut old = lab.connect(&lab.old);
    old.batch_execute("CREATE TABLE part (id oid, start bigint, content bytea)").unwrap();
    let mut rows = old.copy_in("COPY part FROM STDIN").unwrap();
    rows.write_all(content.as_bytes()).unwrap();
    rows.finish().unwrap();
    let back = "SELECT lo_create(10), lo_create(11), lo_create(12);
                SELECT count(lo_put(id, start, content)) FROM part";
    old.batch_execute(back).unwrap();
    let content = "SELECT oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid";
    assert_eq!(lab.rows(&lab.old, content), lab.rows(&lab.new, content));
}

/// Without a provider nobody can set one, but for a superuser who writes into the catalog.
#[test]
fn security_labels_that_are_left_out_are_named() {
    let lab = Lab::new();
    lab.execute(
        &lab.new,
        "SELECT lo_create(10), lo_create(11);
         INSERT INTO pg_seclabel SELECT n, 'pg_largeobject'::regclass, 0, 'guard', 'secret' FROM unnest('{10,11}'::oid[]) AS n;
         INSERT INTO pg_shseclabel SELECT oid, 'pg_database'::regclass, 'guard', 'secret' FROM pg_database
         WHERE datname = current_database()",
    );
    let run = db_backup(&lab, &[]);
    lab.execute(&lab.new, "DELETE FROM pg_shseclabel WHERE provider = 'guard' AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())");
    run.ok();
    assert_eq!(
        run.stderr,
        "db_backup: without the security label of the database (provider guard): pg_dump's archives carry none of these\n\
         db_backup: without the security labels of 2 large objects (provider guard): pg_dump's archives carry none of these\n"
    );
}

#[test]
fn a_part_is_chosen_by_schema_and_table_and_says_so() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    lab.execute(
        &lab.new,
        "CREATE SCHEMA more; CREATE TABLE more.t AS SELECT 1 AS id;
         CREATE TABLE parts (id int) PARTITION BY RANGE (id);
         CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100)",
    );
    let run = db_backup(&lab, &["--schema", "more", "--table", "parts"]);
    assert!(run.ok().ends_with("2 tables, 1 row\n"), "{run}");
    assert_eq!(
        run.stderr,
        "db_backup: without everything but the chosen schemas and tables; large objects too: --schema, --table\n"
    );
    let run = db_backup(&lab, &["--exclude-table-data", "public.orders"]);
    assert!(
        run.ok().ends_with("5 tables, 5,001 rows\n")
            || run.stdout.ends_with("4 tables, 5,001 rows\n"),
        "{run}"
    );
    assert_eq!(run.stderr, "db_backup: without the rows of public.orders: --exclude-table-data\n");
    db_backup(&lab, &["--table", "gone"])
        .fails(2, "db_backup: --table gone: there is no such table");
}

#[test]
fn every_file_goes_through_the_filter_and_back() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    // Turns every byte over: nothing can be read without the inverse.
    let turn = "tr '\\000-\\377' '\\200-\\377\\000-\\177'";
    let backup = back_up(&lab, &["--filter", turn, "--unfilter", turn]);
    let stored = std::fs::read(backup.join("schema.dump.filtered")).unwrap();
    assert_eq!(stored[0], b'P' ^ 0x80);
    let verify = db_backup(&lab, &["verify", "--unfilter", turn]);
    assert!(verify.ok().contains("all as the manifest says"), "{verify}");
    assert_eq!(verify.stderr, "");

    let wrong = db_backup(&lab, &["verify", "--unfilter", "cat"]);
    wrong.exits(3);
    assert!(
        wrong.stderr.contains("data/public.orders.1.copy.gz.filtered is not a complete gzip file"),
        "{wrong}"
    );
}

#[test]
fn a_filter_without_an_inverse_is_verified_as_stored() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t (id int)");
    back_up(&lab, &["--filter", "tr '\\000' '\\001'"]);
    let verify = db_backup(&lab, &["verify"]);
    verify.ok();
    assert_eq!(
        verify.stderr,
        "db_backup: the files are filtered and no command to read them is known (--unfilter): only their SHA-256 hashes were compared\n"
    );
    assert!(db_backup(&lab, &["list"]).ok().contains("not verified"));
}

#[test]
fn a_filter_that_fails_fails_the_backup() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    for filter in ["head -c 1000 >/dev/null; exit 3", "exit 3"] {
        let run = Run::of(&mut command(&lab, &["--filter", filter]), &lab.password());
        run.exits(1);
        assert!(run.stderr.contains(&format!("`{filter}` failed: exit status: 3")), "{run}");
        assert_eq!(left(&lab), Vec::<String>::new());
    }
}

#[test]
fn every_level_is_gzip_and_the_higher_the_smaller() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let mut sizes = Vec::new();
    for level in ["0", "1", "6", "9"] {
        let backup = back_up(&lab, &["--level", level]);
        assert_eq!(rows(&backup, "public.orders").len(), 250_000);
        let size = |file: &String| std::fs::metadata(backup.join(file)).unwrap().len();
        sizes.push(files(&backup).iter().map(size).sum::<u64>());
    }
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    db_backup(&lab, &["verify"]).ok();
}

impl Lab {
    /// One row as text.
    fn value_row(&self, database: &str, sql: &str) -> Vec<String> {
        self.rows(database, sql)
    }
}
