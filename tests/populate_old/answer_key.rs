//! Schema `truth`: complete, consistent, and what plain SQL finds as well where SQL can tell.

use super::{populate, shop};
use crate::harness::Lab;

const SIZE: [&str; 6] = ["--users", "6000", "--products", "700", "--orders", "12000"];

/// A shop with much dirt, so that groups of users lose their best rows too.
fn dirty_shop() -> Lab {
    let lab = shop();
    populate(&lab, &lab.old, &[&SIZE[..], &["--dirt", "0.5", "--seed", "3"]].concat()).ok();
    lab
}

/// Each query finds what is wrong.
#[track_caller]
fn nothing_found(lab: &Lab, queries: &[(&str, &str)]) {
    for (promise, sql) in queries {
        let found = lab.rows(&lab.old, &format!("SELECT * FROM ({sql}) wrong LIMIT 5"));
        assert!(found.is_empty(), "{promise}: {found:?}");
    }
}

#[test]
fn each_row_has_one_fate() {
    let lab = dirty_shop();
    let keys = |table| {
        format!(
            "SELECT id::text, fate FROM {table} FULL JOIN (SELECT * FROM truth.fates WHERE source = '{table}') f ON key = id::text
             WHERE id IS NULL OR key IS NULL"
        )
    };
    nothing_found(
        &lab,
        &[
            ("a fate per user", &keys("old_users")),
            ("a fate per product", &keys("old_products")),
            ("a fate per order", &keys("old_orders")),
            ("one fate", "SELECT source, key FROM truth.fates GROUP BY 1, 2 HAVING count(*) > 1"),
            (
                "only the facts of that fate",
                "SELECT * FROM truth.fates WHERE num_nonnulls(into_key) <> (fate = 'merged')::int
                 OR num_nonnulls(source_column, target, column_name, rule) <> CASE fate WHEN 'quarantined' THEN 4 ELSE 0 END",
            ),
            (
                "merged into a row that is loaded",
                "SELECT * FROM truth.fates f WHERE fate = 'merged' AND NOT EXISTS
                 (SELECT FROM truth.fates s WHERE s.source = f.source AND s.key = f.into_key AND s.fate = 'loaded')",
            ),
        ],
    );
    let fates =
        lab.rows(&lab.old, "SELECT source, fate FROM truth.fates GROUP BY 1, 2 ORDER BY 1, 2");
    assert_eq!(
        fates,
        [
            "old_orders|loaded",
            "old_orders|quarantined",
            "old_products|loaded",
            "old_products|merged",
            "old_products|quarantined",
            "old_users|loaded",
            "old_users|merged",
            "old_users|quarantined",
        ]
    );
}

#[test]
fn each_loaded_row_is_there_and_points_to_others_that_are() {
    let lab = dirty_shop();
    let loaded = |source: &str, target: &str| {
        format!(
            "SELECT key, id FROM (SELECT key FROM truth.fates WHERE source = '{source}' AND fate = 'loaded') f
             FULL JOIN truth.{target} ON key = id::text WHERE key IS NULL OR id IS NULL"
        )
    };
    nothing_found(
        &lab,
        &[
            ("users", &loaded("old_users", "users")),
            ("products", &loaded("old_products", "products")),
            ("orders", &loaded("old_orders", "orders")),
            ("order items", &loaded("old_orders", "order_items")),
            (
                "a user's e-mail is unique",
                "SELECT email FROM truth.users GROUP BY 1 HAVING count(*) > 1",
            ),
            (
                "a product's name is unique",
                "SELECT lower(name) FROM truth.products GROUP BY 1 HAVING count(*) > 1",
            ),
            (
                "an address is kept once",
                "SELECT user_id FROM truth.addresses GROUP BY user_id, street, city, postal_code, country HAVING count(*) > 1",
            ),
            (
                "addresses of users",
                "SELECT user_id FROM truth.addresses EXCEPT SELECT id FROM truth.users",
            ),
            (
                "products of categories",
                "SELECT category_id FROM truth.products EXCEPT SELECT id FROM truth.categories",
            ),
            (
                "orders of users",
                "SELECT user_id FROM truth.orders EXCEPT SELECT id FROM truth.users",
            ),
            (
                "items of products",
                "SELECT product_id FROM truth.order_items EXCEPT SELECT id FROM truth.products",
            ),
            (
                "categories are numbered from 1 without gaps",
                "SELECT id FROM truth.categories WHERE id > (SELECT count(*) FROM truth.categories)",
            ),
        ],
    );
}

/// SQL knows e-mails and dates well enough to find the groups and their survivors by itself.
#[test]
fn sql_finds_the_same_survivors() {
    let lab = dirty_shop();
    lab.execute(
        &lab.old,
        r"CREATE VIEW people AS
          SELECT id,
                 lower(regexp_replace(btrim(email, E' \t\u00a0'), '^mailto:', '')) AS email,
                 CASE
                     WHEN reg_date ~ '^\d{4}-' THEN reg_date::timestamp
                     WHEN reg_date ~ '/' THEN to_timestamp(reg_date, 'DD/MM/YYYY')::timestamp
                     WHEN reg_date ~ '\.' THEN to_timestamp(reg_date, 'DD.MM.YYYY')::timestamp
                     ELSE to_timestamp(reg_date, 'Mon DD, YYYY')::timestamp
                 END AS registered
          FROM old_users
          WHERE id::text IN (SELECT key FROM truth.fates WHERE source = 'old_users' AND fate <> 'quarantined')",
    );
    nothing_found(
        &lab,
        &[
            (
                "e-mail and date of each survivor",
                "SELECT p.id, p.email, u.email FROM people p JOIN truth.users u USING (id)
                 WHERE p.email <> u.email OR p.registered AT TIME ZONE 'UTC' <> u.registered_at",
            ),
            (
                "the latest of an e-mail survives, of equals the smaller key",
                "SELECT id, survivor, fate, into_key FROM
                 (SELECT id, first_value(id) OVER (PARTITION BY email ORDER BY registered DESC, id) AS survivor FROM people) p
                 JOIN truth.fates ON source = 'old_users' AND key = id::text
                 WHERE coalesce(into_key, key) <> survivor::text",
            ),
            (
                "an order without a user has no user that is not quarantined",
                r"SELECT o.id FROM old_orders o JOIN truth.fates ON source = 'old_orders' AND key = o.id::text
                  WHERE column_name = 'user_id' AND rule = 'lookup'
                  AND lower(regexp_replace(btrim(user_email, E' \t\u00a0'), '^mailto:', '')) IN (SELECT email FROM people)",
            ),
            (
                "categories are numbered in the order of their first product",
                r"SELECT id FROM (SELECT c.id, row_number() OVER (ORDER BY min(p.id)) AS place
                  FROM old_products p JOIN truth.fates ON source = 'old_products' AND key = p.id::text AND fate <> 'quarantined'
                  JOIN truth.categories c ON left(lower(c.name), 2) =
                      replace(left(lower(btrim(category, E' \t\u00a0')), 2), 'gr', 'fo')
                  GROUP BY c.id) numbered WHERE id <> place",
            ),
        ],
    );
}

#[test]
fn every_rule_is_broken_somewhere() {
    let lab = shop();
    let size = ["--users", "5000", "--products", "2000", "--orders", "20000", "--dirt", "0.6"];
    populate(&lab, &lab.old, &size).ok();
    let rules = lab.rows(
        &lab.old,
        "SELECT target || '.' || column_name || ' ' || rule FROM truth.fates WHERE fate = 'quarantined'
         GROUP BY target, column_name, rule ORDER BY target || '.' || column_name || ' ' || rule COLLATE \"C\"",
    );
    assert_eq!(
        rules,
        [
            "order_items.product_id lookup",
            "order_items.product_id missing",
            "order_items.quantity integer",
            "order_items.quantity missing",
            "order_items.quantity range",
            "order_items.unit_price missing",
            "order_items.unit_price number",
            "order_items.unit_price range",
            "order_items.unit_price scale",
            "orders.ordered_at date",
            "orders.ordered_at missing",
            "orders.status enum",
            "orders.status missing",
            "orders.user_id email",
            "orders.user_id lookup",
            "orders.user_id missing",
            "products.category_id enum",
            "products.category_id missing",
            "products.in_stock boolean",
            "products.name missing",
            "products.price missing",
            "products.price number",
            "users.email email",
            "users.email missing",
            "users.full_name missing",
            "users.is_active boolean",
            "users.registered_at date",
            "users.registered_at missing",
        ]
    );
}

#[test]
fn the_key_has_the_columns_and_types_of_the_targets() {
    let lab = shop();
    populate(&lab, &lab.old, &["--users", "5", "--products", "5", "--orders", "5"]).ok();
    for script in ["001_users", "002_products", "003_orders"] {
        lab.execute(&lab.new, &lab.read(&format!("sql/shop/schema/{script}.sql")));
    }
    let columns = |schema: &str| {
        format!(
            "SELECT table_name, column_name, replace(data_type, 'USER-DEFINED', 'text'), numeric_precision, numeric_scale
             FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name <> 'fates'
             ORDER BY table_name, ordinal_position"
        )
    };
    assert_eq!(lab.rows(&lab.old, &columns("truth")), lab.rows(&lab.new, &columns("public")));
}

#[test]
fn no_truth_leaves_no_key_not_even_a_former_one() {
    let lab = shop();
    let size = ["--users", "20", "--products", "5", "--orders", "40"];
    populate(&lab, &lab.old, &size).ok();
    lab.execute(&lab.old, "DROP TABLE old_users, old_products, old_orders");
    populate(&lab, &lab.old, &[&size[..], &["--no-truth"]].concat()).ok();
    assert_eq!(lab.value(&lab.old, "SELECT to_regnamespace('truth') IS NULL"), "t");
    assert_eq!(lab.value(&lab.old, "SELECT count(*) FROM old_orders"), "40");
}

#[test]
fn a_schema_of_that_name_that_is_someone_elses_stays() {
    let lab = shop();
    lab.execute(&lab.old, "CREATE SCHEMA truth; CREATE TABLE truth.users (id integer)");
    populate(&lab, &lab.old, &[]).fails(
        1,
        "populate_old: the schema `truth` is there and was not made by populate_old\n  hint: Rename it, or use another database. Nothing was changed.",
    );
    assert_eq!(lab.value(&lab.old, "SELECT to_regclass('old_users') IS NULL"), "t");
    assert_eq!(lab.value(&lab.old, "SELECT to_regclass('truth.users') IS NOT NULL"), "t");
}
