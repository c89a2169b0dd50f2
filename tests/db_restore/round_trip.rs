//! What was backed up is what comes back.

use super::{SHOP, Shop};
use crate::harness::Run;

/// Every entry type that pg_dump of PostgreSQL 15 to 18 has for the sections before and after the
/// rows. Those not here: SECURITY LABEL needs a provider's library; rows, sequence values and large
/// objects are carried in files of our own; SUBSCRIPTION TABLE is for pg_upgrade alone; STATISTICS
/// DATA (18) is made anew by ANALYZE; the database itself is in the manifest.
const ENTRY_TYPES: [&str; 51] = [
    "ACCESS METHOD",
    "ACL",
    "AGGREGATE",
    "CAST",
    "CHECK CONSTRAINT",
    "COLLATION",
    "COMMENT",
    "CONSTRAINT",
    "CONVERSION",
    "DEFAULT",
    "DEFAULT ACL",
    "DOMAIN",
    "EVENT TRIGGER",
    "EXTENSION",
    "FK CONSTRAINT",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "FUNCTION",
    "INDEX",
    "INDEX ATTACH",
    "MATERIALIZED VIEW",
    "MATERIALIZED VIEW DATA",
    "OPERATOR",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "POLICY",
    "PROCEDURAL LANGUAGE",
    "PROCEDURE",
    "PUBLICATION",
    "PUBLICATION TABLE",
    "PUBLICATION TABLES IN SCHEMA",
    "ROW SECURITY",
    "RULE",
    "SCHEMA",
    "SEQUENCE",
    "SEQUENCE OWNED BY",
    "SERVER",
    "SHELL TYPE",
    "STATISTICS",
    "SUBSCRIPTION",
    "TABLE",
    "TABLE ATTACH",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TRANSFORM",
    "TRIGGER",
    "TYPE",
    "USER MAPPING",
    "VIEW",
];

/// Tables that programs stumble over, each with its number of rows, which are compared.
const ODD: [&str; 9] = [
    "\"Odd \"\" . schema\".\"select\" 1|",
    "\"Odd \"\" . schema\".\"new\nline; 1; \\.\ttab/slash\\back\" 1|",
    "\"Odd \"\" . schema\".\"🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂abc\" 2|",
    "shop.no_columns 2|",
    "shop.wide 21|",
    "shop.only_generated 1|",
    "shop.scratch 10|",
    "shop.hen 50|",
    "shop.notes 3|",
];

/// The entry types in a backup's schema, as pg_restore lists them.
fn kinds(shop: &Shop, backup: &std::path::Path) -> Vec<String> {
    let mut command = std::process::Command::new("pg_restore");
    command.arg("--list").arg(shop.path(&backup.display().to_string()).join("schema.dump"));
    let run = Run::of(&mut command, &shop.password());
    // `215; 1259 16402 TABLE shop users postgres`: the words in capitals.
    let kind = |line: &str| {
        let words = line.split(' ').skip(3);
        let is_capital = |word: &&str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        words.take_while(is_capital).collect::<Vec<_>>().join(" ")
    };
    let lines = run.ok().lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    let mut kinds: Vec<String> = lines.map(kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn one_of_every_kind_of_object_comes_back() {
    let shop = Shop::new();
    // Each statement by itself, as psql would: some of them may not share a transaction.
    let mut psql = std::process::Command::new("psql");
    psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-f"]);
    psql.arg(crate::harness::Lab::repository().join("tests/db_restore/everything.sql"));
    psql.env("PGHOST", "127.0.0.1").env("PGPORT", shop.port().to_string());
    psql.env("PGUSER", shop.user()).env("PGPASSWORD", shop.password()).env("PGDATABASE", &shop.new);
    crate::harness::Run::of(&mut psql, &shop.password()).ok();

    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    let backup = shop.back_up();
    let kinds = kinds(&shop, &backup);
    assert_eq!(kinds, ENTRY_TYPES);
    for odd in ODD {
        assert!(content.iter().any(|line| line.starts_with(odd)), "{odd}\n{content:#?}");
    }
    shop.execute(&shop.new, "DROP TABLE shop.hen CASCADE; SELECT lo_unlink(100001)");
    shop.restore(&[]).ok();
    assert_eq!(shop.schema(&shop.new), schema);
    assert_eq!(shop.content(&shop.new), content);

    // The broken one is as it was left.
    let broken = shop.content(&shop.kept());
    assert!(!broken.iter().any(|line| line.starts_with("shop.hen ")), "{broken:?}");
}

#[test]
fn it_says_what_is_back_and_what_is_kept() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let backup = shop.back_up();
    shop.execute(&shop.new, "TRUNCATE orders, users");
    let run = shop.restore(&[]);
    let time = backup.to_string_lossy().rsplit('_').next().unwrap().to_owned();
    let (date, clock) = (&time[..10], &time[11..17]);
    assert_eq!(
        run.ok(),
        format!(
            "db_restore: {} is back as of {date} {}:{}:{} UTC (head 51c2); the former database is kept as {}\n",
            shop.new,
            &clock[..2],
            &clock[2..4],
            &clock[4..],
            shop.kept()
        )
    );
    assert_eq!(run.stderr, "");
    assert_eq!(shop.value(&shop.new, "SELECT count(*) FROM orders"), "150000");
    assert_eq!(
        shop.value(&shop.new, "INSERT INTO orders (user_id) VALUES (1) RETURNING id"),
        "150001"
    );
    // Statistics are there from the start.
    let analyzed = "SELECT reltuples FROM pg_class WHERE relname = 'orders'";
    assert_eq!(shop.value(&shop.new, analyzed), "150000");

    let kept = shop.kept();
    let dropped = shop.restore(&["drop-old"]);
    assert!(dropped.ok().starts_with(&format!("db_restore: dropped {kept} (")), "{dropped}");
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn the_databases_own_settings_grants_and_comment_come_back() {
    let shop = Shop::new();
    let name = &shop.new;
    shop.execute(
        name,
        &format!(
            "ALTER DATABASE {name} SET search_path = \"$user\", 'odd schema', public;
             ALTER DATABASE {name} SET work_mem = '7MB';
             ALTER ROLE {} IN DATABASE {name} SET statement_timeout = '1h';
             ALTER DATABASE {name} CONNECTION LIMIT 77;
             REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC;
             COMMENT ON DATABASE {name} IS 'it''s ours'",
            shop.user()
        ),
    );
    let facts = format!(
        "SELECT datconnlimit, encoding, datcollate, shobj_description(d.oid, 'pg_database'),
                (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(datacl) AS acl),
                (SELECT array_agg(format('%s %s', setrole, setconfig) ORDER BY setrole)
                 FROM pg_db_role_setting WHERE setdatabase = d.oid)
         FROM pg_database AS d WHERE datname = '{name}'"
    );
    let before = shop.value("postgres", &facts);
    assert!(before.contains("7MB") && before.contains("it's ours"), "{before}");
    shop.back_up();
    shop.restore(&[]).ok();
    assert_eq!(shop.value("postgres", &facts), before);
}

#[test]
fn statistics_of_expressions_and_of_several_columns_are_there_too() {
    let shop = Shop::new();
    shop.execute(
        &shop.new,
        "CREATE TABLE places (city text, country text);
         INSERT INTO places SELECT 'City ' || n % 9, 'Land ' || n % 3 FROM generate_series(1, 900) AS n;
         CREATE INDEX by_city ON places (lower(city));
         CREATE STATISTICS city_tells_country (dependencies) ON city, country FROM places;
         CREATE MATERIALIZED VIEW lands AS SELECT DISTINCT country FROM places",
    );
    shop.back_up();
    shop.restore(&["--jobs", "2"]).ok();
    let distinct = |table: &str| {
        let sql = format!(
            "SELECT string_agg(n_distinct::text, ' ' ORDER BY attname) FROM pg_stats WHERE tablename = '{table}'"
        );
        shop.value(&shop.new, &sql)
    };
    assert_eq!(distinct("places"), "9 3");
    assert_eq!(distinct("by_city"), "9");
    assert_eq!(distinct("lands"), "-1");
    let dependencies = "SELECT dependencies IS NOT NULL FROM pg_stats_ext";
    assert_eq!(shop.value(&shop.new, dependencies), "t");
}

#[test]
fn three_hundred_partitions_come_back() {
    let shop = Shop::new();
    let partitions = 40 * super::torture().min(8);
    shop.execute(
        &shop.new,
        &format!(
            "CREATE TABLE events (id bigint, at int NOT NULL) PARTITION BY RANGE (at);
             DO $$ BEGIN FOR n IN 0..{partitions} LOOP
                 EXECUTE format('CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%s) TO (%s)', n, n, n + 1);
             END LOOP; END $$;
             CREATE INDEX ON events (id);
             INSERT INTO events SELECT n, n % {partitions} FROM generate_series(1, 5000) AS n"
        ),
    );
    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    shop.back_up();
    shop.restore(&["--jobs", "2"]).ok();
    assert_eq!((shop.schema(&shop.new), shop.content(&shop.new)), (schema, content));
}

/// Longer than what is compressed at once, up to 200 MB in `make torture`.
#[test]
fn long_fields_come_back() {
    let shop = Shop::new();
    let pieces = if super::torture() > 1 { 6_250_000 } else { 1_000_000 };
    shop.execute(
        &shop.new,
        &format!(
            "CREATE TABLE long (id int PRIMARY KEY, body text, raw bytea);
             INSERT INTO long SELECT n, repeat(md5(n::text), 256 * n) FROM generate_series(1, 20) AS n;
             INSERT INTO long (id, body) SELECT 21, string_agg(md5(n::text), '') FROM generate_series(1, {pieces}) AS n;
             INSERT INTO long (id, raw) SELECT 22, decode(left(body, {pieces} * 16), 'hex') FROM long WHERE id = 21"
        ),
    );
    let sums = "SELECT id, length(body), md5(body), md5(raw) FROM long ORDER BY id";
    let before = shop.rows(&shop.new, sums);
    shop.back_up();
    shop.execute(&shop.new, "TRUNCATE long");
    shop.restore(&[]).ok();
    assert_eq!(shop.rows(&shop.new, sums), before);
}

#[test]
fn a_check_restores_proves_and_leaves_nothing() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let backup = shop.back_up();
    let run = shop.restore(&["check"]);
    let start = format!(
        "db_restore: {} was restored into a scratch database: 3 tables, 152,001 rows, all equal (",
        backup.display()
    );
    assert!(run.ok().starts_with(&start) && run.stdout.ends_with("); scratch dropped\n"), "{run}");
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn a_restore_to_another_name_leaves_the_live_one_alone() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    shop.back_up();
    shop.execute(&shop.new, "DELETE FROM orders WHERE id > 10");
    let copy = format!("{}_copy", shop.new);
    let run = shop.restore(&["--to", &copy]);
    assert!(run.ok().ends_with(" UTC (head 51c2)\n"), "{run}");
    assert_eq!(shop.value(&copy, "SELECT count(*) FROM orders"), "150000");
    assert_eq!(shop.value(&shop.new, "SELECT count(*) FROM orders"), "10");
}

/// Of any type, and whatever is in a value, the server's own hash is the one of what was sent: no
/// row is sent back.
#[test]
fn stored_rows_are_proved_where_they_are() {
    let shop = Shop::new();
    shop.execute(&shop.new, include_str!("values.sql"));
    let content = shop.content(&shop.new);
    shop.back_up();
    let mut command = shop.command("db_restore", &[]);
    let run = Run::of(command.env("ENABLE_QUERY_LOGGING", "1"), &shop.password());
    run.ok();
    assert_eq!(run.stderr.matches("hashtextextended").count(), 2, "{run}");
    assert!(!run.stderr.contains("COPY (SELECT"), "{run}");
    assert_eq!(shop.content(&shop.new), content);
}
