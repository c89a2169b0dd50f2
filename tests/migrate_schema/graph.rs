//! Heads, branches, merges, places.

use super::{FOLDER, chain, migrate, table, tables, untimed, versions};
use crate::harness::{Lab, Run};

#[test]
fn two_heads_are_refused_and_joined_by_a_merge() {
    let lab = Lab::new();
    table(&lab, "root", "none");
    for (id, message) in [("4ad1", "add coupons"), ("9be0", "add refunds")] {
        table(&lab, id, "root");
        let path = format!("{FOLDER}/{id}_add.sql");
        lab.write(&path, &lab.read(&path).replace(&format!("add {id}"), message));
    }
    let refusal = "migrate_schema: two heads: 4ad1 \"add coupons\" and 9be0 \"add refunds\"
  hint: `migrate_schema merge heads -m \"…\"` joins them. Nothing was applied.";
    migrate(&lab, &["upgrade"]).fails(1, refusal);
    migrate(&lab, &["upgrade", "head"]).fails(1, refusal);
    assert_eq!(tables(&lab), "");
    assert_eq!(
        migrate(&lab, &["heads"]).ok(),
        "4ad1 (head), add coupons\n9be0 (head), add refunds\n"
    );
    assert_eq!(
        migrate(&lab, &["branches"]).ok(),
        "root (branchpoint), add root\n  -> 4ad1 (head), add coupons\n  -> 9be0 (head), add refunds\n"
    );

    let run = migrate(&lab, &["upgrade", "heads"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 3 revisions applied, heads 4ad1 and 9be0");
    assert_eq!(versions(&lab), "4ad1 9be0");

    let merged = migrate(&lab, &["merge", "heads", "-m", "Coupons & refunds"]);
    let said = merged.ok().trim_end();
    let path = said.strip_prefix("migrate_schema: wrote ").expect("the path of the file");
    assert!(path.ends_with("_coupons_refunds.sql"), "{path}");
    assert!(lab.read(path).contains("-- down_revision: 4ad1, 9be0\n"), "{}", lab.read(path));
    let id = path[FOLDER.len() + 1..].split('_').next().expect("an id");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), format!("migrate_schema: 1 revision applied, head {id}"));
    assert_eq!(versions(&lab), id);
    let run = migrate(&lab, &["downgrade", "-1"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision undone, at 4ad1 and 9be0");
    assert_eq!(versions(&lab), "4ad1 9be0");
}

#[test]
fn an_ancestor_that_was_merged_late_is_applied() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2", "cc3"]);
    migrate(&lab, &["upgrade"]).ok();
    table(&lab, "late", "aa1");
    table(&lab, "merge", "cc3, late");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, head merge");
    assert_eq!(tables(&lab), "t_aa1 t_bb2 t_cc3 t_late t_merge");

    // One that is slipped in below what ran cannot be applied in its place: it is refused.
    table(&lab, "early", "none");
    table(&lab, "aa1", "early");
    let run = migrate(&lab, &["upgrade"]);
    assert_eq!(run.code, Some(1), "{run}");
    let edited =
        format!("migrate_schema: {FOLDER}/aa1_add.sql: revision aa1 was edited after it ran");
    assert!(run.stderr.starts_with(&edited), "{run}");
}

#[test]
fn a_revision_is_named_by_its_beginning_where_that_is_clear() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "ab2", "cc3"]);
    migrate(&lab, &["upgrade", "a"]).fails(
        2,
        "migrate_schema: `a` is the beginning of aa1 \"add aa1\" and ab2 \"add ab2\"
  hint: Write more of it. Nothing was changed.",
    );
    let run = migrate(&lab, &["upgrade", "ab"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, at ab2");
    migrate(&lab, &["upgrade", "zz"]).fails(
        2,
        "migrate_schema: no revision is named or begins with `zz`
  hint: `migrate_schema history` lists them. Nothing was changed.",
    );
    migrate(&lab, &["downgrade", "cc3"]).fails(
        2,
        "migrate_schema: revision cc3 is not applied
  hint: `migrate_schema current` shows where the database is. Nothing was changed.",
    );
    let run = migrate(&lab, &["downgrade", "ab-1"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 1 revision undone, at aa1");
    let run = migrate(&lab, &["upgrade", "aa1+2"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, head cc3");
}

#[test]
fn a_stamp_runs_nothing() {
    let lab = Lab::new();
    chain(&lab, &["aa1", "bb2"]);
    assert_eq!(
        migrate(&lab, &["stamp", "head"]).ok(),
        "migrate_schema: stamped, head bb2; no revision was run\n"
    );
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("", "bb2"));
    migrate(&lab, &["stamp", "base"]).ok();
    migrate(&lab, &["upgrade"]).ok();
    assert_eq!(tables(&lab), "t_aa1 t_bb2");
}

#[test]
fn a_revision_from_somewhere_else_is_named() {
    let lab = Lab::new();
    chain(&lab, &["aa1"]);
    migrate(&lab, &["upgrade"]).ok();
    lab.execute(&lab.new, "UPDATE alembic_version SET version_num = 'f00d'");
    let place = format!("{} at 127.0.0.1:{}", lab.new, lab.port());
    for verb in ["upgrade", "stamp"] {
        migrate(&lab, &[verb, "head"]).fails(
            1,
            &format!(
                "migrate_schema: {place} is at revision f00d, which no file in {FOLDER} has
  hint: It was applied from somewhere else: fetch its file, or, if the schema is known to be at another revision, say so with `migrate_schema stamp --purge REV`. Nothing was changed."
            ),
        );
    }
    assert_eq!(migrate(&lab, &["current"]).ok(), format!("f00d (no file in {FOLDER})\n"));
    migrate(&lab, &["stamp", "--purge", "aa1"]).ok();
    assert_eq!(versions(&lab), "aa1");
}

#[test]
fn a_new_revision_comes_after_the_head_and_is_one_that_psql_can_run() {
    let lab = Lab::new();
    lab.write("sql/p/mapping.toml", "");
    let write = |arguments: &[&str]| -> String {
        let run = migrate(&lab, arguments);
        run.ok().trim_end().trim_start_matches("migrate_schema: wrote ").to_owned()
    };
    let first = write(&["revision", "-m", "Add users.phone, unique"]);
    assert!(first.ends_with("_add_users_phone_unique.sql"), "{first}");
    let id = first[FOLDER.len() + 1..].split('_').next().expect("an id").to_owned();
    let second = Run::of(
        super::command(&lab, &["revision", "--rev-id", "bb2"]).env("MSG", "second"),
        &lab.password(),
    );
    assert_eq!(second.ok(), format!("migrate_schema: wrote {FOLDER}/bb2_second.sql\n"));
    let expected = format!(
        "-- revision: bb2\n-- down_revision: {id}\n-- branch_labels: none\n-- depends_on: none\n-- message: second\n-- transaction: on\n\n-- +upgrade\n\n-- +downgrade\n\n"
    );
    assert_eq!(lab.read(&format!("{FOLDER}/bb2_second.sql")), expected);
    migrate(&lab, &["upgrade"]).ok();

    migrate(&lab, &["revision"]).fails(
        2,
        "migrate_schema: a revision needs a message
  hint: Say in a few words what it does: `-m \"add coupons\"`, or MSG=… with make.",
    );
    let refused = migrate(&lab, &["revision", "-m", "x", "--head", &id]);
    refused.fails(
        2,
        &format!(
            "migrate_schema: revision {id} is not a head
  hint: `--splice` begins a branch there; without --head it comes after the head. Nothing was written."
        ),
    );
    let branch = ["revision", "-m", "x", "--head", &id, "--splice", "--branch-label", "side"];
    let side = write(&branch);
    assert!(lab.read(&side).contains("-- branch_labels: side\n"));
    let run = migrate(&lab, &["upgrade", "side@head"]);
    assert!(untimed(run.ok()).starts_with("migrate_schema: 1 revision applied, heads "), "{run}");
}
