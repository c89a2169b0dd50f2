//! verify_data: what was lost, invented or changed is found, and the key named.

mod mutated_loader;

use crate::harness::{Lab, Run};

fn loaded_shop() -> Lab {
    let lab = Lab::new();
    lab.project("shop");
    lab.run(
        "populate_old",
        &["--users", "300", "--products", "40", "--orders", "1000", "--seed", "3"],
    )
    .ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
    lab.run("migrate_data", &[]).ok();
    lab
}

/// The numbers of a verification that finds nothing.
#[test]
fn a_faithful_load_is_confirmed() {
    let lab = loaded_shop();
    lab.run("apply_sql", &[]).ok();
    let run = lab.run("verify_data", &[]);
    let line = run.ok();
    assert!(
        line.starts_with("verify_data: every source row accounted for; ")
            && line.contains(" rows as the mapping makes them; 17 checks empty; "),
        "{run}"
    );
    assert!(line.ends_with(" rows equal the answer key\n"), "{run}");
}

/// With no connection to spare, whoever comes next takes the one on which the check failed.
#[test]
fn a_broken_check_is_told_in_its_own_words() {
    let lab = loaded_shop();
    lab.write("sql/shop/checks/000_broken.sql", "-- check: it is a query\n\nSELECT 1 / 0\n");
    for _ in 0..10 {
        let mut command = lab.command("verify_data", &["--workers", "2"]);
        command.env("DATABASE_POOL_SIZE", "2").env("DATABASE_MAX_OVERFLOW", "0");
        let run = Run::of(&mut command, &lab.password());
        run.exits(1);
        assert!(run.stderr.contains("division by zero (22012)"), "{run}");
        assert!(!run.stderr.contains("25P02"), "{run}");
    }
}

/// Four ways in which a loader could lie.
#[test]
fn every_kind_of_lie_is_found_and_its_key_named() {
    let lab = loaded_shop();
    let case = |lie: &str, undo: &str, told: &str| {
        lab.execute(&lab.new, lie);
        let run = lab.run("verify_data", &[]);
        run.exits(3);
        assert!(run.stderr.contains(told), "expected {told}\n{run}");
        lab.execute(&lab.new, undo);
        lab.run("verify_data", &[]).ok();
    };
    let item = lab.value(&lab.new, "SELECT min(id) FROM order_items");
    let keep = "CREATE TABLE IF NOT EXISTS pgrefit.kept AS TABLE order_items; ";
    let back = format!(
        "DELETE FROM order_items WHERE id IN ({item}, 999999); INSERT INTO order_items SELECT * FROM pgrefit.kept WHERE id = {item}; DROP TABLE pgrefit.kept"
    );
    case(
        &format!("{keep} DELETE FROM order_items WHERE id = {item}"),
        &back,
        &format!("order_items {item}: is missing; the answer key has it"),
    );
    case(
        &format!(
            "{keep} INSERT INTO order_items SELECT 999999, order_id, ordered_at, product_id, quantity, unit_price FROM order_items WHERE id = {item}"
        ),
        &back,
        "order_items 999999: is not in the answer key",
    );
    case(
        &format!("{keep} UPDATE order_items SET unit_price = unit_price + 0.01 WHERE id = {item}"),
        &back,
        &format!("order_items {item}: unit_price is '"),
    );
    let other = lab.value(&lab.new, "SELECT max(id) FROM users");
    let first = lab.value(&lab.new, "SELECT min(id) FROM users");
    let swap = format!(
        "UPDATE users SET full_name = CASE id WHEN {first} THEN (SELECT full_name FROM users WHERE id = {other}) ELSE (SELECT full_name FROM users WHERE id = {first}) END WHERE id IN ({first}, {other})"
    );
    case(&swap, &swap, &format!("users {first}: full_name is '"));
}

/// Without an answer key the same lies are found, since the old rows are read and cleaned again.
#[test]
fn without_an_answer_key_every_lie_is_found_as_well() {
    let lab = loaded_shop();
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    lab.execute(&lab.new, "CREATE TABLE pgrefit.kept AS TABLE order_items");
    let item = lab.value(&lab.new, "SELECT min(id) FROM order_items");
    let price = lab.value(&lab.new, "SELECT trim_scale(min(unit_price)) FROM order_items WHERE id = (SELECT min(id) FROM order_items)");
    let user = lab.value(&lab.new, "SELECT min(id) FROM users");
    let name = lab.value(&lab.new, "SELECT full_name FROM users ORDER BY id LIMIT 1");
    let case = |lie: &str, undo: &str, told: &str| {
        lab.execute(&lab.new, lie);
        let run = lab.run("verify_data", &[]);
        run.exits(3);
        assert!(run.stdout.contains("NOT all of "), "{run}");
        assert!(run.stderr.contains(told), "expected {told}\n{run}");
        lab.execute(&lab.new, undo);
        lab.run("verify_data", &[]).ok();
    };
    let back = format!(
        "DELETE FROM order_items WHERE id IN ({item}, 999999); INSERT INTO order_items SELECT * FROM pgrefit.kept WHERE id = {item}"
    );
    case(
        &format!("DELETE FROM order_items WHERE id = {item}"),
        &back,
        &format!("order_items {item}: is missing; it comes from old_orders {item}\n"),
    );
    case(
        &format!(
            "INSERT INTO order_items SELECT 999999, order_id, ordered_at, product_id, quantity, unit_price FROM order_items WHERE id = {item}"
        ),
        &back,
        "order_items 999999: does not come from any row of old_orders\n",
    );
    case(
        &format!("UPDATE order_items SET unit_price = 1000000.01 WHERE id = {item}"),
        &back,
        &format!(
            "order_items {item}: unit_price is 1000000.01, the mapping makes {price} of old_orders {item}\n"
        ),
    );
    case(
        &format!("UPDATE users SET full_name = 'Nobody' WHERE id = {user}"),
        &format!("UPDATE users SET full_name = '{}' WHERE id = {user}", name.replace('\'', "''")),
        &format!(
            "users {user}: full_name is 'Nobody', the mapping makes '{}' of old_users {user}\n",
            name.replace('\'', "''")
        ),
    );
}

/// Without an answer key, the source's keys still tell which row has no fate.
#[test]
fn a_row_without_a_fate_is_named_by_its_key() {
    let lab = loaded_shop();
    lab.execute(&lab.old, "DROP SCHEMA truth CASCADE");
    let order = lab.value(&lab.new, "SELECT min(id) FROM orders");
    lab.execute(&lab.new, &format!("DELETE FROM orders WHERE id = {order}"));
    let run = lab.run("verify_data", &[]);
    run.exits(3);
    assert!(
        run.stderr.contains(&format!(
            "verify_data: old_orders {order}: neither loaded nor merged nor quarantined\n"
        )),
        "{run}"
    );
    assert!(
        run.stdout.starts_with("verify_data: NOT every source row is accounted for; "),
        "{run}"
    );
}

#[test]
fn before_a_load_there_is_nothing_to_verify() {
    let lab = Lab::new();
    lab.project("shop");
    lab.run("populate_old", &["--users", "10", "--products", "5", "--orders", "10"]).ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
    lab.run("verify_data", &[]).fails(
        1,
        "verify_data: nothing has been loaded into this database\n  hint: `make migrate-data` loads it.",
    );
}

#[test]
fn a_check_that_is_no_query_is_placed_in_its_file() {
    let lab = loaded_shop();
    lab.write("sql/shop/checks/broken.sql", "-- check: nothing\nSELECT nothing\n  FROM nowhere\n");
    lab.run("verify_data", &[]).fails(
        1,
        "verify_data: sql/shop/checks/broken.sql:3:8: relation \"nowhere\" does not exist (42P01)\n  3 |   FROM nowhere\n    |        ^",
    );
}
