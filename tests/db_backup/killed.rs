//! kill -9 at any moment: nothing that looks like a backup is left, and the next run sweeps.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Dice, SHOP, command, db_backup, left, torture};
use crate::harness::Lab;

#[test]
fn no_moment_of_a_kill_leaves_a_bad_backup() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    let start = Instant::now();
    db_backup(&lab, &[]).ok();
    let whole = start.elapsed();
    let mut dice = Dice(7);
    let (mut killed, mut finished) = (0, 1);
    for _ in 0..6 * torture() {
        let mut run = command(&lab, &[]);
        let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(dice.below(1000) as f64 / 1000.0));
        run.kill().unwrap();
        if run.wait().unwrap().success() {
            finished += 1;
        } else {
            killed += 1;
        }
        for name in left(&lab).iter().filter(|name| !name.starts_with('.')) {
            db_backup(&lab, &["verify", name]).ok();
        }
    }
    assert!(killed > 0, "{killed} killed, {finished} finished");
    let last = db_backup(&lab, &[]);
    last.ok();
    assert!(left(&lab).iter().all(|name| !name.starts_with('.')), "{last}");
}

#[test]
fn a_run_whose_connections_are_ended_says_so_and_leaves_nothing() {
    let lab = Lab::new();
    lab.execute(&lab.new, SHOP);
    lab.execute(
        &lab.new,
        "CREATE TABLE slow AS SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 60000) AS n",
    );
    let mut admin = lab.connect("postgres");
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = '{}' AND application_name = 'db_backup' AND query LIKE 'COPY %slow%'",
        lab.new
    );
    let mut run = command(&lab, &["--jobs", "1", "--table", "slow", "--level", "9"]);
    let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while admin.query(&end, &[]).unwrap().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never copied");
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        // The server's farewell is lost where the connection is reset under it.
        said.starts_with("db_backup: public.slow could not be copied\n  detail: "),
        "{said}"
    );
    assert_eq!(left(&lab), Vec::<String>::new());
}
