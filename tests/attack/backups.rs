//! Backups that somebody made up: every field of the manifest, and every kind of file in its place.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{back_up, run, torture};
use crate::harness::Lab;

const TABLES: &str = "
    CREATE TABLE orders AS SELECT n AS id, repeat('x', 50) AS note FROM generate_series(1, 3000) AS n;
    CREATE SEQUENCE numbers; CREATE MATERIALIZED VIEW big AS SELECT count(*) FROM orders;
    SELECT lo_from_bytea(4711, 'a large object');
";

/// Somebody may write anything into a manifest and seal it again.
fn forge(manifest: &Value) -> String {
    let mut text = serde_json::to_string_pretty(manifest).expect("JSON");
    let end = text.trim_end_matches('}').trim_end().len();
    text.truncate(end);
    crate::db_backup::sealed(&format!("{text},\n  \"sha256\": \"\"\n}}\n"))
}

/// The places of all values that are no list and no object.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, inner)| leaves(inner, &format!("{path}/{key}"), found));
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                leaves(inner, &format!("{path}/{index}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// Each field set to a path, a command, SQL, a huge and a negative number: whatever the outcome is,
/// nothing runs, and nothing outside is read, written or changed.
#[test]
fn no_field_of_a_manifest_reaches_sql_a_shell_or_a_path() {
    let lab = Lab::new();
    lab.execute(&lab.new, TABLES);
    lab.execute(&lab.new, &format!("GRANT CONNECT ON DATABASE {} TO PUBLIC; ALTER DATABASE {0} SET work_mem = '5MB'; COMMENT ON DATABASE {0} IS 'ours'", lab.new));
    let backup = back_up(&lab, &[]);
    let manifest = backup.join("manifest.json");
    let text = fs::read_to_string(&manifest).expect("the manifest");
    let mut original: Value = serde_json::from_str(&text).expect("JSON");
    original.as_object_mut().expect("an object").remove("sha256");
    let outside = lab.write("outside/secret", "do not read me");
    let marker = lab.path("ran");
    let touch = format!("touch '{}'", marker.display());
    let role = format!("mallory_{}", lab.new);
    let create = format!("CREATE ROLE {role} SUPERUSER");
    let values = [
        json!("../../outside/secret"),
        json!(outside.display().to_string()),
        json!("data/../../../outside/secret"),
        json!(format!("$({touch})")),
        json!(format!("; {touch} #")),
        json!(format!("x'; {create}; --")),
        json!(format!("x\"; {create}; --")),
        json!(format!("CONNECT ON DATABASE {} TO PUBLIC; {create}; --", lab.new)),
        json!(format!("WHERE EXISTS (SELECT lo_import('{}'))", outside.display())),
        json!("nul\u{0}nul"),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(-1),
        json!(1e300),
        json!(null),
        json!([]),
        json!({}),
    ];
    let mut places = Vec::new();
    leaves(&original, "", &mut places);
    let cases: Vec<_> =
        places.iter().flat_map(|place| values.iter().map(move |value| (place, value))).collect();
    // Steps that have no divisor in common with the number of values meet them all in turn.
    let wanted = (20 * torture()).min(cases.len());
    let step = (cases.len() / wanted).max(1) | 1;
    let restored = format!("{}_forged", lab.new);
    let mut taken = 0;
    for (place, value) in cases.iter().step_by(step) {
        let mut forged = original.clone();
        *forged.pointer_mut(place).expect("a place") = (*value).clone();
        fs::write(&manifest, forge(&forged)).expect("the manifest");
        let what = format!("{place} = {value}");
        let verified = run(&lab, "db_backup", &["verify"]);
        // What verify finds nothing wrong with is restored, into a database of its own.
        if verified.code == Some(0) {
            let name = backup.display().to_string();
            run(&lab, "db_restore", &[&name, "--to", &restored]);
            run(&lab, "db_restore", &["--discard", "--to", &restored]);
            lab.execute("postgres", &format!("DROP DATABASE IF EXISTS {restored} WITH (FORCE)"));
        }
        run(&lab, "db_backup", &["list"]);
        assert!(!marker.exists(), "{what}: a command ran");
        let roles = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
        assert_eq!(lab.value("postgres", &roles), "0", "{what}: SQL ran");
        assert!(!verified.stderr.contains("do not read me"), "{what}: {verified}");
        assert_eq!(lab.value(&lab.new, "SELECT count(*) FROM orders"), "3000", "{what}");
        taken += 1;
    }
    assert!(taken >= wanted, "{taken} of {wanted} cases");
    let left = fs::read_dir(lab.path("outside")).expect("a folder").count();
    assert_eq!(left, 1, "nothing was written outside");
}

/// What stands in a file's place, and how it comes there.
type Harm<'a> = (&'a str, &'a dyn Fn(&Path));

/// A link leads out of the backup, a pipe and a device have no end.
#[test]
fn only_plain_files_are_read() {
    let lab = Lab::new();
    lab.execute(&lab.new, TABLES);
    let backup = back_up(&lab, &[]);
    let chunk = fs::read_dir(backup.join("data")).expect("data").next().expect("a file");
    let chunk = format!("data/{}", chunk.expect("an entry").file_name().to_string_lossy());
    let elsewhere = lab.write("elsewhere", "of somebody else");
    let harms: [Harm; 4] = [
        ("link", &|path| symlink(&elsewhere, path).expect("a link")),
        ("pipe", &|path| {
            let made = Command::new("mkfifo").arg(path).status().expect("mkfifo");
            assert!(made.success());
        }),
        ("device", &|path| symlink("/dev/zero", path).expect("a link")),
        ("folder", &|path| fs::create_dir(path).expect("a folder")),
    ];
    for file in [chunk.as_str(), "schema.dump", "manifest.json"] {
        for (what, harm) in &harms {
            let path = backup.join(file);
            let whole = fs::read(&path).expect("a file");
            fs::remove_file(&path).expect("ours");
            harm(&path);
            let start = Instant::now();
            for (binary, arguments) in
                [("db_backup", vec!["verify", "latest"]), ("db_restore", vec!["--check"])]
            {
                let named = backup.display().to_string();
                let arguments: Vec<_> = arguments
                    .into_iter()
                    .map(|word| if word == "latest" { &*named } else { word })
                    .collect();
                let mut arguments = arguments;
                if binary == "db_restore" {
                    arguments.insert(0, &named);
                }
                let tried = run(&lab, binary, &arguments);
                assert_ne!(tried.code, Some(0), "{what} for {file}\n{tried}");
                assert!(tried.stderr.contains(file.rsplit('/').next().expect("a name")), "{tried}");
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{what} for {file}");
            let made = fs::symlink_metadata(&path).expect("what the test made");
            if made.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) }
                .expect("ours");
            fs::write(&path, whole).expect("a file");
        }
    }
    fs::rename(backup.join("data"), lab.path("moved")).expect("a folder");
    symlink(lab.path("moved"), backup.join("data")).expect("a link");
    let tried = run(&lab, "db_backup", &["verify", &backup.display().to_string()]);
    tried.exits(1);
    assert!(tried.stderr.contains(": data is not a folder\n"), "{tried}");
}

/// Named like a backup in the making, and somebody else's.
#[test]
fn a_foreign_folder_is_never_swept() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t (id int)");
    lab.write("backups/.photos.partial/holiday.jpg", "mine");
    symlink(lab.path("backups/.photos.partial"), lab.path("backups/.linked.partial"))
        .expect("a link");
    lab.write("backups/.old.partial/.db_backup", "");
    lab.write("backups/.old.partial/data/public.t.1.copy.gz", "half of it");
    fs::create_dir_all(lab.path("backups/.empty.partial")).expect("a folder");
    let said = run(&lab, "db_backup", &[]);
    said.ok();
    let mut lines: Vec<_> = said.stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "db_backup: backups/.linked.partial was not made by db_backup; it stays",
            "db_backup: backups/.photos.partial was not made by db_backup; it stays",
            "db_backup: removed backups/.empty.partial, which its db_backup did not finish",
            "db_backup: removed backups/.old.partial, which its db_backup did not finish",
        ]
    );
    assert_eq!(lab.read("backups/.photos.partial/holiday.jpg"), "mine");
}
