//! Before there is a mapping: what tables hold, and a mapping to start from.

use crate::harness::Lab;
use crate::migrate_data::{shop, small};

const PEOPLE: &str = "CREATE TABLE people (id int PRIMARY KEY, mail text, born text, height text);
    INSERT INTO people VALUES
    (1, 'ana@x.com', '31/12/1990', '1.70'), (2, 'BOB@x.com', '01/02/1991', '1,82 m'), (3, 'n/a', '1992-03-04', NULL),
    (4, NULL, 'soon', '1.65'), (5, 'eve@x', '', '2')";

#[test]
fn a_profile_says_what_each_column_holds_and_what_would_take_it() {
    let lab = small(PEOPLE, "", "");
    let run = lab.run("propose_schema", &["profile", "people"]);
    assert_eq!(
        run.ok(),
        "people: 5 rows
  column   nulls  no value  distinct  longest  would take; below it the most frequent shapes
  id         0 %       0 %         5        1  integer 100 %  boolean 20.0 %
                                               9 100 %
  mail    20.0 %    20.0 %         4        9  email 66.7 %
                                               A@a.a 33.3 %  a@a 33.3 %  a@a.a 33.3 %
  born       0 %    20.0 %         5       10  date 75.0 %: %d/%m/%Y 50.0 %, %Y-%m-%d 25.0 %
                                               99/99/9999 50.0 %  9999-99-99 25.0 %  a 25.0 %
  height  20.0 %       0 %         4        6  number 75.0 %  integer 25.0 %
                                               9.99 50.0 %  9 25.0 %  9,99 a 25.0 %
"
    );
    let json: serde_json::Value =
        serde_json::from_str(lab.run("propose_schema", &["profile", "people", "--json"]).ok())
            .unwrap();
    assert_eq!(json["rows"], 5);
    assert_eq!(json["columns"][1]["takes"]["email"], 2);
    assert_eq!(json["columns"][2]["dates"]["formats"][0]["format"], "%d/%m/%Y");
    assert_eq!(json["columns"][1]["distinct"], serde_json::json!({ "count": 4, "exact": true }));
    let two = lab.run("propose_schema", &["profile", "people", "public.people"]);
    assert_eq!(two.ok().matches("people: 5 rows").count(), 2, "{two}");
    lab.run("propose_schema", &["profile", "nobody"])
        .fails(2, "propose_schema: nobody does not exist in the old database");
}

#[test]
fn more_values_than_are_kept_are_estimated_and_marked() {
    let lab = small(
        "CREATE TABLE many AS SELECT n AS id, md5(n::text) AS code, (n % 3)::text AS third FROM generate_series(1, 60000) AS n",
        "",
        "",
    );
    let run = lab.run("propose_schema", &["profile", "many", "--json", "--jobs", "2"]);
    let json: serde_json::Value = serde_json::from_str(run.ok()).unwrap();
    assert_eq!(json["rows"], 60_000);
    let code = &json["columns"][1]["distinct"];
    let count = code["count"].as_i64().unwrap();
    assert!(code["exact"] == false && (57_000..63_000).contains(&count), "{code}");
    assert_eq!(json["columns"][2]["values"][0]["rows"], 20_000);
}

/// The mapping that is suggested for the shop, in the shop's project; nothing is loaded yet.
fn suggested() -> Lab {
    let lab = shop(2_000, 200, 10_000);
    std::fs::remove_file(lab.path("sql/shop/mapping.toml")).expect("the shop has one");
    let run = lab.run("propose_schema", &["mapping", "sql/shop/mapping.toml"]);
    run.ok();
    assert_eq!(
        run.stderr,
        "propose_schema: wrote sql/shop/mapping.toml; `migrate_data dry-run` says what it would do\n"
    );
    lab
}

#[test]
fn a_suggested_mapping_loads_the_shop_once_its_doubts_are_settled() {
    let lab = suggested();
    let suggestion = lab.read("sql/shop/mapping.toml");
    let doubt = "# status: none of the labels: \"done\" ";
    assert!(suggestion.contains(doubt), "{suggestion}");
    lab.run("propose_schema", &["mapping", "sql/shop/mapping.toml"]).fails(
        2,
        "propose_schema: sql/shop/mapping.toml already exists\n  hint: Name a file that does not exist yet. Nothing was written.",
    );
    lab.run("migrate_data", &["dry-run"]).ok();

    // The one thing that no catalog tells: what the clerks' words for a status mean.
    let mended = suggestion
        .replace("pending = []", "pending = [\"new\", \"open\"]")
        .replace("paid = []", "paid = [\"payed\", \"payment received\"]")
        .replace("shipped = []", "shipped = [\"sent\", \"on its way\"]")
        .replace("delivered = []", "delivered = [\"done\", \"ok\"]");
    lab.write("sql/shop/mapping.toml", &mended);
    lab.run("migrate_data", &[]).ok();
    let shares = lab.rows(
        &lab.new,
        "SELECT source, round(100.0 * sum(loaded + merged) / sum(read)) >= 85 FROM pgrefit.load_chunk GROUP BY source ORDER BY source",
    );
    assert_eq!(shares, ["old_orders|t", "old_products|t", "old_users|t"], "{suggestion}");
    assert_eq!(
        lab.value(&lab.new, "SELECT count(*) = 0 FROM users WHERE email <> lower(email)"),
        "t"
    );
    assert_ne!(lab.value(&lab.new, "SELECT count(*) FROM addresses WHERE city IS NOT NULL"), "0");
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    lab.run("verify_data", &[]).ok();
}

#[test]
fn what_nothing_fills_is_written_as_a_comment() {
    let lab = small(
        "CREATE TABLE old_things (id int PRIMARY KEY, label text); INSERT INTO old_things VALUES (1, 'a'); CREATE TABLE keyless (x text)",
        "CREATE TABLE things (id int PRIMARY KEY, label text, weight int); CREATE TABLE colours (id int PRIMARY KEY, rgb text NOT NULL)",
        "",
    );
    let run = lab.run("propose_schema", &["mapping"]);
    let lines: Vec<_> = run.ok().lines().skip(3).collect();
    assert_eq!(
        lines,
        [
            "time_zone  = \"UTC\"  # of dates and times that name none",
            "null_words = [\"\"]",
            "",
            "[things]",
            "from = \"old_things\"",
            "key = \"id\"",
            "[things.columns]",
            "id = \"id\"",
            "label = \"label\"",
            "# weight: nothing in old_things looks like it",
            "",
            "# [colours]: no table of the old database with a key looks like it",
            "",
            "# Not read by any line above:",
            "# keyless, which has no key: `from_sql` may give it one",
        ],
        "{run}"
    );
}
