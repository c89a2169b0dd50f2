//! A kill at any moment leaves the live database as it was, and a plain re-run finishes.

use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::{SHOP, Shop, torture};

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
