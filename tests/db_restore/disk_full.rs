//! The server's disk is too small for a second database: said before, or in the middle.

use std::fs;
use std::process::Command;

use super::cramped::Cramped;
use super::{SHOP, Shop, torture};
use crate::harness::{Lab, Run, command_in};

fn run(cramped: &Cramped, binary: &str) -> Run {
    let mut command = command_in(&cramped.home.folder, binary, &[]);
    command.env("PROJECT", Lab::repository().join("sql/shop"));
    Run::of(&mut command, "the private server's password is not known here")
}

fn hash(cramped: &Cramped) -> String {
    cramped.home.sql("SELECT md5(string_agg(o::text, ',' ORDER BY id)) FROM orders AS o")
}

#[test]
fn a_full_disk_leaves_the_live_database_and_the_next_run_finishes() {
    let cramped = Cramped::new();
    if !cramped.can_fill() {
        assert!(torture() == 1, "the tests of full disks need the right to mount");
        return eprintln!("passed over: nobody here may mount a file system");
    }
    cramped.home.sql(SHOP);
    run(&cramped, "db_backup").ok();
    cramped.home.sql("DELETE FROM orders WHERE id > 100");
    let (before, address) = (hash(&cramped), "127.0.0.1:");

    cramped.leave(4_000);
    let refused = run(&cramped, "db_restore");
    refused.exits(1);
    let start = format!("db_restore: no space for the restore on the server at {address}");
    assert!(refused.stderr.starts_with(&start), "{refused}");
    assert!(
        refused.stderr.contains(" MB are needed, 4.1 MB are free\n  detail: The database took "),
        "{refused}"
    );
    assert!(
        refused.stderr.ends_with(" on disk when it was backed up.\n  hint: `db_restore drop-old` drops the former databases that restores have kept; or restore to another server. Nothing was changed.\n"),
        "{refused}"
    );
    let databases = "SELECT count(*) FROM pg_database WHERE datname ~ '_restoring$'";
    assert_eq!(cramped.home.sql(databases), "0");

    let size = "SELECT pg_database_size('new_good_db') / 1024";
    let size: u64 = cramped.home.sql(size).parse().expect("a number");
    let finished = |run: &Run| {
        run.ok();
        assert!(run.stderr.contains("going on with `new_good_db_restoring`: "), "{run}");
        assert_eq!(cramped.home.sql("SELECT count(*) FROM orders"), "150000");
    };
    for point in 1..=torture().min(10) as u64 {
        // More than the half that is refused before, less than is needed.
        cramped.leave(size * (52 + 3 * point) / 100);
        let full = run(&cramped, "db_restore");
        // What is there already was enough by then.
        if point > 1 && full.code == Some(0) {
            return finished(&full);
        }
        full.exits(1);
        // Later on the rows are there, and nobody knows how much sorting takes.
        let warned = full.stderr.contains("space may run out on the server at 127.0.0.1:");
        assert!(warned || point > 1, "{full}");
        // Rows tell the SQLSTATE; of an index that did not fit, pg_restore tells the server's words.
        let words = ["(53100)", "No space left on device", "Check free disk space"];
        assert!(words.iter().any(|words| full.stderr.contains(words)), "{full}");
        assert!(full.stderr.contains("`new_good_db` is unchanged; what is restored stays in `new_good_db_restoring`, and the same command goes on.\n"), "{full}");
        assert!(full.stderr.contains("  hint: The server's disk is full: "), "{full}");
        assert_eq!(hash(&cramped), before, "{full}");
    }
    cramped.leave(2 * size);
    finished(&run(&cramped, "db_restore"));
}

#[test]
fn a_full_folder_for_temporary_files_is_not_taken_for_the_servers_disk() {
    let shop = Shop::new();
    let folder = shop.path("small");
    fs::create_dir(&folder).unwrap();
    let mut mount = Command::new("mount");
    let mount = mount.args(["-t", "tmpfs", "-o", "size=4k", "tmpfs"]).arg(&folder).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        assert!(torture() == 1, "the tests of full disks need the right to mount");
        return eprintln!("passed over: nobody here may mount a file system");
    }
    shop.execute(&shop.new, "CREATE TABLE t (id int)");
    shop.back_up();
    fs::write(folder.join("full"), [0; 4096]).unwrap();
    let mut command = shop.command("db_restore", &[]);
    let run = Run::of(command.env("TMPDIR", &folder), &shop.password());
    let umount = Command::new("umount").arg(&folder).status();
    assert!(umount.unwrap().success());
    run.exits(1);
    let start =
        "db_restore: the list for pg_restore cannot be written\n  detail: No space left on device";
    assert!(run.stderr.starts_with(start), "{run}");
    assert!(
        run.stderr.ends_with(&format!(
            "  detail: `{0}` is unchanged; what is restored stays in `{0}_restoring`, and the same command goes on.\n  \
             hint: The disk of {1} on this machine is full; TMPDIR names another folder for temporary files.\n",
            shop.new,
            folder.display()
        )),
        "{run}"
    );
    shop.restore(&[]).ok();
}
