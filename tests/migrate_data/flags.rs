//! Parts, pace and form of a run: --only, --max-rows-per-second, --json, rejects.

use std::time::{Duration, Instant};

use super::{READ_IS_LOADED_MERGED_QUARANTINED, content, shop, small};

#[test]
fn one_table_is_loaded_with_what_it_looks_up_and_the_rest_later() {
    let lab = shop(300, 30, 2_000);
    lab.run("migrate_data", &["--only", "nobody"]).fails(
        2,
        "migrate_data: nobody is neither a target nor a source of the mapping\n  \
         hint: The targets are users, addresses, products, categories, orders, order_items.",
    );
    let run = lab.run("migrate_data", &["--only", "products"]);
    run.ok();
    assert_eq!(
        run.stderr,
        "migrate_data: run 1 is not finished: `migrate_data` loads the other sources\n"
    );
    assert_eq!(lab.rows(&lab.new, "SELECT source FROM pgrefit.load_source"), ["old_products"]);
    lab.run("migrate_data", &["--only", "old_orders"]).ok();
    assert_eq!(
        lab.rows(&lab.new, "SELECT source FROM pgrefit.load_source ORDER BY source"),
        ["old_orders", "old_products", "old_users"]
    );
    assert!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED).is_empty());
    lab.run("migrate_data", &[]).ok();
    lab.run("verify_data", &[]).ok();
    let parts = content(&lab);
    lab.run("migrate_data", &["--restart", "--yes"]).ok();
    assert_eq!(parts, content(&lab), "as in one go");
}

const LINES: &str = "[lines]\nfrom = \"l\"\nkey = \"id\"\n[lines.columns]\nid = \"id\"\nprice = { from = \"price\", clean = [\"money\"] }\n";

#[test]
fn no_more_rows_than_allowed_are_read_in_a_second() {
    let lab = small(
        "CREATE TABLE l AS SELECT n AS id, n::text AS price FROM generate_series(1, 2000) AS n; ALTER TABLE l ADD PRIMARY KEY (id)",
        "CREATE TABLE lines (id int PRIMARY KEY, price numeric)",
        LINES,
    );
    let start = Instant::now();
    let run = lab.run("migrate_data", &["--max-rows-per-second", "1000", "--json"]);
    run.ok();
    let took = start.elapsed();
    assert!(took > Duration::from_millis(1_900), "{took:?}\n{run}");
    // Once a second, a line for machines.
    let progress: serde_json::Value = serde_json::from_str(run.stderr.lines().last().unwrap())
        .unwrap_or_else(|_| panic!("{run}"));
    assert_eq!((&progress["source"], &progress["of"]), (&"l".into(), &2_000.into()), "{run}");
    assert!(progress["rows_per_second"].is_u64() && progress["eta_seconds"].is_u64(), "{run}");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM lines"), "2000");
}

#[test]
fn refused_rows_are_told_by_reason_with_three_samples() {
    let lab = small(
        "CREATE TABLE l (id int PRIMARY KEY, price text); \
         INSERT INTO l VALUES (1, '1.50'), (2, 'free'), (3, 'ask'), (4, 'tbd'), (5, 'gift'), (6, '-1'), (7, NULL)",
        "CREATE TABLE lines (id int PRIMARY KEY, price numeric NOT NULL CHECK (price > 0))",
        LINES,
    );
    let json: serde_json::Value =
        serde_json::from_str(lab.run("migrate_data", &["--json"]).ok()).unwrap();
    assert_eq!(json["state"], "finished");
    assert_eq!(json["sources"][0]["loaded"], 1);
    assert_eq!(json["rejects"][0]["rows"], 4);
    assert_eq!(json["rejects"][0]["samples"][2], serde_json::json!({ "key": "4", "value": "tbd" }));
    let run = lab.run("migrate_data", &["rejects"]);
    assert_eq!(
        run.ok(),
        "migrate_data: 6 rows quarantined by run 1
  4 rows: price is not a number (l, lines.price, number)
    2: 'free'   3: 'ask'   4: 'tbd'
  1 row: lines: violates lines_price_check (l, lines, 23514)
    6: 'Failing row contains (6, -1).'
  1 row: price is missing (l, lines.price, missing)
    7: NULL
"
    );
    let json = lab.run("migrate_data", &["rejects", "--json"]);
    let json: serde_json::Value = serde_json::from_str(json.ok()).unwrap();
    assert_eq!(json[2]["rule"], "missing");
}
