//! A finished load, run again after the old database changed: the new one is as if all of it were
//! loaded anew.

use super::{READ_IS_LOADED_MERGED_QUARANTINED, content, shop, small, writes};
use crate::harness::{Lab, Run};

/// New rows, changed ones, rows that leave, e-mails that change hands, rows that pass or fail now.
pub(super) const CHANGES: &str = "
    INSERT INTO old_users (id, email, full_name, reg_date) SELECT 100000 + i, 'new' || i || '@example.org', 'New ' || i, '2024-05-0' || i FROM generate_series(1, 9) AS i;
    UPDATE old_users SET full_name = full_name || ' Jr' WHERE id % 97 = 0;
    UPDATE old_users AS u SET email = o.email FROM old_users AS o WHERE u.id % 50 = 3 AND o.id = u.id + 1;
    UPDATE old_users AS u SET email = o.email FROM old_users AS o WHERE (u.id, o.id) IN ((11, 12), (12, 11));
    UPDATE old_users SET reg_date = '31/02/2021' WHERE id % 83 = 0;
    DELETE FROM old_users WHERE id % 71 = 0;
    DELETE FROM old_products WHERE id % 31 = 0;
    UPDATE old_products SET price = '17.25', category = 'Garden' WHERE id % 29 = 0;
    UPDATE old_products SET category = 'nonsense' WHERE id % 37 = 0;
    DELETE FROM old_orders WHERE id % 101 = 0;
    UPDATE old_orders SET order_date = '2021-03-04' WHERE id % 103 = 0;
    UPDATE old_orders SET quantity = 'many' WHERE id % 107 = 0;
    UPDATE old_orders SET note = NULL WHERE id % 109 = 0;
    INSERT INTO old_orders SELECT (jsonb_populate_record(o, jsonb_build_object('id', o.id + 1000000))).* FROM old_orders AS o WHERE id % 113 = 0";

/// What a load of the lab's old database into an empty new one leaves: its tables, its books.
fn loaded_anew(lab: &Lab) -> [Vec<String>; 2] {
    lab.run("migrate_data", &["--restart", "--yes"]).ok();
    [content(lab), books(lab)]
}

/// The ledger by source, the quarantine and the lineage.
fn books(lab: &Lab) -> Vec<String> {
    [
        "SELECT source, sum(read), sum(loaded), sum(merged), sum(quarantined), sum(('x' || right(hash, 12))::bit(48)::bigint) % 281474976710656 FROM pgrefit.load_chunk GROUP BY source ORDER BY 1",
        "SELECT count(*), sum(hashtextextended(ROW(source, key, raw::text, target, column_name, rule, reason, value, sqlstate)::text, 0)) FROM pgrefit.quarantine",
        "SELECT count(*), sum(hashtextextended(ROW(source, source_key, target, target_key, fate)::text, 0)) FROM pgrefit.lineage",
    ]
    .iter()
    .flat_map(|sql| lab.rows(&lab.new, sql))
    .collect()
}

fn assert_is_as_loaded_anew(lab: &Lab, run: &Run) {
    run.ok();
    assert_eq!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED), [""; 0]);
    lab.run("verify_data", &[]).ok();
    let before = writes(lab);
    let again = lab.run("migrate_data", &[]);
    assert!(again.ok().starts_with("migrate_data: nothing to do: run 1 finished at "), "{again}");
    assert_eq!(writes(lab), before, "a second run writes nothing");
    let state = [content(lab), books(lab)];
    assert_eq!(state, loaded_anew(lab), "{run}");
}

#[test]
fn what_changed_in_old_is_carried_over_as_if_all_were_loaded_anew() {
    let lab = shop(2_000, 200, 60_000);
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    lab.execute(&lab.old, CHANGES);
    let run = lab.run("migrate_data", &["--prune"]);
    assert!(run.ok().starts_with("migrate_data: run 1 brought up to date\n  users: "), "{run}");
    assert_is_as_loaded_anew(&lab, &run);
}

/// Without --prune, what nothing in old makes any more stays, and is told from then on; with it,
/// it goes.
#[test]
fn rows_that_are_gone_from_old_stay_until_they_are_pruned() {
    let lab = shop(500, 50, 30_000);
    lab.run("migrate_data", &[]).ok();
    lab.execute(
        &lab.old,
        "DROP SCHEMA truth CASCADE; DELETE FROM old_orders WHERE id IN (100, 200, 300)",
    );
    let orders = "SELECT count(*) FROM orders";
    let before: i64 = lab.value(&lab.new, orders).parse().unwrap();
    let gone = lab.value(&lab.new, "SELECT count(*) FROM orders WHERE id IN (100, 200, 300)");
    let gone: i64 = gone.parse().unwrap();
    let said = format!(
        "migrate_data: {gone} rows of order_items no longer come from any row of old_orders; {gone} rows of orders no longer come from any row of old_orders\n  \
         hint: `migrate_data --prune` deletes them.\n"
    );
    for _ in 0..2 {
        let run = lab.run("migrate_data", &[]);
        run.ok();
        assert_eq!(run.stderr, said, "{run}");
        assert_eq!(lab.value(&lab.new, orders), before.to_string());
        lab.run("verify_data", &[]).ok();
    }
    lab.execute(&lab.old, "INSERT INTO old_orders SELECT (jsonb_populate_record(o, '{\"id\": 200}')).* FROM old_orders AS o WHERE id = 201");
    lab.run("migrate_data", &[]).ok();
    lab.run("verify_data", &[]).ok();
    let run = lab.run("migrate_data", &["--prune"]);
    assert_is_as_loaded_anew(&lab, &run);
}

/// Numbers that `surrogate = true` gave stay who they were given to, and are never given to others;
/// rows of tables that do not keep the source's key, and of one without a primary key, follow too.
#[test]
fn surrogate_keys_stay_and_tables_without_the_sources_key_follow() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, city text, tag text); INSERT INTO o VALUES (2, 'Oslo', 'a'), (4, 'Bern', 'a'), (6, 'Oslo', 'b'), (8, 'Rome', 'b')",
        "CREATE TABLE city (nr int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE NOT NULL); \
         CREATE TABLE place (id int PRIMARY KEY, city int NOT NULL REFERENCES city ON DELETE CASCADE, seen text DEFAULT 'never'); CREATE TABLE tag (name text)",
        "[place]\nfrom = \"o\"\nkey = \"id\"\n[place.columns]\nid = \"id\"\ncity = { lookup = \"city\", by = \"name\", from = \"city\" }\n\
         [city]\nfrom = \"o\"\nkey = \"id\"\nunique = { by = \"name\" }\n[city.columns]\nnr = { surrogate = true }\nname = \"city\"\n\
         [tag]\nfrom = \"o\"\nkey = \"id\"\n[tag.columns]\nname = \"tag\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.new, "UPDATE place SET seen = 'today' WHERE id = 8");
    lab.execute(
        &lab.old,
        "INSERT INTO o VALUES (1, 'Kyiv', 'a'), (3, 'Bern', 'c'); UPDATE o SET city = 'Lima', tag = 'a' WHERE id = 8; DELETE FROM o WHERE id = 4",
    );
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: 1 row of tag no longer comes from any row of o\n  \
         hint: The table has no primary key by which they could be told apart from the others later. `--prune` deletes them. Nothing was changed.",
    );
    let run = lab.run("migrate_data", &["--prune"]);
    assert!(
        run.ok().starts_with(
            "migrate_data: run 1 brought up to date\n  place: 2 rows added, 1 changed, 1 removed\n  \
             city: 2 rows added, 1 removed\n  tag: 2 rows added, 1 removed\n"
        ),
        "{run}"
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT nr, name FROM city ORDER BY 1"),
        ["1|Oslo", "2|Bern", "4|Kyiv", "5|Lima"]
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT id, city, seen FROM place ORDER BY 1"),
        ["1|4|never", "2|1|never", "3|2|never", "6|1|never", "8|5|today"]
    );
    assert_eq!(lab.rows(&lab.new, "SELECT name FROM tag ORDER BY 1"), ["a", "a", "a", "b", "c"]);
    lab.run("verify_data", &[]).ok();
    let before = writes(&lab);
    assert!(lab.run("migrate_data", &["--prune"]).ok().starts_with("migrate_data: nothing to do"));
    assert_eq!(writes(&lab), before);
    lab.execute(&lab.old, "UPDATE o SET city = 'Rome' WHERE id = 1");
    lab.run("migrate_data", &["--prune"]).ok();
    assert_eq!(lab.value(&lab.new, "SELECT city FROM place WHERE id = 1"), "3", "its old number");
    lab.run("verify_data", &[]).ok();
}

/// What others did in the new database cannot be told from what is to be changed.
#[test]
fn rows_of_strangers_end_a_later_run_before_it_changes_anything() {
    let lab = shop(100, 20, 1_000);
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.new, "INSERT INTO users (id, email, full_name, registered_at) VALUES (999999, 'a@b.org', 'A', now())");
    lab.execute(&lab.old, "UPDATE old_users SET full_name = 'B' WHERE id = 1");
    let run = lab.run("migrate_data", &[]);
    run.exits(1);
    assert!(run.stderr.contains(" rows, ") && run.stderr.contains(" were loaded\n  detail: old_users has changed since it was loaded\n  hint: Rows that others added or deleted there cannot be told apart from the rows to change. "), "{run}");
    lab.execute(&lab.new, "DELETE FROM users WHERE id = 999999");
    lab.run("migrate_data", &[]).ok();
}

/// A row that breaks a check of the table is quarantined as in a load; one that is in the way of a
/// row that stays ends the run, and nothing is changed.
#[test]
fn rows_that_postgresql_refuses_in_a_later_run_are_quarantined_or_end_it() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, code text, n text); INSERT INTO o SELECT i, 'c' || i, i::text FROM generate_series(1, 100) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, code text CONSTRAINT one_code UNIQUE, n int CHECK (n < 1000))",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\ncode = \"code\"\nn = \"n\"\n",
    );
    lab.run("migrate_data", &[]).ok();
    lab.execute(&lab.old, "UPDATE o SET n = '5000' WHERE id IN (7, 8)");
    let run = lab.run("migrate_data", &[]);
    assert!(
        run.ok().starts_with("migrate_data: run 1 brought up to date\n  n: 2 rows removed\n"),
        "{run}"
    );
    assert_eq!(
        lab.rows(&lab.new, "SELECT key, reason, sqlstate FROM pgrefit.quarantine ORDER BY key"),
        ["7|n: violates n_n_check|23514", "8|n: violates n_n_check|23514"]
    );
    lab.run("verify_data", &[]).ok();

    lab.execute(&lab.old, "DELETE FROM o WHERE id = 50; INSERT INTO o VALUES (150, 'c50', '1')");
    lab.run("migrate_data", &[]).fails(
        1,
        "migrate_data: what changed in the old database cannot be carried over\n  \
         detail: duplicate key value violates unique constraint \"one_code\" (23505)\n  \
         detail: Key (code)=(c50) already exists.\n  \
         hint: Nothing was changed. Rows that stay without --prune may be in the way; `migrate_data --restart` loads everything again.",
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM n"), "98");
    lab.run("migrate_data", &["--prune"]).ok();
    assert_eq!(lab.value(&lab.new, "SELECT id FROM n WHERE code = 'c50'"), "150");
    lab.run("verify_data", &[]).ok();
}

/// A place in a key that the mapping does not keep is the smallest source key's, whoever comes
/// first, and a row for which there is no partition is refused: in a load with many workers as in
/// a later run.
#[test]
fn rows_that_want_one_place_are_told_apart_by_a_later_run_as_by_a_load() {
    let lab = small(
        "CREATE TABLE o (id int PRIMARY KEY, code text, tag text, day date); \
         INSERT INTO o SELECT i, 'c' || i % 59000, CASE WHEN i % 2 = 0 THEN 't' || i END, date '2020-01-01' + i % 300 FROM generate_series(1, 60000) AS i; \
         CREATE TABLE w (id int PRIMARY KEY, word text); INSERT INTO w SELECT i, 'w' || i FROM generate_series(1, 50) AS i",
        "CREATE TABLE n (id int PRIMARY KEY, code text CONSTRAINT one_code UNIQUE, tag text CONSTRAINT one_tag UNIQUE); \
         CREATE TABLE p (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day); CREATE TABLE p_2020 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (day); CREATE TABLE p_rest PARTITION OF p_2020 DEFAULT; \
         CREATE TABLE word (word text PRIMARY KEY, id int)",
        "[n]\nfrom = \"o\"\nkey = \"id\"\n[n.columns]\nid = \"id\"\ncode = \"code\"\ntag = \"tag\"\n\
         [p]\nfrom = \"o\"\nkey = \"id\"\n[p.columns]\nid = \"id\"\nday = \"day\"\n\
         [word]\nfrom = \"w\"\nkey = \"id\"\n[word.columns]\nword = { from = \"word\", clean = [\"lower\"] }\nid = \"id\"\n",
    );
    let state = || -> [Vec<String>; 2] {
        let tables = ["n", "p", "word"].map(|table| lab.value(&lab.new, &format!("SELECT '{table}', count(*), sum(hashtextextended(t::text, 0)) FROM {table} AS t")));
        [tables.to_vec(), books(&lab)]
    };
    lab.run("migrate_data", &["--workers", "4"]).ok();
    let refused = "SELECT min(key::int), count(*), min(reason), min(column_name), min(value) FROM pgrefit.quarantine";
    assert_eq!(
        lab.rows(&lab.new, refused),
        ["59001|1000|n: violates one_code|code|Key (code)=(c1) already exists."]
    );
    let loaded = state();
    lab.run("migrate_data", &["--workers", "1", "--restart", "--yes"]).ok();
    assert_eq!(state(), loaded);

    lab.execute(
        &lab.old,
        "DELETE FROM o WHERE id > 59010; UPDATE o SET code = 'c20000' WHERE id = 7; UPDATE o SET day = '2031-01-01' WHERE id = 8; \
         UPDATE o SET tag = 't30' WHERE id IN (9, 29, 31); UPDATE o SET code = 'c9' WHERE id IN (30, 40000); \
         INSERT INTO o VALUES (0, 'c5', 't4', '2020-05-05'), (70000, 'new', 't59004', '2032-02-02'); \
         INSERT INTO w VALUES (0, 'W7'), (60, 'w8'); UPDATE w SET word = 'W10' WHERE id = 9",
    );
    let run = lab.run("migrate_data", &["--prune"]);
    run.ok();
    let fates = "SELECT source, key, reason, column_name, value FROM pgrefit.quarantine WHERE key::int BETWEEN 0 AND 59000 OR key::int > 60000 ORDER BY source, key::int";
    assert_eq!(
        lab.rows(&lab.new, fates),
        [
            "o|4|n: violates one_tag|tag|Key (tag)=(t4) already exists.",
            "o|5|n: violates one_code|code|Key (code)=(c5) already exists.",
            "o|8|p: no partition is for the row||Partition key of the failing row contains (day) = (2031-01-01).",
            "o|29|n: violates one_tag|tag|Key (tag)=(t30) already exists.",
            "o|30|n: violates one_code|code|Key (code)=(c9) already exists.",
            "o|31|n: violates one_tag|tag|Key (tag)=(t30) already exists.",
            "o|20000|n: violates one_code|code|Key (code)=(c20000) already exists.",
            "o|40000|n: violates one_code|code|Key (code)=(c9) already exists.",
            "o|70000|p: no partition is for the row||Partition key of the failing row contains (day) = (2032-02-02).",
            "w|7|word: violates word_pkey|word|Key (word)=(w7) already exists.",
            "w|10|word: violates word_pkey|word|Key (word)=(w10) already exists.",
            "w|60|word: violates word_pkey|word|Key (word)=(w8) already exists.",
        ],
        "{run}"
    );
    lab.run("verify_data", &[]).ok();
    let before = writes(&lab);
    assert!(lab.run("migrate_data", &[]).ok().starts_with("migrate_data: nothing to do"));
    assert_eq!(writes(&lab), before);
    let later = state();
    lab.run("migrate_data", &["--restart", "--yes"]).ok();
    assert_eq!(state(), later);
}
