//! Chosen tables, definitions alone, rows alone.

use super::{SHOP, Shop};
use crate::harness::Run;

#[test]
fn a_table_comes_back_into_the_live_database_with_what_it_needs() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    shop.back_up();
    shop.execute(
        &shop.new,
        "DROP TABLE orders CASCADE; DROP TYPE status; INSERT INTO users (email) VALUES ('later')",
    );
    let run = shop.restore(&["--table", "orders"]);
    assert!(
        run.ok().starts_with(&format!("db_restore: public.orders in {} as of ", shop.new)),
        "{run}"
    );
    assert!(run.stdout.ends_with(" (150,000 rows)\n"), "{run}");
    assert_eq!(run.stderr, "db_restore: also restored, because it is needed: type public.status\n");
    // The users are today's; the keys, indexes and the sequence are there.
    assert_eq!(shop.value(&shop.new, "SELECT count(*) FROM users"), "2001");
    let keys = "SELECT count(*) FROM pg_constraint
                WHERE conrelid = 'orders'::regclass AND contype IN ('p', 'f')";
    assert_eq!(shop.value(&shop.new, keys), "2");
    assert_eq!(
        shop.value(&shop.new, "INSERT INTO orders (user_id) VALUES (1) RETURNING id"),
        "150001"
    );
    assert_eq!(shop.beside(), Vec::<String>::new());

    shop.restore(&["--table", "orders"]).fails(
        1,
        &format!(
            "db_restore: public.orders exists in `{}`\n  hint: A restore overwrites nothing: rename or drop it, or name another database with --to. Nothing was changed.",
            shop.new
        ),
    );
}

#[test]
fn a_table_alone_brings_the_tables_it_points_to() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    shop.back_up();
    let part = format!("{}_part", shop.new);
    shop.restore(&["--table", "public.orders", "--to", &part]).ok();
    let tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
                  WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace";
    assert_eq!(shop.value(&part, tables), "orders users");
    assert_eq!(shop.value(&part, "SELECT count(*) FROM users"), "2000");
}

#[test]
fn a_failure_in_a_live_database_leaves_nothing_of_the_table() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    shop.back_up();
    // The rows of the backup point to users that are gone.
    shop.execute(&shop.new, "DROP TABLE orders CASCADE; DELETE FROM users WHERE id = 7");
    let before = shop.content(&shop.new);
    let run = shop.restore(&["--table", "orders"]);
    run.exits(1);
    assert!(
        run.stderr.contains("violates foreign key constraint \"orders_user_id_fkey\""),
        "{run}"
    );
    assert!(run.stderr.contains(&format!("Nothing was changed in `{}`.", shop.new)), "{run}");
    assert_eq!(shop.content(&shop.new), before);
}

#[test]
fn definitions_and_rows_come_back_one_after_the_other() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    shop.back_up();
    let copy = format!("{}_copy", shop.new);
    shop.restore(&["--schema-only", "--to", &copy]).ok();
    assert_eq!(shop.schema(&copy), schema);
    assert_eq!(shop.value(&copy, "SELECT count(*) FROM orders"), "0");

    shop.restore(&["--data-only", "--to", &copy]).ok();
    assert_eq!(shop.content(&copy), content);
    shop.restore(&["--data-only", "--to", &copy]).fails(
        1,
        &format!(
            "db_restore: public.alembic_version in `{copy}` is not empty (1 row)\n  detail: Nothing was changed in `{copy}`.\n  hint: --data-only fills empty tables."
        ),
    );
}

#[test]
fn a_backup_of_a_part_replaces_nothing_and_goes_where_the_rest_is() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let backup = Run::of(&mut shop.command("db_backup", &["--table", "orders"]), &shop.password());
    let said = backup.ok().trim_start_matches("db_backup: ").to_owned();
    let backup = said.split_whitespace().next().unwrap();
    shop.restore(&[]).fails(
        2,
        &format!(
            "db_restore: {backup}: the backup holds only a part of its database: orders\n  \
             hint: It does not replace a database. --to NAME restores it to a new one, --table adds a table to this one. Nothing was changed."
        ),
    );
    let part = format!("{}_part", shop.new);
    let alone = shop.restore(&["--to", &part]);
    alone.exits(1);
    assert!(alone.stderr.contains("ERROR:  type \"public.status\" does not exist"), "{alone}");
    let hint = format!(
        "  hint: The backup holds orders only, without what that needs from elsewhere. `--table` adds a table to a database that has the rest; `db_restore discard --to {part}` drops `{part}_restoring`, which is there now.\n"
    );
    assert!(alone.stderr.ends_with(&hint), "{alone}");
    shop.restore(&["discard", "--to", &part]).ok();
    assert_eq!(shop.beside(), Vec::<String>::new());
    shop.execute(&shop.new, "DROP TABLE orders CASCADE");
    let run = shop.restore(&["--table", "orders"]);
    assert!(run.ok().ends_with(" (150,000 rows)\n"), "{run}");
    assert_eq!(shop.value(&shop.new, "SELECT count(*) FROM orders"), "150000");
}
