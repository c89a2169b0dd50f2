//! A badly built shop: fake rows, and what a right migration makes of each.
//!
//! The one place of Rust that knows the shop. What it writes, and the answer key, follow
//! `sql/shop/mapping.toml`: its words and the order of its columns.

mod address;
mod calendar; // dates in five formats
mod catalogue; // products before they are written: who survives, which categories
mod dice; // one generator per row position
mod fate;
mod fill; // workers, chunks, COPY
mod key; // the answer key's rows
mod money; // prices in nine styles
mod order_faults; // what is wrong with an order, and which of it is recorded
mod orders;
mod people; // users before they are written: who is who, who survives
mod phone;
mod products;
mod rates; // how often what goes wrong
mod slip; // slips of the pen
mod tables; // created, found, locked, finished
mod users;
mod words; // names of people, streets and things

use std::time::Instant;

use common::progress::{self, seconds};
use common::{Database, Error, Pool, Project, Result, note, pooling, say};

use crate::arguments::{Arguments, Fake};
use calendar::Calendar;
use catalogue::Catalogue;
use dice::{Dice, Purpose};
use people::People;
use rates::Rates;
use tables::Found;
use words::Names;

/// All that a row depends on besides its number.
pub struct Shop {
    dice: AllDice,
    names: Names,
    calendar: Calendar,
    rates: Rates,
    people: People,
    catalogue: Catalogue,
    /// Whether the answer key is written.
    keyed: bool,
}

struct AllDice {
    users: Dice,
    addresses: Dice,
    product_spellings: Dice,
    orders: Dice,
}

/// Fills the three legacy tables and the answer key. With --if-empty, a project that has none of
/// its own is passed over.
///
/// # Errors
/// The tables hold rows already, or the server refuses; the message says what was changed.
pub fn generate(arguments: &Arguments, project: &Project, database: &Database) -> Result<()> {
    if arguments.if_empty && !project.directory.join("legacy").is_dir() {
        let folder = project.directory.display();
        say(format_args!("no rows are made up for {folder}; --csv loads exports"));
        return Ok(());
    }
    let start = Instant::now();
    let fake = &arguments.fake;
    let mut session = pooling::session(database)?;
    tables::lock(&mut session, &database.name)?;
    let found = tables::find(&mut session)?;
    match found {
        Found::Rows(table) if arguments.if_empty => {
            say(format_args!("{table} already holds rows; nothing to do"));
            return Ok(());
        }
        Found::Rows(table) => return Err(refuse(table, database)),
        Found::Unfinished => note("a former fill was not finished; starting over"),
        Found::Nothing | Found::Empty => {}
    }
    let shop = Shop::new(fake);
    tables::prepare(&mut session, project, &found, shop.keyed)?;
    let pool = Pool::open(database)?;
    let dirty = fill::fill(&shop, &pool, workers(arguments.jobs, &pool), fake.orders)
        .map_err(|error| error.hint("The tables hold a part of the rows and are marked as unfinished; the next run starts over."))?;
    let summary = summary(fake, dirty);
    tables::finish(&mut session, shop.keyed, &format!("{} ({})", summary.0, summary.1))?;
    say(format_args!("{} in {} ({})", summary.0, seconds(start.elapsed()), summary.1));
    Ok(())
}

impl Shop {
    fn new(fake: &Fake) -> Shop {
        let names = Names::new();
        let rates = Rates::new(fake.dirt);
        let users = Dice::new(fake.seed, Purpose::User);
        let people = People::new(fake.users, &users, fake.seed, &names, rates);
        let products = Dice::new(fake.seed, Purpose::Product);
        Shop {
            dice: AllDice {
                users,
                addresses: Dice::new(fake.seed, Purpose::Address),
                product_spellings: Dice::new(fake.seed, Purpose::ProductSpelling),
                orders: Dice::new(fake.seed, Purpose::Order),
            },
            names,
            calendar: Calendar::new(),
            rates,
            people,
            catalogue: Catalogue::new(fake.products, &products, rates),
            keyed: !fake.no_truth,
        }
    }
}

/// As many connections as asked for, never more than the pool has.
fn workers(jobs: common::Jobs, pool: &Pool) -> u32 {
    (jobs.wanted() as u32).min(pool.size())
}

/// What was made, and in brackets how.
fn summary(fake: &Fake, dirty: u64) -> (String, String) {
    let total = u64::from(fake.users) + u64::from(fake.products) + fake.orders;
    let share = dirty as f64 * 100.0 / total as f64;
    let what = [
        progress::count(i64::from(fake.users), "user"),
        progress::count(i64::from(fake.products), "product"),
        progress::count(fake.orders as i64, "order"),
    ];
    (what.join(", "), format!("seed {}; {share:.1} % of rows dirty", fake.seed))
}

fn refuse(table: &str, database: &Database) -> Error {
    Error::new(format!("{table} already holds rows in {}", database.name)).hint(
        "Nothing was changed. --if-empty treats this as success; to start over, drop old_users, old_products and old_orders.",
    )
}
