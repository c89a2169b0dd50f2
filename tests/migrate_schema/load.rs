//! A migration while a hundred clients write, and one sits idle on the table.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{chain, command, migrate, revision, torture, untimed};
use crate::harness::Lab;

/// Under `make torture` as it stands in the promise: a hundred clients, half a minute, 3 s of
/// `lock_timeout`. Else ten clients and a few seconds, without a bound on how long anyone waits,
/// as other tests take the machine.
#[test]
fn writers_wait_no_longer_than_the_lock_timeout() {
    let hard = torture() > 1;
    let (clients, idle, timeout) = if hard { ("100", 30, "3s") } else { ("10", 3, "500ms") };
    let lab = Lab::new();
    chain(&lab, &["aa1"]);
    migrate(&lab, &["upgrade"]).ok();
    lab.execute(&lab.new, "INSERT INTO t_aa1 SELECT generate_series(1, 1000)");
    revision(
        &lab,
        "bb2",
        "aa1",
        "ALTER TABLE t_aa1 ADD COLUMN m int;",
        "ALTER TABLE t_aa1 DROP COLUMN m;",
    );
    let script = lab.write("write.sql", "INSERT INTO t_aa1 (n) VALUES (1);\n\\sleep 20 ms\n");
    let seconds = (idle + 8).to_string();
    let load = Command::new("pgbench")
        .args(["-n", "-c", clients, "-j", "2", "-T", &seconds, "-l", "-f"])
        .arg(script)
        .arg(lab.url(&lab.new))
        .current_dir(lab.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pgbench");
    let mut holder = lab.connect(&lab.new);
    holder.batch_execute("BEGIN; SELECT count(*) FROM t_aa1").expect("a transaction");
    thread::sleep(Duration::from_secs(2));

    let start = Instant::now();
    let mut upgrade = command(&lab, &["upgrade", "--lock-timeout", timeout]);
    let upgrade = upgrade.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a runner");
    thread::sleep(Duration::from_secs(idle - 2));
    holder.batch_execute("COMMIT").expect("its end");
    let output = upgrade.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        untimed(&said),
        "migrate_schema: 1 revision applied, head bb2",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(start.elapsed() > Duration::from_secs(idle - 3), "it waited for the idle one");

    let load = load.wait_with_output().expect("its end");
    assert!(load.status.success(), "{}", String::from_utf8_lossy(&load.stderr));
    let mut longest = 0;
    for entry in std::fs::read_dir(lab.folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log")) {
            // Client, transaction, microseconds, …
            let log = std::fs::read_to_string(path).expect("a log");
            let waits = log.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok());
            longest = longest.max(waits.max().unwrap_or(0));
        }
    }
    assert!(longest > 0, "pgbench wrote how long each write took");
    println!("longest write: {} ms", longest / 1000);
    if hard {
        assert!(longest < 3_500_000, "a client waited {} ms", longest / 1000);
    }
}
