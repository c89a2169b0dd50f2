//! While everybody writes, truncates, rewrites and drops: a backup is one moment, or none.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Dice, db_backup, left, rows, torture};
use crate::harness::Lab;

/// Money moves between accounts and each move is noted twice: at every moment the sum is the same
/// and both books agree. A table is emptied and filled again in one transaction, so that no moment
/// finds it empty.
const BOOKS: &str = "
    CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO accounts SELECT n, 1000 FROM generate_series(1, 20000) AS n;
    CREATE TABLE book_one (id bigint GENERATED ALWAYS AS IDENTITY, amount int, pad text);
    CREATE TABLE book_two (LIKE book_one INCLUDING ALL);
    INSERT INTO book_one (amount, pad) SELECT 0, repeat('x', 200) FROM generate_series(1, 40000);
    INSERT INTO book_two (amount, pad) SELECT 0, repeat('x', 200) FROM generate_series(1, 40000);
    CREATE TABLE rates (id int, rate numeric);
    INSERT INTO rates SELECT n, n FROM generate_series(1, 5000) AS n;
    CREATE TABLE come_and_go (id int); INSERT INTO come_and_go VALUES (1);
";

/// Transactions that keep the promises above; each is done at once or not at all. The first three
/// are everybody's, the others, which lock whole tables, are those of three writers: of two hundred
/// they would make one queue, in which a backup stands as long as everybody else.
const DEEDS: [&str; 9] = [
    "BEGIN; UPDATE accounts SET balance = balance - 7 WHERE id = (SELECT 1 + (random() * 19998)::int);
     UPDATE accounts SET balance = balance + 7 WHERE id = (SELECT max(id) FROM accounts);
     INSERT INTO book_one (amount) VALUES (7); INSERT INTO book_two (amount) VALUES (7); COMMIT",
    "BEGIN; INSERT INTO book_one (amount) VALUES (1); INSERT INTO book_two (amount) VALUES (1); COMMIT",
    "BEGIN; DELETE FROM book_one WHERE id = 5; DELETE FROM book_two WHERE id = 5; COMMIT",
    "BEGIN; TRUNCATE rates; INSERT INTO rates SELECT n, n FROM generate_series(1, 5000) AS n; COMMIT",
    "BEGIN; ALTER TABLE rates ALTER id TYPE bigint; ALTER TABLE rates ALTER id TYPE int; COMMIT",
    "VACUUM FULL book_one",
    "CLUSTER accounts USING accounts_pkey",
    "BEGIN; DROP TABLE come_and_go; CREATE TABLE come_and_go (id int); INSERT INTO come_and_go VALUES (1); COMMIT",
    "VACUUM book_two",
];

#[test]
fn a_backup_amid_truncate_alter_vacuum_full_and_drop_is_one_moment_or_none() {
    let lab = Lab::new();
    lab.execute(&lab.new, BOOKS);
    let stop = AtomicBool::new(false);
    let (mut made, mut refused) = (0, 0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let _calm = Calm(&stop);
        let writers = if torture() > 1 { 200 } else { 5 };
        for number in 0..writers {
            let (lab, stop) = (&lab, &stop);
            scope.spawn(move || {
                let mut client = lab.connect(&lab.new);
                client.batch_execute("SET lock_timeout = '2s'").unwrap();
                let mut dice = Dice(number as u64);
                let (deeds, pause) = if number < 3 { (DEEDS.len(), 40) } else { (3, 8 * writers) };
                while !stop.load(Ordering::Relaxed) {
                    let deed = DEEDS[dice.below(deeds)];
                    // Deadlocks and waits that took too long are part of the unrest.
                    if client.batch_execute(deed).is_err() {
                        client.batch_execute("ROLLBACK").unwrap();
                    }
                    // All of them together do about as much, however many they are.
                    std::thread::sleep(Duration::from_millis(dice.below(pause) as u64));
                }
            });
        }
        for _ in 0..(4 * torture()).min(60) {
            // However slow the machine, the rest of the tests have their turn, too.
            if made > 0 && start.elapsed() > Duration::from_secs(600) {
                break;
            }
            let run = db_backup(&lab, &["--jobs", "2", "--level", "1"]);
            if run.code == Some(0) {
                made += 1;
                let path = run.stdout.split_whitespace().nth(1).unwrap();
                one_moment(&lab, path);
                std::fs::remove_dir_all(lab.path(path)).unwrap();
            } else {
                assert!(run.code == Some(1) && left(&lab).is_empty(), "{run}");
                refused += 1;
            }
        }
    });
    assert!(made > 0, "not one of {refused} backups came about");
    println!("{made} backups, {refused} refused, in {:.0?}", start.elapsed());
}

/// Ends the unrest, when a check failed too.
struct Calm<'a>(&'a AtomicBool);

impl Drop for Calm<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What must hold at every moment holds in the backup.
fn one_moment(lab: &Lab, path: &str) {
    let backup = lab.path(path);
    db_backup(lab, &["verify", path]).ok();
    let field =
        |line: &str, number: usize| line.split('\t').nth(number).expect("a field").to_owned();
    let accounts = rows(&backup, "public.accounts");
    let sum: i64 =
        accounts.iter().map(|line| field(line, 1).parse::<i64>().expect("a number")).sum();
    assert_eq!((accounts.len(), sum), (20_000, 20_000_000));
    let book = |name: &str| {
        let amounts = rows(&backup, name);
        let sum: i64 =
            amounts.iter().map(|line| field(line, 1).parse::<i64>().expect("a number")).sum();
        (amounts.len(), sum)
    };
    assert_eq!(book("public.book_one"), book("public.book_two"));
    assert_eq!(rows(&backup, "public.rates").len(), 5000);
    assert_eq!(rows(&backup, "public.come_and_go"), ["1"]);
}
