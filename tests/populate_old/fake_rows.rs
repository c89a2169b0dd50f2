//! The generated shop.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{populate, shop};
use crate::harness::Lab;

const TABLES: [&str; 10] = [
    "old_users",
    "old_products",
    "old_orders",
    "truth.fates",
    "truth.users",
    "truth.addresses",
    "truth.categories",
    "truth.products",
    "truth.orders",
    "truth.order_items",
];

/// One line per table: its rows and a hash of their text.
#[track_caller]
fn content(lab: &Lab, database: &str) -> Vec<String> {
    let hashes = TABLES.map(|table| {
        format!(
            "SELECT '{table}', count(*), md5(string_agg(t::text, ';' ORDER BY t::text COLLATE \"C\")) FROM {table} t"
        )
    });
    hashes.iter().map(|sql| lab.rows(database, sql).concat()).collect()
}

#[test]
fn the_same_seed_gives_the_same_rows_whatever_the_workers() {
    let lab = shop();
    let size = ["--users", "12000", "--products", "300", "--orders", "25000"];
    populate(&lab, &lab.old, &[&size[..], &["--seed", "7", "--workers", "1"]].concat()).ok();
    populate(&lab, &lab.new, &[&size[..], &["--seed", "7", "--workers", "4"]].concat()).ok();
    assert_eq!(content(&lab, &lab.old), content(&lab, &lab.new));

    let other = shop();
    populate(&other, &other.old, &[&size[..], &["--seed", "8"]].concat()).ok();
    for (seven, eight) in content(&lab, &lab.old).iter().zip(content(&other, &other.old)) {
        assert!(*seven != eight || seven.starts_with("truth.categories"), "{seven}");
    }
}

#[test]
fn every_kind_of_dirt_occurs() {
    let lab = shop();
    populate(&lab, &lab.old, &["--users", "4000", "--products", "500", "--orders", "8000"]).ok();
    let kinds = [
        ("dates like 2024-01-31", "old_orders WHERE order_date ~ '^\\d{4}-\\d\\d-\\d\\d$'"),
        ("dates like 31/01/2024", "old_orders WHERE order_date ~ '^\\d\\d/\\d\\d/\\d{4}$'"),
        ("dates like Jan 31, 2024", "old_users WHERE reg_date ~ '^[A-Z][a-z]{2} \\d\\d, \\d{4}$'"),
        ("dates like 31.01.2024", "old_users WHERE reg_date ~ '^\\d\\d\\.\\d\\d\\.\\d{4}$'"),
        (
            "dates with a time",
            "old_orders WHERE order_date ~ '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$'",
        ),
        ("impossible dates", "old_orders WHERE order_date = '31/02/2021'"),
        ("the zero date", "old_orders WHERE order_date = '0000-00-00'"),
        ("words for dates", "old_orders WHERE order_date = 'soon'"),
        ("no date", "old_orders WHERE coalesce(order_date, '') = ''"),
        ("dollars with thousands", "old_products WHERE price ~ '^\\$\\d,\\d{3}\\.\\d\\d$'"),
        ("euros with a decimal comma", "old_orders WHERE price ~ '^\\d+,\\d\\d EUR$'"),
        ("euros with dots between thousands", "old_orders WHERE price ~ '^\\d\\.\\d{3},\\d\\d €$'"),
        ("no number for a price", "old_orders WHERE price = 'N/A'"),
        ("e-mail in capitals", "old_users WHERE email ~ '[A-Z]' AND email = upper(email)"),
        ("e-mail with blanks", "old_orders WHERE user_email ~ '^\\s|\\s$'"),
        ("mailto:", "old_users WHERE email LIKE 'mailto:%'"),
        (
            "the same e-mail twice",
            "old_users a JOIN old_users b ON a.email = b.email AND a.id < b.id",
        ),
        ("e-mail without @", "old_users WHERE email !~ '@'"),
        ("no e-mail", "old_users WHERE coalesce(email, '') = ''"),
        ("phones with parentheses", "old_users WHERE phone LIKE '(%'"),
        ("phones with 00", "old_users WHERE phone LIKE '00%'"),
        ("phones that are none", "old_users WHERE phone = 'call me'"),
        ("addresses with all parts", "old_users WHERE address ~ '^[^;]+; [^;]+; [^;]+; [^;]+$'"),
        ("addresses without an end", "old_users WHERE address ~ '^[^;]+; [^;]+; [^;]+$'"),
        ("no address", "old_users WHERE coalesce(address, '') = ''"),
        ("Y", "old_users WHERE is_active = 'Y'"),
        ("1", "old_users WHERE is_active = '1'"),
        ("true", "old_users WHERE is_active = 'true'"),
        ("an empty boolean", "old_products WHERE in_stock = ''"),
        (
            "typos in categories",
            "old_products WHERE lower(category) ~ 'gardn|electroncs|cloting|boks|tois|sprots|fod'",
        ),
        ("unknown categories", "old_products WHERE category = 'Gift Cards'"),
        ("orphan orders", "old_orders WHERE user_email LIKE '%@nowhere.example'"),
        ("unknown products", "old_orders WHERE product_name LIKE 'Discontinued%'"),
        ("free-text status", "old_orders WHERE status = 'on its way'"),
        ("quantities with a unit", "old_orders WHERE quantity ~ '^\\d+ pcs$'"),
        ("control characters", "old_users WHERE full_name ~ E'[\\x01-\\x08\\x1b\\x7f]'"),
        ("null words", "old_orders WHERE note = 'N/A'"),
        ("names in capitals", "old_users WHERE full_name = upper(full_name)"),
    ];
    for (kind, from) in kinds {
        let found = lab.value(&lab.old, &format!("SELECT count(*) > 0 FROM {from}"));
        assert_eq!(found, "t", "{kind}");
    }
}

#[test]
fn dates_fall_into_24_months() {
    let lab = shop();
    populate(&lab, &lab.old, &["--users", "10", "--products", "10", "--orders", "5000"]).ok();
    let months = "SELECT count(DISTINCT date_trunc('month', ordered_at)), min(ordered_at) >= '2024-01-01Z', max(ordered_at) < '2026-01-01Z' FROM truth.orders";
    assert_eq!(lab.rows(&lab.old, months), ["24|t|t"]);
}

#[test]
fn the_share_of_dirty_rows_is_what_was_asked_for() {
    let lab = shop();
    let size = ["--users", "2000", "--products", "100", "--orders", "5000"];
    let run = populate(&lab, &lab.old, &[&size[..], &["--dirt", "0"]].concat());
    assert!(run.ok().ends_with(" (seed 1; 0.0 % of rows dirty)\n"), "{run}");
    let fates = lab.rows(&lab.old, "SELECT fate, count(*) FROM truth.fates GROUP BY fate");
    assert_eq!(fates, ["loaded|7100"]);

    let run = populate(&lab, &lab.new, &[&size[..], &["--dirt", "0.3"]].concat());
    let dirty = run.ok().rsplit_once("; ").and_then(|(_, end)| end.split_once(" %"));
    let share: f64 = dirty.expect("a share").0.parse().expect("a number");
    assert!((28.0..33.0).contains(&share), "{run}");
}

#[test]
fn tables_with_rows_are_refused_or_left_alone() {
    let lab = shop();
    let size = ["--users", "50", "--products", "20", "--orders", "200"];
    let first = populate(&lab, &lab.old, &size);
    assert!(
        first.ok().starts_with("populate_old: 50 users, 20 products, 200 orders in "),
        "{first}"
    );
    let before = content(&lab, &lab.old);

    populate(&lab, &lab.old, &["--seed", "2"]).fails(
        1,
        &format!(
            "populate_old: old_users already holds rows in {}\n  hint: Nothing was changed. --if-empty treats this as success; to start over, drop old_users, old_products and old_orders.",
            lab.old
        ),
    );
    let again = populate(&lab, &lab.old, &["--seed", "2", "--if-empty"]);
    assert_eq!(again.ok(), "populate_old: old_users already holds rows; nothing to do\n");
    assert_eq!(content(&lab, &lab.old), before);
}

#[test]
fn empty_tables_are_filled_as_they_stand() {
    let lab = shop();
    let script = lab.read("sql/shop/legacy/001_legacy_tables.sql");
    lab.execute(&lab.old, &script);
    lab.execute(&lab.old, "CREATE VIEW v AS SELECT count(*) FROM old_orders");
    populate(&lab, &lab.old, &["--users", "5", "--products", "5", "--orders", "9"]).ok();
    assert_eq!(lab.value(&lab.old, "TABLE v"), "9");
}

#[test]
fn a_killed_fill_is_started_over_by_the_next_run() {
    let lab = shop();
    let mut command = lab.command("populate_old", &["--orders", "2000000", "--users", "5000"]);
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("populate_old runs");
    let start = Instant::now();
    let exists = "SELECT to_regclass('old_orders') IS NOT NULL";
    let filling = "SELECT EXISTS (SELECT FROM old_orders)";
    while lab.value(&lab.old, exists) == "f" || lab.value(&lab.old, filling) == "f" {
        assert!(start.elapsed() < Duration::from_secs(120), "no order was written");
        sleep(Duration::from_millis(10));
    }
    child.kill().expect("it runs still");
    assert!(!child.wait().expect("it ends").success());

    let size = ["--users", "500", "--products", "50", "--orders", "2000"];
    let run = populate(&lab, &lab.old, &[&size[..], &["--if-empty"]].concat());
    assert!(
        run.ok().starts_with("populate_old: 500 users, 50 products, 2,000 orders in "),
        "{run}"
    );
    assert_eq!(run.stderr, "populate_old: a former fill was not finished; starting over\n");
    populate(&lab, &lab.new, &size).ok();
    assert_eq!(content(&lab, &lab.old), content(&lab, &lab.new));
}

#[test]
fn two_fills_at_once_do_not_mix() {
    let lab = shop();
    let size = ["--users", "300", "--products", "30", "--orders", "3000", "--if-empty"];
    let spawn = || {
        let mut command = lab.command("populate_old", &size);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("populate_old runs")
    };
    let runs = [spawn(), spawn()].map(|child| child.wait_with_output().expect("it ends"));
    assert!(runs.iter().all(|run| run.status.success()), "{runs:?}");
    let idle = b"populate_old: old_users already holds rows; nothing to do\n";
    assert_eq!(runs.iter().filter(|run| run.stdout == idle).count(), 1, "{runs:?}");
    assert_eq!(lab.value(&lab.old, "SELECT count(*) FROM truth.fates"), "3330");
}

#[test]
fn a_part_of_the_tables_is_refused() {
    let lab = shop();
    lab.execute(&lab.old, "CREATE TABLE old_orders (id bigint)");
    populate(&lab, &lab.old, &[]).fails(
        1,
        "populate_old: old_users is missing beside the other tables\n  hint: Create or drop all three: old_users, old_products, old_orders. Nothing was changed.",
    );
}

#[test]
fn a_project_without_legacy_scripts_is_told_of_csv() {
    let lab = Lab::new();
    lab.write("sql/crm/mapping.toml", "");
    populate(&lab, &lab.old, &["--project", "sql/crm"]).fails(
        2,
        "populate_old: sql/crm/legacy: No such file or directory (os error 2)\n  hint: The fake rows are those of sql/shop. For a database of your own, load its exports with --csv.",
    );
    let passed = populate(&lab, &lab.old, &["--project", "sql/crm", "--if-empty"]);
    let said = "populate_old: no rows are made up for sql/crm; --csv loads exports\n";
    assert_eq!(passed.ok(), said);
}

#[test]
fn a_share_above_one_is_asked_wrongly() {
    let lab = shop();
    let run = populate(&lab, &lab.old, &["--dirt", "12"]);
    run.fails(
        2,
        "populate_old: invalid value '12' for '--dirt <RATE>': a share of rows is a number from 0 to 1\n  \
         hint: `populate_old --help` lists what it accepts.",
    );
}
