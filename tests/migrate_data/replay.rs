//! replay: the quarantined rows once more, after a rule is fixed.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::{READ_IS_LOADED_MERGED_QUARANTINED, content, shop, small, writes};
use crate::harness::Lab;

/// The shop's mapping with a date format of the orders forgotten, and one of the clerks' words.
fn forgetful(lab: &Lab) -> String {
    let whole = lab.read("sql/shop/mapping.toml");
    let (before, orders) = whole.split_once("[orders]").expect("a mapping of orders");
    let orders =
        orders.replace("\"%d.%m.%Y\", ", "").replace("\"sent\", \"shipped\"", "\"shipped\"");
    lab.write("sql/shop/mapping.toml", &format!("{before}[orders]{orders}"));
    whole
}

#[test]
fn rows_that_pass_by_the_mended_rule_are_loaded_as_if_it_had_always_been_so() {
    let lab = shop(500, 50, 30_000);
    let mended = forgetful(&lab);
    lab.run("migrate_data", &[]).ok();
    let missing: i64 = lab
        .value(&lab.new, "SELECT count(*) FROM pgrefit.quarantine WHERE source = 'old_orders'")
        .parse()
        .unwrap();
    assert!(missing > 7_000, "{missing}");

    // Nothing is fixed yet, so nothing is written.
    let before = writes(&lab);
    lab.run("migrate_data", &["replay"]).ok();
    assert_eq!(writes(&lab), before);

    lab.write("sql/shop/mapping.toml", &mended);
    let replay = lab.run("migrate_data", &["replay"]);
    let left: i64 = lab
        .value(&lab.new, "SELECT count(*) FROM pgrefit.quarantine WHERE source = 'old_orders'")
        .parse()
        .unwrap();
    assert!(left < 3_000, "{replay}");
    let said = format!(
        "migrate_data: old_orders: {} quarantined rows tried again: {} loaded, 0 merged, {} still quarantined",
        grouped(missing),
        grouped(missing - left),
        grouped(left)
    );
    assert!(replay.ok().lines().any(|line| line == said), "{said}\n{replay}");
    assert!(lab.rows(&lab.new, READ_IS_LOADED_MERGED_QUARANTINED).is_empty());
    lab.run("verify_data", &[]).ok();
    let replayed = content(&lab);

    let before = writes(&lab);
    lab.run("migrate_data", &["replay"]).ok();
    assert_eq!(writes(&lab), before, "a second replay writes nothing");
    assert!(lab.run("migrate_data", &[]).ok().starts_with("migrate_data: nothing to do: "));

    lab.run("migrate_data", &["--restart", "--yes"]).ok();
    assert_eq!(replayed, content(&lab), "as a load anew by the mended mapping");
}

fn grouped(number: i64) -> String {
    if number < 1_000 {
        number.to_string()
    } else {
        format!("{},{:03}", number / 1_000, number % 1_000)
    }
}

#[test]
fn a_replay_that_is_killed_has_not_happened() {
    let lab = shop(500, 50, 20_000);
    let mended = forgetful(&lab);
    lab.run("migrate_data", &[]).ok();
    lab.write("sql/shop/mapping.toml", &mended);
    let kills = std::env::var("TORTURE").map_or(3, |times| 3 * times.parse::<u64>().unwrap());
    let state = "SELECT checksum || (SELECT count(*) FROM pgrefit.quarantine) || (SELECT count(*) FROM orders) FROM pgrefit.load_run";
    let before = lab.value(&lab.new, state);
    for kill in 0..kills {
        let mut command = lab.command("migrate_data", &["replay"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(40 + 90 * kill % 400));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        if ended.is_some() {
            break;
        }
        let turn = lab.run("verify_data", &[]);
        let now = lab.value(&lab.new, state);
        assert!(now == before || turn.code == Some(0), "neither before nor after\n{turn}");
    }
    lab.run("migrate_data", &["replay"]).ok();
    lab.run("verify_data", &[]).ok();
}

const PEOPLE: &str = "[people]\nfrom = \"p\"\nkey = \"id\"\nunique = { by = \"mail\" }\n[people.columns]\nid = \"id\"\nmail = \"mail\"\n";

#[test]
fn a_row_of_the_quarantine_may_take_a_survivors_place() {
    let lab = small(
        "CREATE TABLE p (id int PRIMARY KEY, mail text, born text); INSERT INTO p VALUES (1, 'a', '1.2.2003'), (2, 'a', '2003-02-01'), (3, 'b', 'never')",
        "CREATE TABLE people (id int PRIMARY KEY, mail text UNIQUE, born date NOT NULL)",
        &format!("{PEOPLE}born = \"born\"\n"),
    );
    lab.run("migrate_data", &["replay"]).fails(
        1,
        "migrate_data: nothing has been loaded into this database\n  hint: `make migrate-data` loads it.",
    );
    lab.run("migrate_data", &[]).ok();
    lab.write(
        "sql/shop/mapping.toml",
        &format!("{PEOPLE}born = {{ from = \"born\", formats = [\"%Y-%m-%d\", \"%d.%m.%Y\"] }}\n"),
    );
    assert_eq!(
        lab.run("migrate_data", &["replay"]).ok(),
        "migrate_data: p: 2 quarantined rows tried again: 0 loaded, 1 merged, 1 still quarantined\n"
    );
    assert_eq!(lab.rows(&lab.new, "SELECT id FROM people"), ["1"]);
    assert_eq!(lab.rows(&lab.new, "SELECT source_key, target_key FROM pgrefit.lineage"), ["2|1"]);
    lab.run("verify_data", &[]).ok();
}

#[test]
fn rows_merge_and_are_refused_in_a_replay_as_in_a_load() {
    let lab = small(
        "CREATE TABLE p (id int PRIMARY KEY, mail text, born text); \
         INSERT INTO p VALUES (1, 'a', '2003-02-01'), (2, 'a', '1.2.2003'), (3, 'b', '3.2.1899'), (4, 'c', '4.2.2003'), (5, 'd', 'never')",
        "CREATE TABLE people (id int PRIMARY KEY, mail text UNIQUE, born date NOT NULL CHECK (born > '1900-01-01'))",
        &format!("{PEOPLE}born = \"born\"\n"),
    );
    lab.run("migrate_data", &[]).ok();
    lab.write(
        "sql/shop/mapping.toml",
        &format!("{PEOPLE}born = {{ from = \"born\", formats = [\"%Y-%m-%d\", \"%d.%m.%Y\"] }}\n"),
    );
    let replay = lab.run("migrate_data", &["replay", "--json"]);
    assert_eq!(
        replay.ok(),
        "{\"run\":1,\"sources\":[{\"loaded\":1,\"merged\":1,\"quarantined\":2,\"source\":\"p\",\"tried\":4}]}\n"
    );
    assert_eq!(lab.rows(&lab.new, "SELECT id FROM people ORDER BY id"), ["1", "4"]);
    assert_eq!(
        lab.rows(&lab.new, "SELECT key, reason, sqlstate FROM pgrefit.quarantine ORDER BY key"),
        ["3|people: violates people_born_check|23514", "5|born is not a date|∅"]
    );
    assert_eq!(lab.rows(&lab.new, "SELECT source_key, target_key FROM pgrefit.lineage"), ["2|1"]);
    lab.run("verify_data", &[]).ok();
}
