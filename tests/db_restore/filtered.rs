//! Backups through a command of the user's, such as age or gpg.

use super::{SHOP, Shop};
use crate::harness::Run;

/// Turns every byte over: nothing can be read without the inverse, which is the same.
const TURN: &str = "tr '\\000-\\377' '\\200-\\377\\000-\\177'";

#[test]
fn a_filtered_backup_comes_back_by_the_inverse_that_is_given() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let (schema, content) = (shop.schema(&shop.new), shop.content(&shop.new));
    let backup = Run::of(
        &mut shop.command("db_backup", &["--filter", TURN, "--unfilter", TURN]),
        &shop.password(),
    );
    backup.ok();
    shop.execute(&shop.new, "DROP TABLE orders CASCADE; SELECT lo_unlink(4711)");
    let wrong = shop.restore(&["--unfilter", "cat"]);
    wrong.exits(1);
    assert!(wrong.stderr.contains(": schema.dump cannot be read\n"), "{wrong}");
    assert!(
        wrong
            .stderr
            .ends_with(&format!("  hint: Does --unfilter undo `{TURN}`? Nothing was changed.\n")),
        "{wrong}"
    );
    assert_eq!(shop.beside(), Vec::<String>::new());

    let mut restore = shop.command("db_restore", &[]);
    Run::of(restore.env("BACKUP_UNFILTER_CMD", TURN), &shop.password()).ok();
    assert_eq!((shop.schema(&shop.new), shop.content(&shop.new)), (schema, content));
}

#[test]
fn a_filtered_backup_without_an_inverse_asks_for_it() {
    let shop = Shop::new();
    shop.execute(&shop.new, SHOP);
    let content = shop.content(&shop.new);
    let run = Run::of(&mut shop.command("db_backup", &["--filter", TURN]), &shop.password());
    let said = run.ok().trim_start_matches("db_backup: ").to_owned();
    let backup = said.split_whitespace().next().unwrap();
    shop.restore(&[]).fails(
        2,
        &format!(
            "db_restore: {backup}: its files were filtered, and no command to undo that is known\n  detail: Written through `{}`.\n  detail: Nothing was changed.\n  hint: --unfilter CMD, or BACKUP_UNFILTER_CMD, names the command that reads them.",
            TURN.escape_debug()
        ),
    );
    shop.restore(&["--unfilter", TURN]).ok();
    assert_eq!(shop.content(&shop.new), content);
}
