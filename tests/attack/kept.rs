//! Databases that are named like something of ours, and are not.

use super::{back_up, run};
use crate::harness::Lab;

fn databases(lab: &Lab, prefix: &str) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE starts_with(datname, '{prefix}') ORDER BY 1"
    );
    lab.rows("postgres", &sql)
}

/// Long names lose their end to the time, so that two databases have the same former name but for that;
/// and anybody may have named a database so.
#[test]
fn only_what_a_restore_kept_of_this_database_is_dropped() {
    let lab = Lab::new();
    lab.execute(&lab.new, "CREATE TABLE t AS SELECT 1 AS id");
    let backup = back_up(&lab, &[]).display().to_string();
    let long = format!("{}_{}", lab.new, "x".repeat(48 - lab.new.len()));
    let (one, other) = (format!("{long}one"), format!("{long}other"));
    lab.execute("postgres", &format!("CREATE DATABASE {one}"));
    lab.execute("postgres", &format!("COMMENT ON DATABASE {one} IS 'what it is for'"));
    lab.execute("postgres", &format!("CREATE DATABASE {other}"));
    for name in [&one, &other] {
        // A former name has whole seconds, and these two differ in nothing else.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        run(&lab, "db_restore", &[&backup, "--to", name]).ok();
    }
    let photos = format!("{}_before_20260101000000", &long[..41]);
    lab.execute("postgres", &format!("CREATE DATABASE {photos}"));
    let kept = databases(&lab, &format!("{}_before_", &long[..41]));
    assert_eq!(kept.len(), 3, "{kept:?}");
    let comment = format!(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{}'",
        kept[1]
    );
    let comment = lab.value("postgres", &comment);
    assert!(comment.starts_with(&format!("db_restore kept this: `{one}`, number ")), "{comment}");
    assert!(comment.ends_with("\nwhat it is for"), "{comment}");

    run(&lab, "db_restore", &["drop-old", "--to", &one, &photos]).fails(
        2,
        &format!(
            "db_restore: `{photos}` is not a former `{one}` that db_restore kept\n  hint: Nothing was dropped."
        ),
    );
    let dropped = run(&lab, "db_restore", &["drop-old", "--to", &one]);
    assert!(dropped.ok().starts_with(&format!("db_restore: dropped {} (", kept[1])), "{dropped}");
    for stays in [&photos, &kept[2]] {
        let said = format!(
            "`{stays}` has the name of a former database, but not the mark of one that was kept of `{one}`; it stays\n  hint: `DROP DATABASE \"{stays}\"` drops it.\n"
        );
        assert!(dropped.stderr.contains(&said), "{dropped}");
    }
    assert_eq!(databases(&lab, &format!("{}_before_", &long[..41])), [&photos[..], &kept[2]]);
    for name in [&one, &other, &photos, &kept[2]] {
        lab.execute("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
    }
}
