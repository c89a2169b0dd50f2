//! The main job, end to end: an old database becomes a migrated, optimised, verified new one.

mod hostile;

use std::path::Path;
use std::process::Command;

use crate::harness::{Lab, Run, real_data};
use crate::tools::contents;

fn migrate_all(lab: &Lab, project: &str) {
    lab.run("migrate_schema", &["upgrade", "--project", project]).ok();
    lab.run("apply_sql", &["--project", project]).ok();
}

/// `make migrate-all && make db-seed && make verify`, and all of it again.
#[test]
fn the_whole_job_done_twice_is_the_job_done_once() {
    let lab = Lab::new();
    lab.project("shop");
    let seed = ["--users", "2000", "--products", "200", "--orders", "20000", "--seed", "1"];
    let all = || {
        migrate_all(&lab, "sql/shop");
        lab.run("populate_old", &[&["--if-empty"], seed.as_slice()].concat()).ok();
        lab.run("migrate_data", &[]).ok();
        lab.run("apply_sql", &[]).ok();
        let verified = lab.run("verify_data", &[]);
        assert!(
            verified.ok().contains(" as the mapping makes them; 17 checks empty; "),
            "{verified}"
        );
    };
    all();
    let once = contents(&lab, &lab.new);
    assert_eq!(
        lab.value(&lab.new, "SELECT count(*) FROM ONLY orders"),
        "0",
        "orders is partitioned"
    );
    all();
    assert_eq!(contents(&lab, &lab.new), once);
}

/// The size that the answer key is held to, with one worker and with four.
#[test]
fn three_hundred_thousand_orders_equal_the_answer_key() {
    let lab = Lab::new();
    lab.project("shop");
    lab.run(
        "populate_old",
        &["--users", "50000", "--products", "2000", "--orders", "300000", "--seed", "7"],
    )
    .ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
    for workers in ["1", "4"] {
        lab.run("migrate_data", &["--restart", "--yes", "--workers", workers]).ok();
        let verified = lab.run("verify_data", &[]);
        assert!(verified.ok().trim_end().ends_with("rows equal the answer key"), "{verified}");
    }
}

fn migrate_retail(lab: &Lab, csv: &Path) -> Run {
    lab.project("retail");
    let csv = csv.to_str().expect("a path in UTF-8");
    lab.run("populate_old", &["--csv", csv, "--table", "old_retail", "--project", "sql/retail"])
        .ok();
    migrate_all(lab, "sql/retail");
    let migrated = lab.run("migrate_data", &["--project", "sql/retail"]);
    migrated.ok();
    lab.run("apply_sql", &["--project", "sql/retail"]).ok();
    lab.run("verify_data", &["--project", "sql/retail"]).ok();
    migrated
}

/// The whole file, where `REAL_DATA_DIR` says where it is.
#[test]
fn half_a_million_real_lines_are_all_accounted_for() {
    let Some(folder) = real_data("half_a_million_real_lines_are_all_accounted_for") else {
        return;
    };
    let lab = Lab::new();
    let archive = folder.join("online-retail").join("online-retail-by-day.tar.xz");
    let extracted =
        Command::new("tar").arg("xf").arg(&archive).arg("-C").arg(lab.folder.path()).status();
    assert!(extracted.expect("tar runs").success(), "{} is extracted", archive.display());
    let migrated = migrate_retail(&lab, &lab.path("by-day"));
    assert!(
        migrated.stdout.contains("\n  old_retail  541,909  536,641   5,268            0  "),
        "{migrated}"
    );
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM customers"), "4372");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM countries"), "38");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM invoices"), "25900");
    assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM products"), "3958");
}
