//! Looking without writing: dry-run, explain, export.

use super::{shop, small};

#[test]
fn a_dry_run_says_what_a_run_then_does_and_writes_nothing() {
    let lab = shop(1_000, 100, 30_000);
    let dry = lab.run("migrate_data", &["dry-run"]);
    let forecast: Vec<_> = dry.ok().lines().map(without_time).collect();
    assert_eq!(forecast[0], "migrate_data dry-run (nothing was written):");
    assert_eq!(
        lab.value(
            &lab.new,
            "SELECT to_regclass('pgrefit.load_run') IS NULL AND NOT EXISTS (SELECT FROM users)"
        ),
        "t"
    );
    let real = lab.run("migrate_data", &[]);
    let done: Vec<_> = real.ok().lines().map(without_time).collect();
    assert_eq!(forecast[1..5], done[1..5], "{dry}{real}");
    assert_eq!(forecast[5], done[5], "the reasons");
}

/// A result line without its last column, the time.
fn without_time(line: &str) -> &str {
    line.rsplit_once("  ")
        .map_or(line, |(numbers, _)| if line.ends_with(" s") { numbers.trim_end() } else { line })
}

#[test]
fn a_row_is_explained_column_by_column() {
    let lab = small(
        "CREATE TABLE u (id int PRIMARY KEY, mail text); INSERT INTO u VALUES (1, 'ana@x.com'), (2, ' ANA@x.com'); \
         CREATE TABLE o (id int PRIMARY KEY, mail text, born text); INSERT INTO o VALUES (7, 'Ana@X.com ', '31/02/2021'), (8, 'bob@x.com', NULL)",
        "CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE); CREATE TABLE orders (id int PRIMARY KEY, user_id int, born date)",
        "[users]\nfrom = \"u\"\nkey = \"id\"\nunique = { by = \"email\" }\n[users.columns]\nid = \"id\"\nemail = { from = \"mail\", clean = [\"email\"] }\n\
         [orders]\nfrom = \"o\"\nkey = \"id\"\n[orders.columns]\nid = \"id\"\n\
         user_id = { lookup = \"users\", by = \"email\", from = \"mail\", clean = [\"email\"] }\n\
         born = { from = \"born\", formats = [\"%Y-%m-%d\", \"%d/%m/%Y\"] }\n",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.run("migrate_data", &["explain", "o", "7"]).ok(),
        "o 7 → quarantined: born is not a date (orders.born, date)\n  orders\n    \
         id       id '7' → 7\n    \
         user_id  mail 'Ana@X.com ' → ana@x.com → users 1\n    \
         born     born '31/02/2021' ✗ is not a date; tried %Y-%m-%d  %d/%m/%Y\n"
    );
    assert_eq!(
        lab.run("migrate_data", &["explain", "o", "8"]).ok(),
        "o 8 → quarantined: no row of users with that email (orders.user_id, lookup)\n  orders\n    \
         id       id '8' → 8\n    \
         user_id  mail 'bob@x.com' → bob@x.com → ✗ no row of users with that email\n    \
         born     born NULL → NULL\n"
    );
    assert!(
        lab.run("migrate_data", &["explain", "u", "2"])
            .ok()
            .starts_with("u 2 → merged into users 1\n")
    );
    lab.run("migrate_data", &["explain", "u", "9"])
        .fails(2, "migrate_data: u has no row whose id is 9");
    lab.run("migrate_data", &["explain", "x", "9"])
        .fails(2, "migrate_data: x is not a source of the mapping\n  hint: The sources are u, o.");
}

#[test]
fn the_quarantine_is_exported_as_csv() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, n text); INSERT INTO o VALUES (1, '1'), (2, 'a \"quoted\", line'), (10, 'x')",
        "CREATE TABLE n (id int PRIMARY KEY, n int)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &["export", "rejects.csv"]).fails(
        1,
        "migrate_data: nothing has been loaded into this database\n  hint: `make migrate-data` loads it.",
    );
    lab.run("migrate_data", &[]).ok();
    assert_eq!(
        lab.run("migrate_data", &["export", "rejects.csv"]).ok(),
        "migrate_data: 2 rows quarantined by run 1 written to rejects.csv\n"
    );
    assert_eq!(
        lab.read("rejects.csv"),
        "source,key,target,column_name,rule,reason,value,sqlstate,raw\n\
         o,2,n,n,integer,n is not a whole number,\"a \"\"quoted\"\", line\",,\"{\"\"id\"\":2,\"\"n\"\":\"\"a \\\"\"quoted\\\"\", line\"\"}\"\n\
         o,10,n,n,integer,n is not a whole number,x,,\"{\"\"id\"\":10,\"\"n\"\":\"\"x\"\"}\"\n"
    );
}
