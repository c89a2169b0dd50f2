//! Databases and roles with settings that change what a value looks like or means.

use crate::harness::Lab;

const SETTINGS: [&str; 8] = [
    "datestyle = 'German'",
    "intervalstyle = 'sql_standard'",
    "timezone = 'Pacific/Chatham'",
    "bytea_output = 'escape'",
    "extra_float_digits = -15",
    "array_nulls = off",
    "transform_null_equals = on",
    "quote_all_identifiers = on",
];

/// It changes what the project's own checks say, which are the user's SQL.
const STRINGS: &str = "standard_conforming_strings = off";

/// Half of them by the database, half by the role, which has them only there.
fn poison(lab: &Lab, database: &str, settings: &[&str]) {
    for (index, setting) in settings.iter().enumerate() {
        let owner = match index % 2 {
            0 => format!("DATABASE {database}"),
            _ => format!("ROLE {} IN DATABASE {database}", lab.user()),
        };
        lab.execute("postgres", &format!("ALTER {owner} SET {setting}"));
    }
}

/// Rows of every kind whose text depends on a setting.
const ODD: &str = r"
    CREATE TABLE odd (id int PRIMARY KEY, d date, t timestamptz, i interval, b bytea, f float8, a text[], s text);
    INSERT INTO odd VALUES
        (1, '2021-04-03', '2021-04-03 12:30:00+00', '1 year 2 mons -3 days 04:05:06', '\x00ff5c', 0.1::float8 + 0.2, '{NULL,a}', E'a\\b''c'),
        (2, '2021-12-31', '2021-12-31 23:59:59.999999+00', '-00:00:01', '\x', 1e-300, ARRAY['NULL', NULL], 'é');
";

/// The rows of every table, under settings of our own.
fn content(lab: &Lab, database: &str) -> Vec<String> {
    let set = "SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET timezone = 'UTC'; SET extra_float_digits = 3; \
               SET bytea_output = 'hex'; SET quote_all_identifiers = off";
    let tables = lab.rows(
        database,
        &format!("{set}; SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition \
                  AND c.relnamespace = 'public'::regnamespace ORDER BY 1"),
    );
    assert!(!tables.is_empty());
    let hash = |table: &String| {
        let sum = format!(
            "SELECT '{table} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t"
        );
        lab.value(database, &format!("{set}; {sum}"))
    };
    tables.iter().map(hash).collect()
}

/// From made-up rows to a restored backup; the content of old, new and what was restored.
fn through_all(lab: &Lab, poisoned: bool) -> [Vec<String>; 3] {
    lab.project("shop");
    lab.run("migrate_schema", &["upgrade"]).ok();
    lab.execute(&lab.new, ODD);
    if poisoned {
        poison(lab, &lab.old, &SETTINGS);
        poison(lab, &lab.old, &[STRINGS]);
        poison(lab, &lab.new, &SETTINGS);
    }
    let seed = ["--users", "300", "--products", "40", "--orders", "1000", "--seed", "3"];
    lab.run("populate_old", &seed).ok();
    lab.run("migrate_data", &[]).ok();
    let verified = lab.run("verify_data", &[]);
    assert!(verified.ok().trim_end().ends_with("rows equal the answer key"), "{verified}");
    if poisoned {
        poison(lab, &lab.new, &[STRINGS]);
    }
    let backup = lab.run("db_backup", &[]);
    let folder = backup.ok().trim_start_matches("db_backup: ").split_whitespace().next();
    let back = format!("{}_back", lab.new);
    lab.run("db_restore", &["--to", &back, folder.expect("a folder")]).ok();
    let contents = [&lab.old, &lab.new, &back].map(|database| content(lab, database));
    lab.execute("postgres", &format!("DROP DATABASE {back} WITH (FORCE)"));
    contents
}

#[test]
fn hostile_settings_change_nothing() {
    let (plain, hostile) = (Lab::new(), Lab::new());
    let expected = through_all(&plain, false);
    assert_eq!(expected[1], expected[2]);
    assert_eq!(through_all(&hostile, true), expected);
}
