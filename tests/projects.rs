//! What holds for every folder under sql/, whichever it is.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Lab, Run};

fn projects() -> Vec<String> {
    let entries = fs::read_dir(Lab::repository().join("sql")).expect("the projects' folder");
    let folders =
        entries.map(|entry| entry.expect("an entry")).filter(|entry| entry.path().is_dir());
    folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

/// The SQL files of one of a project's folders, in order.
fn files(project: &str, folder: &str) -> Vec<PathBuf> {
    let folder = Lab::repository().join("sql").join(project).join(folder);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn run(lab: &Lab, binary: &str, project: &str, arguments: &[&str]) -> Run {
    let mut command = lab.command(binary, arguments);
    command.env("PROJECT", Lab::repository().join("sql").join(project));
    // Of the rows that a revision makes up, a few are enough.
    command.env("ROWS", "1000");
    Run::of(&mut command, &lab.password())
}

/// What an outside observer says of the schema, bookkeeping aside.
fn dump(lab: &Lab, database: &str) -> String {
    let output = Command::new("pg_dump")
        .args(["--schema-only", "--exclude-schema=pgrefit", "--exclude-table=alembic_version"])
        .args([
            "--host=127.0.0.1",
            &format!("--port={}", lab.port()),
            "--username",
            lab.user(),
            database,
        ])
        .env("PGPASSWORD", lab.password())
        .output()
        .expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("a dump is UTF-8");
    // Each dump has a key of its own in these lines.
    text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_revisions_build_exactly_the_schema_and_take_it_back() {
    for project in projects() {
        let lab = Lab::new();
        let empty = dump(&lab, &lab.new);
        for file in files(&project, "schema") {
            lab.execute(&lab.old, &fs::read_to_string(file).unwrap());
        }
        run(&lab, "migrate_schema", &project, &["upgrade", "heads"]).ok();
        assert_eq!(dump(&lab, &lab.new), dump(&lab, &lab.old), "{project}");
        run(&lab, "migrate_schema", &project, &["downgrade", "base"]).ok();
        assert_eq!(dump(&lab, &lab.new), empty, "{project}");
    }
}

#[test]
fn the_checks_say_what_they_promise_and_find_nothing_in_an_empty_database() {
    for project in projects() {
        let lab = Lab::new();
        run(&lab, "migrate_schema", &project, &["upgrade", "heads"]).ok();
        run(&lab, "apply_sql", &project, &[]).ok();
        for file in files(&project, "checks") {
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with("-- check: "), "{}", file.display());
            assert_eq!(lab.rows(&lab.new, &text), [""; 0], "{}", file.display());
        }
    }
}
