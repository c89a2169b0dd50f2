//! A kill at any moment leaves the live database as it was, and a plain re-run finishes.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::{SHOP, Shop, torture};
use crate::harness::Run;

/// The next check sweeps away what a killed one has left, also of another backup: nobody waits for
/// that, and no hint has to lead anywhere.
#[test]
fn a_killed_verification_is_no_obstacle_to_the_next_one() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let content = shop.content(&shop.new);
    let first = shop.back_up();
    let name = first.file_name().unwrap().to_string_lossy().into_owned();
    let left = format!("{}_checking", shop.new);
    let marked = format!(
        "SELECT count(*) FROM pg_database WHERE datname = '{left}'
         AND shobj_description(oid, 'pg_database') LIKE 'db_restore: %'"
    );
    let mut check = shop.command("db_restore", &["check"]);
    let mut check = check.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..12_000 {
        if shop.value("postgres", &marked) == "1" {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    check.kill().unwrap();
    check.wait().unwrap();
    assert_eq!(shop.value("postgres", &marked), "1", "the check was killed in its midst");

    sleep(Duration::from_millis(1100));
    shop.back_up();
    let mut verify = shop.command("db_backup", &["verify", "--restore"]);
    let verify = Run::of(&mut verify, &shop.password());
    verify.ok();
    let swept = format!("db_restore: dropped `{left}`, which a check left behind: {name} (");
    assert!(verify.stderr.starts_with(&swept), "{verify}");
    assert_eq!(shop.content(&shop.new), content);
    assert_eq!(shop.beside(), Vec::<String>::new());
}

#[test]
fn a_kill_at_any_moment_is_followed_by_a_plain_re_run() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    shop.back_up();
    for round in 0..4 * torture() {
        // Of a restore of about two seconds; the steps cover it again and again.
        let moment = Duration::from_millis(u64::try_from(60 + round * 370 % 1900).unwrap());
        let mut command = shop.command("db_restore", &["--to", &format!("{}_copy", shop.new)]);
        let mut restore = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(moment);
        restore.kill().unwrap();
        restore.wait().unwrap();
        assert_eq!(shop.content(&shop.new), content, "killed after {moment:?}");
        if round % 4 == 3 {
            shop.restore(&["--to", &format!("{}_copy", shop.new)]).ok();
            let copy = format!("{}_copy", shop.new);
            assert_eq!(
                (shop.schema(&copy), shop.content(&copy)),
                (schema.clone(), content.clone())
            );
        }
    }
    assert!(shop.beside().iter().all(|name| !name.ends_with("_restoring")), "{:?}", shop.beside());
}
