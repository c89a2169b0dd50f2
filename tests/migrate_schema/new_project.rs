//! A new project folder, and lists for programs.

use super::{chain, migrate};
use crate::harness::{Lab, Run};

#[test]
fn a_new_project_runs_as_it_is() {
    let lab = Lab::new();
    let run = lab.run("migrate_schema", &["init", "sql/Crm-2"]);
    assert_eq!(
        run.ok(),
        "migrate_schema: wrote sql/Crm-2; `migrate_schema --project sql/Crm-2 upgrade` builds it\n"
    );
    let names = lab.read("sql/Crm-2/project.toml");
    assert!(names.ends_with("[databases]\nold = \"old_crm_2\"\nnew = \"new_crm_2\"\n"), "{names}");
    let upgrade = ["--project", "sql/Crm-2", "upgrade"];
    assert!(
        lab.run("migrate_schema", &upgrade).ok().starts_with("migrate_schema: 1 revision applied")
    );
    for file in ["001_users", "002_documents"] {
        lab.execute(&lab.old, &lab.read(&format!("sql/Crm-2/schema/{file}.sql")));
    }
    let built = super::fingerprint(&lab);
    assert_eq!(built, super::fingerprint_of(&lab, &lab.old));
    assert!(built.contains("documents_user_id_fkey"));
    let check = lab.read("sql/Crm-2/checks/email_twice.sql");
    assert_eq!(lab.rows(&lab.new, &check), [""; 0]);
    lab.run("migrate_schema", &["--project", "sql/Crm-2", "downgrade", "base"]).ok();

    lab.run("migrate_schema", &["init", "sql/Crm-2"]).fails(
        2,
        "migrate_schema: sql/Crm-2 is not empty
  hint: A new project begins in a folder of its own. Nothing was written.",
    );
}

#[test]
fn lists_are_json_for_programs() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    migrate(&lab, &["upgrade", "aa1"]).ok();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let run: Run = migrate(&lab, &[arguments, &["--json"]].concat());
        serde_json::from_str(run.ok()).unwrap_or_else(|error| panic!("{error}\n{run}"))
    };
    let aa1 = serde_json::json!({
        "revision": "aa1", "message": "add aa1", "down_revision": [], "depends_on": [],
        "branch_labels": [], "next": ["bb2"], "head": false, "current": true, "transaction": true,
        "path": "sql/p/revisions/aa1_add.sql",
    });
    let history = json(&["history", "--indicate-current"]);
    assert_eq!(history[1], aa1);
    assert_eq!(history[0]["revision"], "bb2");
    assert_eq!(json(&["current"]), serde_json::json!([aa1]));
    assert_eq!(json(&["heads"])[0]["revision"], "bb2");
    assert_eq!(json(&["show", "bb"])[0]["down_revision"][0], "aa1");
    assert_eq!(json(&["branches"]), serde_json::json!([]));
    lab.execute(&lab.new, "UPDATE alembic_version SET version_num = 'f00d'");
    assert_eq!(json(&["current"]), serde_json::json!([{"revision": "f00d", "path": null}]));
}
