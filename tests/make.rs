//! The front door: what bare `make` lists is what there is.

use std::process::Command;

use crate::harness::{Lab, Run};

/// Of help itself and of what other targets need, nothing is said.
const UNSPOKEN: [&str; 3] = ["tools", "test-tools", "up"];

/// Every target, as the Makefile declares them.
fn targets() -> Vec<String> {
    let makefile = Lab::repository().join("Makefile");
    let text = std::fs::read_to_string(makefile).expect("the Makefile").replace("\\\n", " ");
    let declared = text.lines().find_map(|line| line.strip_prefix(".PHONY:"));
    declared.expect(".PHONY").split_whitespace().map(ToOwned::to_owned).collect()
}

fn make(arguments: &[&str]) -> Run {
    let mut command = Command::new("make");
    command.args(arguments).current_dir(Lab::repository());
    // As typed by a person, even where make runs this test.
    for setting in [
        "MAKEFLAGS",
        "CARGO_TARGET_DIR",
        "MAKELEVEL",
        "MFLAGS",
        "PROJECT",
        "MSG",
        "NAME",
        "YES",
        "DB",
        "BACKUP",
        "KEEP",
        "TABLE",
        "FILE",
    ] {
        command.env_remove(setting);
    }
    Run::of(&mut command, "no password is known here")
}

#[test]
fn bare_make_lists_every_target_with_what_it_does() {
    let listed = make(&[]);
    let names: Vec<&str> = listed
        .ok()
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .map(|line| {
            let (name, text) = line.split_once(' ').unwrap();
            assert!(!text.trim().is_empty(), "{name} is not explained");
            name
        })
        .collect();
    for target in targets() {
        let listed_or_not = names.contains(&&*target) || UNSPOKEN.contains(&&*target);
        assert!(listed_or_not, "{target} is not listed\n{listed}");
    }
    for name in names {
        make(&["-n", name]).ok();
        make(&["-n", name, "PROJECT=sql/retail"]).ok();
    }
}

#[test]
fn a_migration_offers_a_backup_before_it() {
    let order = |arguments: &[&str]| {
        let run = make(arguments);
        let steps = run.ok().lines().filter_map(|line| line.strip_prefix("\"target/release\"/"));
        steps.map(|step| step.trim_end().to_owned()).collect::<Vec<_>>()
    };
    let plain = order(&["-n", "migrate-all"]);
    assert!(!plain.iter().any(|step| step.starts_with("db_backup")), "{plain:?}");
    let steps = order(&["-n", "migrate-all", "BACKUP=1"]);
    let after = steps.iter().skip_while(|step| *step != "db_backup").collect::<Vec<_>>();
    assert_eq!(after, ["db_backup", "migrate_schema upgrade", "apply_sql"], "{steps:?}");
}

/// An older Rust says so itself, whichever member it comes to first, and README says it before.
#[test]
fn every_crate_names_the_oldest_rust_that_builds_it() {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).expect("a file");
    let root = Lab::repository();
    let workspace = read(&root.join("Cargo.toml"));
    let version = workspace.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.expect("the workspace names one").trim_matches('"');
    let folders = std::fs::read_dir(root.join("bins")).expect("bins/");
    let members = folders.map(|entry| entry.expect("an entry").path()).chain([root.join("tests")]);
    for member in members {
        let manifest = read(&member.join("Cargo.toml"));
        assert!(manifest.contains("\nrust-version.workspace = true\n"), "{}", member.display());
    }
    let needed = format!("make and Rust {version} or newer ([rustup.rs](https://rustup.rs)");
    assert!(read(&root.join("README.md")).contains(&needed), "README names Rust {version}");
}

#[test]
fn the_first_build_shows_cargos_progress_on_a_terminal() {
    let build = make(&["-n", "build"]);
    let said = build.ok();
    assert!(
        said.contains("echo \"make: building the binaries; the first time takes minutes\""),
        "{build}"
    );
    assert!(said.contains("if test -t 2; then cargo build --release; else"), "{build}");
}

#[test]
fn a_target_folder_may_have_a_blank_in_its_name() {
    let mut command = Command::new("make");
    command.args(["-n", "migrate"]).current_dir(Lab::repository()).env_remove("MAKEFLAGS");
    let run = Run::of(command.env("CARGO_TARGET_DIR", "/my builds/rust"), "no password");
    let said = run.ok();
    assert!(said.contains("\"/my builds/rust/release\"/migrate_schema upgrade\n"), "{run}");
    assert!(said.contains("test -x \"/my builds/rust/release/dev_postgres\""), "{run}");
}

#[test]
fn a_reset_takes_a_name_that_was_typed_and_none_that_was_exported() {
    let typed = make(&["-n", "db-reset", "NAME=shop"]);
    assert!(typed.ok().contains("dev_postgres reset  --name \"shop\"\n"), "{typed}");
    let exported = Command::new("make")
        .args(["-n", "db-reset"])
        .current_dir(Lab::repository())
        .env("NAME", "my-laptop")
        .env_remove("MAKEFLAGS")
        .output()
        .unwrap();
    assert!(!String::from_utf8(exported.stdout).unwrap().contains("my-laptop"));
}
