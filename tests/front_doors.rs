//! Every command line that the README shows is understood, and so is every one that it showed
//! before flags became commands.

use std::process::Command;

use crate::harness::{Lab, Run, binary_path};
use crate::migrate_data::small;

const BINARIES: [&str; 10] = [
    "dev_postgres",
    "populate_old",
    "propose_schema",
    "migrate_schema",
    "mirror_schema",
    "migrate_data",
    "verify_data",
    "apply_sql",
    "db_backup",
    "db_restore",
];

/// The lines that the README had for what commands do now.
const FORMER: [&str; 16] = [
    "migrate_data --dry-run",
    "migrate_data --json --dry-run --only users",
    "migrate_data --explain old_orders 8",
    "migrate_data --export rejects.csv",
    "migrate_data --export=rejects.csv",
    "migrate_data --rejects",
    "migrate_data --rejects --json",
    "migrate_data --replay --prune",
    "migrate_data --restart --yes --workers 3",
    "populate_old --workers 2",
    "verify_data --workers 2",
    "db_restore --list",
    "db_restore --check latest",
    "db_restore latest --check",
    "db_restore --drop-old --to shop",
    "db_restore --discard --old",
];

/// With --help at its end a line is read as it stands and nothing is done.
fn is_understood(line: &str) -> Run {
    let mut words = line.split_whitespace();
    let binary = words.next().expect("a binary");
    let arguments = words.chain(["--help"]);
    let mut command = Command::new(binary_path(binary));
    Run::of(command.args(arguments), "no password is known here")
}

/// What follows a prompt in the README, without what the shell does with it.
fn shown() -> Vec<String> {
    let readme = std::fs::read_to_string(Lab::repository().join("README.md")).expect("README.md");
    let prompts = readme.lines().filter_map(|line| line.strip_prefix("$ "));
    let commands = prompts.flat_map(|line| line.split("&&").map(str::trim).collect::<Vec<_>>());
    let ours = commands.filter(|line| BINARIES.iter().any(|name| is_call(line, name)));
    ours.map(|line| line.split(['|', '>']).next().unwrap_or_default().trim().to_owned()).collect()
}

fn is_call(line: &str, binary: &str) -> bool {
    line.strip_prefix(binary).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[test]
fn every_line_of_the_readme_is_understood() {
    let shown = shown();
    assert!(shown.len() > 10, "{shown:?}");
    for line in shown {
        is_understood(&line).ok();
    }
}

#[test]
fn every_line_that_the_readme_had_before_is_understood() {
    for line in FORMER {
        is_understood(line).ok();
    }
}

#[test]
fn jobs_is_the_word_everywhere() {
    for binary in [
        "populate_old",
        "propose_schema",
        "mirror_schema",
        "migrate_data",
        "verify_data",
        "db_backup",
        "db_restore",
    ] {
        let help = is_understood(binary);
        let words = help.ok().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("--jobs <N>"), "{help}");
        assert!(words.contains("[default: one per processor, 8 at most]"), "{help}");
        assert!(!words.contains("--workers"), "{help}");
    }
}

#[test]
fn what_another_program_does_now_is_said_by_its_new_name() {
    let lab = Lab::new();
    lab.run("migrate_data", &["--profile", "old_users", "--json"]).fails(
        2,
        "migrate_data: --profile is called `propose_schema profile old_users` now\n  \
         hint: Nothing was changed.",
    );
    lab.run("migrate_data", &["--suggest", "sql/shop/mapping.toml"]).fails(
        2,
        "migrate_data: --suggest is called `propose_schema mapping sql/shop/mapping.toml` now\n  \
         hint: Nothing was changed.",
    );
    lab.run("migrate_data", &["--suggest"]).fails(
        2,
        "migrate_data: --suggest is called `propose_schema mapping` now\n  hint: Nothing was changed.",
    );
}

#[test]
fn a_former_flag_does_what_the_command_does() {
    let lab = small(
        "CREATE TABLE l (id int PRIMARY KEY, price text); INSERT INTO l VALUES (1, '1.50'), (2, 'free')",
        "CREATE TABLE lines (id int PRIMARY KEY, price numeric)",
        "[lines]\nfrom = \"l\"\nkey = \"id\"\n[lines.columns]\nid = \"id\"\nprice = { from = \"price\", clean = [\"money\"] }\n",
    );
    let same = |former: &[&str], command: &[&str]| {
        let (before, now) = (lab.run("migrate_data", former), lab.run("migrate_data", command));
        assert_eq!(before.ok(), now.ok());
    };
    let reasons = |arguments: &[&str]| -> serde_json::Value {
        let said = lab.run("migrate_data", arguments);
        serde_json::from_str::<serde_json::Value>(said.ok()).expect("JSON")["reasons"].clone()
    };
    assert_eq!(reasons(&["--json", "--dry-run"]), reasons(&["dry-run", "--json"]));
    lab.run("migrate_data", &["run"]).ok();
    same(&["--rejects"], &["rejects"]);
    same(&["--explain", "l", "2"], &["explain", "l", "2"]);
    same(&["--replay"], &["replay"]);
    lab.run("migrate_data", &["--export", "before.csv"]).ok();
    lab.run("migrate_data", &["export", "now.csv"]).ok();
    assert_eq!(lab.read("before.csv"), lab.read("now.csv"));
    // Two at once were never understood.
    lab.run("migrate_data", &["--replay", "--dry-run"]).exits(2);
    lab.run("migrate_data", &["--restart", "--dry-run"]).exits(2);
}

/// In the form of every other error: what is wrong, what is known of it, the way out.
#[test]
fn a_wrong_command_line_is_told_as_any_error() {
    #[track_caller]
    fn case(binary: &str, arguments: &[&str], stderr: &str) {
        Lab::without_databases().run(binary, arguments).fails(2, stderr);
    }
    case(
        "verify_data",
        &["--projct", "sql/shop"],
        "verify_data: unexpected argument '--projct' found\n  \
         hint: A similar argument exists: '--project'.",
    );
    case(
        "migrate_schema",
        &["upgrad"],
        "migrate_schema: unrecognized subcommand 'upgrad'\n  \
         hint: Some similar subcommands exist: 'downgrade', 'upgrade'.",
    );
    case(
        "migrate_schema",
        &["show"],
        "migrate_schema: the following required arguments were not provided: <REVISION>\n  \
         hint: Usage: migrate_schema show <REVISION>",
    );
    case(
        "populate_old",
        &["--csv", "t.csv", "--users", "5"],
        "populate_old: the argument '--csv <PATH>' cannot be used with '--users <N>'\n  \
         hint: Usage: populate_old --csv <PATH>",
    );
    case(
        "dev_postgres",
        &["url", "middle"],
        "dev_postgres: invalid value 'middle' for '[WHICH]'\n  \
         detail: possible values: old, new\n  \
         hint: `dev_postgres --help` lists what it accepts.",
    );
}

#[test]
fn help_and_version_are_no_errors() {
    let lab = Lab::without_databases();
    for binary in BINARIES {
        let version = lab.run(binary, &["--version"]);
        assert!(version.ok().starts_with(&format!("{binary} ")), "{version}");
        let help = lab.run(binary, &["--help"]);
        assert!(help.ok().contains("Usage: "), "{help}");
    }
}
