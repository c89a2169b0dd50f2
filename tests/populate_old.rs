//! populate_old: fake rows with an answer key, and CSV exports.

mod answer_key;
mod csv_exports;
mod csv_refusals;
mod fake_rows;

use crate::harness::{Lab, Run};

/// A lab with the shop's project.
fn shop() -> Lab {
    let lab = Lab::new();
    lab.project("shop");
    lab
}

/// Runs populate_old on one of the lab's databases.
#[track_caller]
fn populate(lab: &Lab, database: &str, arguments: &[&str]) -> Run {
    let mut command = lab.command("populate_old", arguments);
    command.env("OLD_DATABASE_URL", lab.url(database));
    Run::of(&mut command, &lab.password())
}

/// The result line without its time, which no test can know.
#[track_caller]
fn said(run: &Run) -> String {
    let line = run.ok().trim_end();
    let (before, time) = line.rsplit_once(" in ").expect("the line tells its time");
    let after = time.split_once(" s").map_or("", |(_, after)| after);
    format!("{before}{after}")
}
