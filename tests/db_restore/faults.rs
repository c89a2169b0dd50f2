//! A restore that is stopped in one of its phases, and the same command again.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Shop;
use crate::dev_postgres::home::{Home, kill};
use crate::harness::{Lab, Run, command_in};

/// Waits while the comment on the old database, which every database of the server can see, says
/// that the gate is closed.
fn gate(of: &str) -> String {
    format!(
        "CREATE FUNCTION gate(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
         BEGIN
             WHILE EXISTS (SELECT FROM pg_catalog.pg_database
                           WHERE datname = '{of}' AND pg_catalog.shobj_description(oid, 'pg_database') = 'closed')
             LOOP PERFORM pg_catalog.pg_sleep(0.05); END LOOP;
             RETURN n;
         END $$;
         CREATE TABLE orders (id int PRIMARY KEY, note text);
         INSERT INTO orders SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 120000) AS n;
         CREATE INDEX orders_note ON orders (left(note, 8));
         CREATE UNLOGGED TABLE sessions AS SELECT n AS id FROM generate_series(1, 5000) AS n;"
    )
}

/// The restore stands still in the rows.
const AT_ROWS: &str =
    "CREATE TABLE gated (id int CHECK (gate(id) = id)); INSERT INTO gated VALUES (1)";
/// And while it builds an index, others being there.
const AT_INDEXES: &str = "CREATE TABLE gated (id int); INSERT INTO gated VALUES (1); CREATE INDEX slow ON gated (gate(id))";

fn close(shop: &Shop) {
    shop.execute("postgres", &format!("COMMENT ON DATABASE {} IS 'closed'", shop.old));
}

fn open(shop: &Shop) {
    shop.execute("postgres", &format!("COMMENT ON DATABASE {} IS 'open'", shop.old));
}

fn start(shop: &Shop, arguments: &[&str]) -> Child {
    let mut command = shop.command("db_restore", arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a restore")
}

#[track_caller]
fn until(what: &str, happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not happen");
        sleep(Duration::from_millis(20));
    }
}

/// Waits for a statement that begins so to be at work in the scratch database.
#[track_caller]
fn until_at(shop: &Shop, statement: &str) {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{}_restoring' AND state = 'active' AND query LIKE '%{statement}%'",
        shop.new
    );
    until(statement, || shop.value("postgres", &sql) == "1");
}

/// A restore whose gated table never came to its end, and what the live database holds.
fn killed_among_the_rows() -> (Shop, Vec<String>) {
    let shop = Shop::new();
    shop.execute(&shop.new, &format!("{}{AT_ROWS}", gate(&shop.old)));
    let content = shop.content(&shop.new);
    shop.back_up();
    close(&shop);
    let mut restore = start(&shop, &["--jobs", "1"]);
    until_at(&shop, "COPY%gated");
    restore.kill().expect("SIGKILL");
    restore.wait().expect("its end");
    (shop, content)
}

#[test]
fn a_kill_among_the_rows_loads_no_finished_chunk_again() {
    let (shop, content) = killed_among_the_rows();
    assert_eq!(shop.content(&shop.new), content);

    let scratch = format!("{}_restoring", shop.new);
    let loaded_by = "SELECT string_agg(DISTINCT xmin::text, ' ' ORDER BY xmin::text) FROM orders";
    let before = shop.value(&scratch, loaded_by);
    open(&shop);
    let run = shop.restore(&[]);
    run.ok();
    let note = format!("db_restore: going on with `{scratch}`: ");
    assert!(run.stderr.starts_with(&note), "{run}");
    assert_eq!(shop.value(&shop.new, loaded_by), before);
    assert_eq!(shop.content(&shop.new), content);
}

#[test]
fn rows_that_are_not_as_they_were_sent_are_found() {
    let (shop, content) = killed_among_the_rows();
    open(&shop);
    let scratch = format!("{}_restoring", shop.new);
    let case = |sql: &str, said: &str| {
        shop.execute(&scratch, sql);
        let run = shop.restore(&[]);
        run.exits(1);
        assert!(run.stderr.contains(said), "{sql}\n{run}");
        assert_eq!(shop.content(&shop.new), content);
    };
    let other = "db_restore: the restored public.orders does not hold the backup's rows\n  detail: The content hash is ";
    case("UPDATE orders SET note = note || ' ' WHERE id = 77", other);
    case(
        "UPDATE orders SET note = rtrim(note) WHERE id = 77;
         UPDATE orders SET id = -id, note = CASE id WHEN 5 THEN '' END WHERE id IN (5, 6)",
        other,
    );
    case(
        "DELETE FROM orders WHERE id = 9",
        "db_restore: the restored public.orders holds 119,999 rows, and the backup 120,000\n",
    );
    shop.restore(&["--discard"]).ok();
    assert_eq!(shop.content(&shop.new), content);
}

#[test]
fn a_kill_among_the_indexes_builds_no_finished_one_again() {
    let shop = Shop::new();
    shop.execute(&shop.new, &format!("{}{AT_INDEXES}", gate(&shop.old)));
    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    shop.back_up();
    close(&shop);
    let mut restore = start(&shop, &["--jobs", "2"]);
    until_at(&shop, "CREATE INDEX slow");
    let scratch = format!("{}_restoring", shop.new);
    let built = "SELECT count(*) FROM pg_class WHERE relname IN ('orders_note', 'orders_pkey')";
    until("the other index", || shop.value(&scratch, built) == "2");
    restore.kill().unwrap();
    restore.wait().unwrap();
    assert_eq!(shop.content(&shop.new), content);

    let files = "SELECT array_agg(relfilenode ORDER BY relname) FROM pg_class
                 WHERE relname IN ('orders_note', 'orders_pkey')";
    let before = shop.value(&scratch, files);
    open(&shop);
    shop.restore(&[]).ok();
    assert_eq!(shop.value(&shop.new, files), before);
    assert_eq!((shop.schema(&shop.new), shop.content(&shop.new)), (schema, content));
}

#[test]
fn a_lost_connection_is_said_and_the_next_run_finishes() {
    let shop = Shop::new();
    shop.execute(&shop.new, &format!("{}{AT_ROWS}", gate(&shop.old)));
    let content = shop.content(&shop.new);
    shop.back_up();
    close(&shop);
    let restore = start(&shop, &["--jobs", "2"]);
    until_at(&shop, "COPY%gated");
    // Who sends at that moment may not hear the server's last words.
    let sending = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{}_restoring' AND state = 'active' AND query LIKE 'COPY%'",
        shop.new
    );
    until("the other worker's end", || shop.value("postgres", &sending) == "1");
    shop.execute(
        "postgres",
        &format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}_restoring'",
            shop.new
        ),
    );
    let output = restore.wait_with_output().unwrap();
    let run = Run::from_output(&shop.command("db_restore", &[]), &output);
    run.exits(1);
    assert!(run.stderr.contains("public.gated cannot be filled\n"), "{run}");
    assert!(
        run.stderr.contains("terminating connection due to administrator command (57P01)"),
        "{run}"
    );
    let stays = format!(
        "`{0}` is unchanged; what is restored stays in `{0}_restoring`, and the same command goes on.",
        shop.new
    );
    assert!(run.stderr.contains(&stays), "{run}");
    assert_eq!(shop.content(&shop.new), content);
    open(&shop);
    shop.restore(&[]).ok();
    assert_eq!(shop.content(&shop.new), content);
}

#[test]
fn a_crash_of_the_server_loses_no_row_not_even_of_unlogged_tables() {
    let home = Home::new();
    home.run(&["start"]).ok();
    let binary = |name: &str| {
        let mut command = command_in(&home.folder, name, &[]);
        command.env("PROJECT", Lab::repository().join("sql/shop"));
        command
    };
    let password = std::fs::read_to_string(home.folder.join(".pg/password")).unwrap();
    let run = |name: &str| Run::of(&mut binary(name), password.trim());
    home.sql(&format!("{}{AT_ROWS}", gate("old_bad_db")));
    run("db_backup").ok();
    home.sql("COMMENT ON DATABASE old_bad_db IS 'closed'");
    let mut command = binary("db_restore");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut restore = command.spawn().unwrap();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY%gated%'
                   AND datname = 'new_good_db_restoring'";
    until("the gate", || home.sql(waiting) == "1");
    let server = home.server_process();
    kill("-QUIT", server);
    assert_eq!(restore.wait().unwrap().code(), Some(1));
    let runs =
        || Command::new("sh").args(["-c", &format!("kill -0 {server} 2>/dev/null")]).status();
    until("the server's end", || !runs().unwrap().success());

    home.run(&["start"]).ok();
    assert_eq!(home.sql("SELECT count(*) FROM orders"), "120000");
    home.sql("COMMENT ON DATABASE old_bad_db IS 'open'");
    run("db_restore").ok();
    assert_eq!(home.sql("SELECT count(*) FROM orders"), "120000");
    assert_eq!(home.sql("SELECT count(*) FROM sessions"), "5000");
}
