//! A restore that is stopped among its rows, which then change or stay.

use std::process::{Child, Stdio};

use super::Shop;
use crate::harness::Run;
use crate::tools::wait_until;

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
         INSERT INTO orders SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 120000) AS n;"
    )
}

/// The restore stands still in the rows.
const AT_ROWS: &str =
    "CREATE TABLE gated (id int CHECK (gate(id) = id)); INSERT INTO gated VALUES (1)";

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

/// Waits for a statement that begins so to be at work in the scratch database.
#[track_caller]
fn until_at(shop: &Shop, statement: &str) {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{}_restoring' AND state = 'active' AND query LIKE '%{statement}%'",
        shop.new
    );
    wait_until(statement, || shop.value("postgres", &sql) == "1");
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
fn rows_that_are_not_as_they_were_sent_are_found() {
    let (shop, content) = killed_among_the_rows();
    open(&shop);
    let scratch = format!("{}_restoring", shop.new);
    let case = |sql: &str, said: &str| {
        shop.execute(&scratch, sql);
        let run = shop.restore(&[]);
        run.exits(1);
        assert!(run.stderr.contains(said), "{sql}\n{run}");
        let anew = format!(
            "  hint: Somebody or something has changed rows in `{scratch}`. `db_restore discard` drops it; the same command then starts over.\n"
        );
        assert!(run.stderr.ends_with(&anew), "{sql}\n{run}");
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
        "db_restore: the restored public.orders holds 119,999 rows, but the backup holds 120,000\n",
    );
    shop.restore(&["discard"]).ok();
    assert_eq!(shop.content(&shop.new), content);
    shop.restore(&[]).ok();
    assert_eq!(shop.content(&shop.new), content);
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
    let sending = format!(
        "SELECT count(*) FROM pg_stat_activity
         WHERE datname = '{}_restoring' AND state = 'active' AND query LIKE 'COPY%'",
        shop.new
    );
    wait_until("the other worker's end", || shop.value("postgres", &sending) == "1");
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
    // The server's farewell is lost where the connection is reset under it.
    assert!(
        run.stderr.starts_with("db_restore: public.gated cannot be filled\n  detail: "),
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
