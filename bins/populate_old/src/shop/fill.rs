//! Workers that take chunks of rows from one list and COPY them, each over its own connection.

use std::sync::atomic::{AtomicU64, Ordering};

use common::{Pool, Result, Session, progress};
use rows::workers;

use super::Shop;
use super::{tables, users};
use crate::batch::Batch;

/// Rows that are made, sent and committed together.
const CHUNK: u64 = 10_000;

#[derive(Clone, Copy)]
enum Source {
    Users,
    Products,
    Orders,
}

struct Chunk {
    source: Source,
    first: u64,
    last: u64,
}

/// The rows of one source's chunk, with the answer key's rows for them.
pub struct Sheets {
    pub source: Batch,
    pub fates: Batch,
    pub targets: Vec<Batch>,
}

/// What a worker keeps from row to row.
struct Desk {
    users: Sheets,
    products: Sheets,
    orders: Sheets,
    user: users::Scratch,
    email: String,
}

/// Fills all tables and returns how many rows are dirty.
///
/// # Errors
/// A worker failed; the others stop after their chunk, and the tables stay marked as unfinished.
pub fn fill(shop: &Shop, pool: &Pool, count: u32, orders: u64) -> Result<u64> {
    let chunks = chunks(shop, orders);
    let total = u64::from(shop.people.count()) + u64::from(shop.catalogue.count()) + orders;
    let bar = progress::bar(total, "filling");
    let dirty = AtomicU64::new(0);
    let open = || {
        let mut session = pool.session()?;
        tables::join_as_worker(&mut session)?;
        // The commit of the final comment flushes all that was written before it.
        session.batch("SET synchronous_commit = off")?;
        Ok((session, Desk::new()))
    };
    let filled = workers::each(count as usize, chunks, open, |(session, desk), chunk| {
        dirty.fetch_add(desk.fill(shop, &chunk, session)?, Ordering::Relaxed);
        bar.inc(chunk.last - chunk.first + 1);
        Ok(())
    });
    bar.finish_and_clear();
    filled.map(|()| dirty.into_inner())
}

fn chunks(shop: &Shop, orders: u64) -> Vec<Chunk> {
    let sources = [
        (Source::Users, u64::from(shop.people.count())),
        (Source::Products, u64::from(shop.catalogue.count())),
        (Source::Orders, orders),
    ];
    let mut chunks = Vec::new();
    for (source, count) in sources {
        let mut first = 1;
        while first <= count {
            let last = count.min(first + CHUNK - 1);
            chunks.push(Chunk { source, first, last });
            first = last + 1;
        }
    }
    chunks
}

impl Desk {
    fn new() -> Desk {
        let sheets = |source: (&str, &str), targets: &[(&str, &str)]| Sheets {
            source: Batch::new(source.0, source.1),
            fates: Batch::new(
                "truth.fates",
                "source, key, fate, into_key, source_column, target, column_name, rule",
            ),
            targets: targets.iter().map(|(table, columns)| Batch::new(table, columns)).collect(),
        };
        Desk {
            users: sheets(
                ("old_users", "id, full_name, email, phone, address, is_active, reg_date"),
                &[
                    ("truth.users", "id, email, full_name, phone, is_active, registered_at"),
                    ("truth.addresses", "id, user_id, street, city, postal_code, country"),
                ],
            ),
            products: sheets(
                ("old_products", "id, name, category, price, in_stock"),
                &[
                    ("truth.products", "id, name, category_id, price, in_stock"),
                    ("truth.categories", "id, name"),
                ],
            ),
            orders: sheets(
                (
                    "old_orders",
                    "id, user_email, product_name, quantity, price, order_date, status, note",
                ),
                &[
                    ("truth.orders", "id, user_id, ordered_at, status, note"),
                    (
                        "truth.order_items",
                        "id, order_id, ordered_at, product_id, quantity, unit_price",
                    ),
                ],
            ),
            user: users::Scratch::default(),
            email: String::new(),
        }
    }

    /// Makes and sends one chunk; returns how many of its rows are dirty.
    fn fill(&mut self, shop: &Shop, chunk: &Chunk, session: &mut Session) -> Result<u64> {
        let count = |dirty: bool| u64::from(dirty);
        // Users and products are numbered by u32, as the tables' ids are integers.
        let rows = chunk.first..=chunk.last;
        let (sheets, dirty) = match chunk.source {
            Source::Users => {
                let sheets = &mut self.users;
                let dirty =
                    rows.map(|row| count(shop.user(row as u32, sheets, &mut self.user))).sum();
                (sheets, dirty)
            }
            Source::Products => {
                let sheets = &mut self.products;
                if chunk.first == 1 && shop.keyed {
                    shop.categories(&mut sheets.targets[1].rows);
                }
                let dirty = rows.map(|row| count(shop.product(row as u32, sheets))).sum();
                (sheets, dirty)
            }
            Source::Orders => {
                let sheets = &mut self.orders;
                let dirty = rows.map(|row| count(shop.order(row, sheets, &mut self.email))).sum();
                (sheets, dirty)
            }
        };
        session.begin()?;
        sheets.source.send(session)?;
        sheets.fates.send(session)?;
        for target in &mut sheets.targets {
            target.send(session)?;
        }
        session.commit()?;
        Ok(dirty)
    }
}
