//! migrate_data: every row of the old database is loaded, merged or quarantined.

mod circles;
mod flags;
mod kills;
mod later;
mod look;
mod mapping;
mod replay;
mod rows;
mod runs;
mod shapes;
mod writers;

use std::thread;
use std::time::Duration;

use crate::harness::Lab;

/// A shop of this size, with its schema, not yet loaded.
pub fn shop(users: u32, products: u32, orders: u32) -> Lab {
    let lab = Lab::new();
    fill_shop(&lab, users, products, orders);
    lab
}

fn fill_shop(lab: &Lab, users: u32, products: u32, orders: u32) {
    lab.project("shop");
    let sizes = [users, products, orders].map(|size| size.to_string());
    let arguments =
        ["--users", &sizes[0], "--products", &sizes[1], "--orders", &sizes[2], "--seed", "7"];
    lab.run("populate_old", &arguments).ok();
    lab.run("migrate_schema", &["upgrade"]).ok();
}

/// One table in, one table out, with this mapping.
pub fn small(old: &str, new: &str, mapping: &str) -> Lab {
    let lab = Lab::new();
    lab.execute(&lab.old, old);
    lab.execute(&lab.new, new);
    lab.write("sql/shop/mapping.toml", mapping);
    lab
}

/// A number that changes with any value of any target, whatever the order of the rows.
fn content(lab: &Lab) -> Vec<String> {
    ["users", "addresses", "categories", "products", "orders", "order_items"]
        .iter()
        .map(|table| lab.value(&lab.new, &format!("SELECT '{table} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} AS t")))
        .collect()
}

fn constraints(lab: &Lab) -> Vec<String> {
    lab.rows(&lab.new, "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'p', 'u', 'c') ORDER BY 1")
}

fn writes(lab: &Lab) -> String {
    // Statistics of a session reach the shared counters when it ends.
    thread::sleep(Duration::from_millis(300));
    lab.value(&lab.new, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
}

const READ_IS_LOADED_MERGED_QUARANTINED: &str = "SELECT source FROM pgrefit.load_chunk WHERE read IS DISTINCT FROM loaded + merged + quarantined";
