//! What hostile people can write into databases, backups and settings, and what comes of it: nothing.
//! `make attack` runs these at length.

mod backups;
mod filters;
mod kept;
mod roles;

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Lab, Run};
use crate::tools::torture;

/// One of our binaries in the shop's project.
fn command(lab: &Lab, binary: &str, arguments: &[&str]) -> Command {
    let mut command = lab.command(binary, arguments);
    command.env("PROJECT", Lab::repository().join("sql/shop"));
    command
}

fn run(lab: &Lab, binary: &str, arguments: &[&str]) -> Run {
    let run = Run::of(&mut command(lab, binary, arguments), &lab.password());
    assert!(!run.stderr.contains("panicked"), "{run}");
    run
}

/// A backup of the new database; its folder.
#[track_caller]
fn back_up(lab: &Lab, arguments: &[&str]) -> PathBuf {
    let said = run(lab, "db_backup", arguments);
    let name = said.ok().trim_start_matches("db_backup: ").split_whitespace().next();
    lab.path(name.expect("the backup comes first"))
}
