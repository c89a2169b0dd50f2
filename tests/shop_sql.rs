//! The shop's own SQL: what its four scripts do to an empty and to a filled database, and that
//! each of its checks finds what it is there for.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::Lab;
use crate::tools::Dice;

/// The shop's project and its tables, empty.
fn shop() -> Lab {
    let lab = Lab::new();
    lab.project("shop");
    for file in sql_files("schema") {
        lab.execute(&lab.new, &lab.read(&format!("sql/shop/schema/{file}")));
    }
    lab
}

/// Two years of orders from June 2021 on, a few hundred of them, each with one or two items.
fn filled_shop() -> Lab {
    let lab = shop();
    lab.execute(&lab.new, ROWS);
    lab
}

const ROWS: &str = "
    INSERT INTO users SELECT n, 'user' || n || '@example.org', 'User', NULL, true, '2020-01-01Z' FROM generate_series(1, 20) n;
    INSERT INTO addresses SELECT n, n, 'Street ' || n FROM generate_series(1, 20) n;
    INSERT INTO categories VALUES (1, 'Books');
    INSERT INTO products SELECT n, 'Product ' || n, 1, 9.99, true FROM generate_series(1, 10) n;
    INSERT INTO orders
    SELECT n, 1 + n % 20, '2021-06-01 00:30Z'::timestamptz + n * interval '2 days 5 hours',
           (enum_range(NULL::order_status))[1 + n % 6], 'note ' || n
      FROM generate_series(0, 330) n;
    INSERT INTO order_items
    SELECT 10 * o.id + k, o.id, o.ordered_at, 1 + o.id % 10, k, 9.99
      FROM orders o, generate_series(1, 1 + o.id % 2) k;";

fn sql_files(folder: &str) -> BTreeSet<String> {
    let folder = Lab::repository().join("sql/shop").join(folder);
    let entries = fs::read_dir(folder).expect("a folder of the shop");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

/// The result line without its time.
#[track_caller]
fn apply(lab: &Lab) -> String {
    let run = lab.run("apply_sql", &[]);
    let line = run.ok().trim_end();
    line.rsplit_once(" in ").map_or(line, |(result, _)| result).to_owned()
}

const UP_TO_DATE: &str = "apply_sql: nothing to do (4 scripts up to date)";

/// Every row of orders and order_items, in one hash.
fn rows(lab: &Lab) -> String {
    lab.value(
        &lab.new,
        "SELECT md5((SELECT string_agg(o::text, ';' ORDER BY o.id) FROM orders o)
                 || (SELECT string_agg(i::text, ';' ORDER BY i.id) FROM order_items i))",
    )
}

#[track_caller]
fn refuses(lab: &Lab, sql: &str, constraint: &str) {
    let error = lab.connect(&lab.new).batch_execute(sql).expect_err("a refusal");
    assert_eq!(error.as_db_error().and_then(|error| error.constraint()), Some(constraint), "{sql}");
}

#[test]
fn an_empty_shop_gets_the_months_around_today() {
    let lab = shop();
    assert_eq!(
        apply(&lab),
        "apply_sql: 4 scripts applied (6 partitions, 3 materialized views, 4 tables, 1 view, 11 indexes)"
    );
    assert_eq!(apply(&lab), UP_TO_DATE);
    lab.execute(&lab.new, "INSERT INTO users VALUES (1, 'a@example.org', 'A', NULL, true, now())");
    lab.execute(&lab.new, "INSERT INTO orders VALUES (1, 1, now(), 'paid', NULL)");
    assert_eq!(
        lab.value(&lab.new, "SELECT tableoid::regclass = to_regclass(to_char(now() AT TIME ZONE 'UTC', '\"orders_\"YYYY_MM')) FROM orders"),
        "t"
    );
}

#[test]
fn a_filled_shop_is_cut_into_months_and_keeps_rows_keys_and_grants() {
    let lab = filled_shop();
    lab.execute(
        &lab.new,
        "GRANT SELECT ON orders TO PUBLIC;
         CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TRIGGER pass BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION pass();
         CREATE INDEX orders_note_idx ON orders (note);",
    );
    let before = rows(&lab);
    // 24 months of orders, 5 around today, and the default one.
    assert_eq!(
        apply(&lab),
        "apply_sql: 4 scripts applied (30 partitions, 3 materialized views, 4 tables, 1 view, 11 indexes)"
    );
    assert_eq!(rows(&lab), before);
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM orders_default"), "0");
    assert_eq!(
        lab.rows(&lab.new, "SELECT DISTINCT tableoid::regclass::text = to_char(ordered_at AT TIME ZONE 'UTC', '\"orders_\"YYYY_MM') FROM orders"),
        ["t"]
    );
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
              WHERE (conrelid = 'orders'::regclass OR confrelid = 'orders'::regclass) AND conparentid = 0 ORDER BY 1"
        ),
        [
            "order_items_order_fkey|FOREIGN KEY (order_id, ordered_at) REFERENCES orders(id, ordered_at) ON DELETE CASCADE",
            "orders_ordered_at_check|CHECK (isfinite(ordered_at))",
            "orders_pkey|PRIMARY KEY (id, ordered_at)",
            "orders_user_id_fkey|FOREIGN KEY (user_id) REFERENCES users(id)",
        ]
    );
    refuses(
        &lab,
        "INSERT INTO order_items VALUES (9, 1, '1999-01-01Z', 1, 1, 1)",
        "order_items_order_fkey",
    );
    refuses(&lab, "UPDATE orders SET user_id = 99", "orders_user_id_fkey");
    lab.execute(&lab.new, "DELETE FROM orders WHERE id = 7");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM order_items WHERE order_id = 7"), "0");
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT has_table_privilege('pg_monitor', 'orders', 'SELECT'),
                    EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'orders'::regclass AND tgname = 'pass'),
                    to_regclass('orders_note_idx'), obj_description('orders'::regclass)"
        ),
        ["t|t|orders_note_idx|One row per order; what was in it is in order_items."]
    );
    assert_eq!(apply(&lab), UP_TO_DATE);
}

#[test]
fn what_gathered_in_the_default_partition_moves_to_its_month_after_a_load() {
    let lab = shop();
    apply(&lab);
    lab.execute(&lab.new, ROWS);
    lab.execute(
        &lab.new,
        "INSERT INTO orders VALUES (1000, 1, '1021-06-01Z', 'paid', 'a slip of the pen')",
    );
    let before = rows(&lab);
    load_finished(&lab);
    assert_eq!(apply(&lab), "apply_sql: 3 scripts applied (24 partitions)");
    assert_eq!(rows(&lab), before);
    assert_eq!(lab.rows(&lab.new, "SELECT id FROM orders_default"), ["1000"]);
    refuses(
        &lab,
        "INSERT INTO order_items VALUES (9, 1, '1999-01-01Z', 1, 1, 1)",
        "order_items_order_fkey",
    );
    assert_eq!(
        lab.value(
            &lab.new,
            "SELECT sum(orders) = (SELECT count(DISTINCT order_id) FROM sales) FROM monthly_sales"
        ),
        "t"
    );
    assert_eq!(
        lab.value(
            &lab.new,
            "SELECT sum(orders) = (SELECT sum(orders) FROM daily_sales_summary) FROM monthly_sales"
        ),
        "t"
    );

    // Once more with a month that has a partition already, and with nothing to move.
    lab.execute(&lab.new, "INSERT INTO orders VALUES (1001, 1, '2019-02-28 23:59Z', 'paid', NULL), (1002, 1, '2021-07-01Z', 'paid', NULL)");
    let before = rows(&lab);
    load_finished(&lab);
    assert_eq!(apply(&lab), "apply_sql: 3 scripts applied (1 partition)");
    assert_eq!(rows(&lab), before);
    load_finished(&lab);
    assert_eq!(apply(&lab), "apply_sql: 3 scripts applied");
    assert_eq!(rows(&lab), before);
    assert_eq!(apply(&lab), UP_TO_DATE);
}

fn load_finished(lab: &Lab) {
    lab.execute(
        &lab.new,
        "CREATE TABLE IF NOT EXISTS pgrefit.load_run (finished_at timestamptz);
         INSERT INTO pgrefit.load_run VALUES (clock_timestamp())",
    );
}

#[test]
fn an_order_table_with_more_than_the_script_carries_over_is_left_as_it_is() {
    let lab = filled_shop();
    lab.execute(&lab.new, "CREATE POLICY own ON orders USING (true)");
    let run = lab.run("apply_sql", &["1", "2"]);
    let error = run.stderr.lines().collect::<Vec<_>>();
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        error[0].starts_with("apply_sql: sql/shop/optimize/002_partition_orders.sql:")
            && error[0].ends_with(": orders has a policy, rule, publication, identity or generated column, or a grant on a column (P0001)"),
        "{run}"
    );
    assert_eq!(
        &error[error.len() - 2..],
        [
            "  detail: PostgreSQL hints: Take it off before orders is partitioned, and put it back after.",
            "  hint: The script was rolled back; nothing in it was applied.",
        ],
        "{run}"
    );
    assert_eq!(
        lab.value(&lab.new, "SELECT relkind FROM pg_class WHERE oid = 'orders'::regclass"),
        "r"
    );
}

#[test]
fn an_edited_view_is_made_anew_and_the_others_keep_their_grants() {
    let lab = filled_shop();
    apply(&lab);
    lab.execute(&lab.new, "GRANT SELECT ON daily_sales_summary, product_performance TO pg_monitor");
    let path = "sql/shop/optimize/003_materialized_views.sql";
    let edited =
        lab.read(path).replace("count(DISTINCT s.order_id)", "100 + count(DISTINCT s.order_id)");
    lab.write(path, &edited);
    assert_eq!(apply(&lab), "apply_sql: 1 script applied");
    assert_eq!(
        lab.rows(
            &lab.new,
            "SELECT min(orders) >= 100, has_table_privilege('pg_monitor', 'daily_sales_summary', 'SELECT'),
                    to_regclass('product_performance_product_id_key') FROM product_performance"
        ),
        ["t|t|product_performance_product_id_key"]
    );
}

#[test]
fn rollups_equal_the_lines_after_any_statements_in_any_time_zone() {
    let lab = filled_shop();
    apply(&lab);
    let mut shop = lab.connect(&lab.new);
    let mut dice = Dice(7);
    for round in 0..40 {
        let zone = ["UTC", "Asia/Kolkata", "America/New_York"][dice.below(3)];
        shop.batch_execute(&format!("SET TIME ZONE '{zone}'")).unwrap();
        for _ in 0..1 + dice.below(6) {
            let id = dice.below(340);
            let minutes = dice.below(60 * 24 * 400);
            let statement = match dice.below(100) {
                0..30 => format!("UPDATE order_items SET quantity = quantity + 1 WHERE order_id % 50 = {}", id % 50),
                30..50 => format!("UPDATE orders SET status = 'cancelled' WHERE id = {id}"),
                50..60 => format!("UPDATE orders SET status = 'paid' WHERE id > {id}"),
                60..70 => format!("DELETE FROM orders WHERE id = {id}"),
                70..80 => format!("DELETE FROM order_items WHERE id % 40 = {}", id % 40),
                // To another month: the row changes its partition.
                80..85 => format!(
                    "DELETE FROM order_items WHERE order_id = {id}; UPDATE orders SET ordered_at = ordered_at + interval '{minutes} minutes' WHERE id = {id}"
                ),
                85..99 => format!(
                    "WITH made AS (INSERT INTO orders SELECT coalesce(max(id), 0) + 1, 1, '2021-03-20Z'::timestamptz + interval '{minutes} minutes', 'paid' FROM orders RETURNING id, ordered_at)
                     INSERT INTO order_items SELECT id * 10 + 100000, id, ordered_at, 1, 2, 3.50 FROM made"
                ),
                _ => "TRUNCATE orders CASCADE".to_owned(),
            };
            shop.batch_execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
        shop.batch_execute("SELECT refresh_sales_rollups()").unwrap();
        for check in ["hourly_sales_differ", "rollups_differ"] {
            assert_eq!(run_check(&mut shop, check), 0, "{check} in round {round}");
        }
    }
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM sales_dirty_hours"), "0");
    assert_ne!(lab.value(&lab.new, "SELECT count(*) FROM hourly_sales"), "0");
}

#[test]
fn a_late_committer_is_in_the_next_refresh_and_no_writer_waits_for_one() {
    let lab = filled_shop();
    apply(&lab);
    let revenue = || lab.value(&lab.new, "SELECT sum(revenue) FROM monthly_sales");
    let (before, mut late) = (revenue(), lab.connect(&lab.new));
    let mut early = lab.connect(&lab.new);
    for writer in [&mut late, &mut early] {
        writer.batch_execute("SET lock_timeout = '2s'; BEGIN").unwrap();
    }
    late.batch_execute("UPDATE order_items SET unit_price = 20 WHERE id = 11").unwrap();
    early.batch_execute("UPDATE order_items SET unit_price = 20 WHERE id = 11 + 120").unwrap();
    lab.execute(&lab.new, "SELECT refresh_sales_rollups()");
    assert_eq!(revenue(), before);
    early.batch_execute("COMMIT").unwrap();
    late.batch_execute("COMMIT").unwrap();
    lab.execute(&lab.new, "SELECT refresh_sales_rollups()");
    assert_eq!(
        lab.value(&lab.new, &format!("SELECT sum(revenue) - {before} FROM monthly_sales")),
        "20.02"
    );
}

/// How many rows a file of `checks/` returns.
fn run_check(client: &mut postgres::Client, name: &str) -> usize {
    let path = Lab::repository().join(format!("sql/shop/checks/{name}.sql"));
    let sql = fs::read_to_string(path).expect("a check");
    client.query(sql.trim_end().trim_end_matches(';'), &[]).expect("rows").len()
}

/// For each check, what it must find. Constraints that would not let it happen are off.
const DAMAGE: [(&str, &str); 17] = [
    (
        "address_twice",
        "INSERT INTO addresses SELECT 100 + id, user_id, street FROM addresses WHERE id = 1",
    ),
    ("address_without_user", "DELETE FROM users WHERE id = 1"),
    ("constraint_left_aside", "ALTER TABLE order_items DROP CONSTRAINT order_items_order_fkey"),
    ("email_not_clean", "UPDATE users SET email = 'Ana@example' WHERE id = 1"),
    ("email_twice", "UPDATE users SET email = 'USER2@example.org' WHERE id = 1"),
    (
        "hourly_sales_differ",
        "UPDATE hourly_sales SET units = units + 1 WHERE hour = (SELECT min(hour) FROM hourly_sales)",
    ),
    (
        "index_invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'addresses_user_id_idx'::regclass",
    ),
    (
        "item_without_order",
        "UPDATE order_items SET ordered_at = ordered_at + interval '1 second' WHERE id = 11",
    ),
    ("item_without_product", "DELETE FROM products WHERE id = 1"),
    ("money_negative", "UPDATE products SET price = 'NaN' WHERE id = 1"),
    (
        "order_id_twice",
        "INSERT INTO orders SELECT id, user_id, ordered_at + interval '1 year', status FROM orders WHERE id = 1",
    ),
    ("order_without_item", "DELETE FROM order_items WHERE order_id = 1"),
    ("order_without_user", "UPDATE orders SET user_id = 99 WHERE id = 1"),
    ("product_name_twice", "UPDATE products SET name = 'PRODUCT  2' WHERE id = 1"),
    ("product_without_category", "UPDATE products SET category_id = 9 WHERE id = 1"),
    ("rollups_differ", "DELETE FROM daily_sales WHERE day = (SELECT min(day) FROM daily_sales)"),
    ("text_not_clean", "UPDATE orders SET note = E'a\\tb ' WHERE id = 1"),
];

#[test]
fn each_check_is_empty_after_the_scripts_and_finds_its_damage() {
    let lab = filled_shop();
    apply(&lab);
    let files: BTreeSet<_> = DAMAGE.iter().map(|(check, _)| format!("{check}.sql")).collect();
    assert_eq!(sql_files("checks"), files);
    let mut shop = lab.connect(&lab.new);
    shop.batch_execute("SET allow_system_table_mods = on; SET session_replication_role = replica")
        .unwrap();
    for (check, damage) in DAMAGE {
        assert_eq!(run_check(&mut shop, check), 0, "{check} before");
        shop.batch_execute("BEGIN; ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_check; ALTER TABLE products DROP CONSTRAINT IF EXISTS products_price_check").unwrap();
        shop.batch_execute(damage).unwrap_or_else(|error| panic!("{damage}: {error:?}"));
        assert_ne!(run_check(&mut shop, check), 0, "{check} after {damage}");
        shop.batch_execute("ROLLBACK").unwrap();
    }
}
