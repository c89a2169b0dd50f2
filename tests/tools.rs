//! What tests of several binaries need in the same way.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::harness::Lab;

/// How much harder than usual the tests of chance go at it: `make torture` sets `TORTURE=20`.
pub fn torture() -> usize {
    std::env::var("TORTURE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(1)
}

/// Numbers that look random and are the same in every run. The seed belongs into every failure.
pub struct Dice(pub u64);

impl Dice {
    /// A number of any type from 0 up to, and without, the limit; 0 where that is 0 or less.
    pub fn below<N: TryFrom<u64> + TryInto<u64>>(&mut self, limit: N) -> N {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let limit = limit.try_into().unwrap_or(0).max(1);
        let number = N::try_from((self.0 >> 33) % limit);
        number.unwrap_or_else(|_| unreachable!("it is below a number of its type"))
    }
}

/// Waits for what happens sooner or later on a machine under load.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(120), "{what} did not happen within 120 s");
        sleep(Duration::from_millis(20));
    }
}

/// Waits until a query returns this one value.
#[track_caller]
pub fn wait_for_value(lab: &Lab, database: &str, sql: &str, expected: &str) {
    wait_until(&format!("{sql} = {expected}"), || lab.value(database, sql) == expected);
}

/// Every table of schema `public` with a number that changes with any of its rows, whatever their
/// order. The books' timestamps are not rows that anyone asked about.
#[track_caller]
pub fn contents(lab: &Lab, database: &str) -> Vec<String> {
    let tables = lab.rows(
        database,
        "SELECT c.oid::regclass FROM pg_class AS c WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition \
         AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    assert!(!tables.is_empty(), "{database} holds no tables");
    let sum = |table: &String| {
        let sql = format!(
            "SELECT '{table} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t"
        );
        lab.value(database, &sql)
    };
    tables.iter().map(sum).collect()
}
