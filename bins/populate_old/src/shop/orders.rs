//! Rows of old_orders, and the orders and order items that a right migration makes of them.

use std::io::Write;

use super::Shop;
use super::calendar::{self, Date};
use super::dice::Roll;
use super::fate::Fate;
use super::fill::Sheets;
use super::key;
use super::money::{self, Price};
use super::order_faults::{Fault, Rules, faults, refusal};
use super::rates::Defect;
use super::slip::{self, Slip};
use super::users::{bad_email, nothing};
use super::words::{NOTES, NULL_WORDS};

/// Free text, and what it means. mapping.toml lists the same words.
const STATUSES: [(u32, (&str, &str)); 17] = [
    (4, ("new", "pending")),
    (3, ("Open", "pending")),
    (3, ("pending", "pending")),
    (6, ("paid", "paid")),
    (2, ("Payed", "paid")),
    (2, ("payment  received", "paid")),
    (8, ("Sent", "shipped")),
    (8, ("shipped", "shipped")),
    (2, ("on its way", "shipped")),
    (30, ("Delivered", "delivered")),
    (15, ("done", "delivered")),
    (7, ("OK", "delivered")),
    (3, ("cancelled", "cancelled")),
    (2, ("Canceled ", "cancelled")),
    (1, ("void", "cancelled")),
    (2, ("returned", "returned")),
    (1, ("sent back", "returned")),
];
const STRANGE_STATUSES: [&str; 4] = ["lost in the post", "???", "see e-mail", "42"];
const STRANGE_QUANTITIES: [(&str, &str); 5] = [
    ("a few", "integer"),
    ("two", "integer"),
    ("2.5", "integer"),
    ("1 dozen", "integer"),
    ("99999999999", "range"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Email,
    Product,
    Quantity,
    Note,
}

impl Shop {
    /// Writes one row and what becomes of it; returns whether it is dirty.
    pub fn order(&self, number: u64, sheets: &mut Sheets, email: &mut String) -> bool {
        let mut roll = self.dice.orders.row(number);
        let roll = &mut roll;
        let defect = self.rates.order(roll);
        let faults = faults(defect, roll);
        let has = |fault| faults.contains(&Some(fault));
        let slipped = (defect == Some(Defect::Slip)).then(|| {
            roll.pick(&[Field::Email, Field::Email, Field::Product, Field::Quantity, Field::Note])
        });
        let slip = |field, kinds: &[Slip], roll: &mut Roll| {
            (slipped == Some(field)).then(|| roll.pick(kinds))
        };

        let user = 1 + roll.below(self.people.count());
        let first_entry = self.people.first_entry(user);
        self.people.identity(user).email(&self.names, first_entry, email);
        let product_number = self.some_product(roll);
        let product = self.catalogue.product(product_number);
        let quantity = if roll.below(4) == 0 { 1 + roll.below(20) } else { 1 + roll.below(3) };
        let price = if roll.below(5) == 0 { product.price.discounted() } else { product.price };
        let (strange_quantity, quantity_rule) = roll.pick(&STRANGE_QUANTITIES);
        let (strange_price, price_rule) = money::nonsense(roll);
        let date = Date::roll(roll);
        let (status_text, status) = roll.weigh(&STATUSES);
        let note = (slipped == Some(Field::Note) || roll.below(4) == 0).then(|| roll.pick(&NOTES));

        let out = &mut sheets.source.rows;
        out.start_row(8);
        key::bigint(out, number);
        if has(Fault::NoEmail) {
            nothing(out, roll);
        } else if has(Fault::BadEmail) {
            out.field(|bytes| bad_email(email, roll, bytes));
        } else if has(Fault::UnknownUser) {
            out.field(|bytes| unknown(bytes, format_args!("guest{number}@nowhere.example")));
        } else {
            let slip = slip(Field::Email, &slip::EMAIL, roll);
            out.field(|bytes| slip::write(email, slip, roll, bytes));
        }
        if has(Fault::NoProduct) {
            out.null();
        } else if has(Fault::UnknownProduct) {
            out.field(|bytes| unknown(bytes, format_args!("Discontinued Thing {number}")));
        } else {
            let slip = slip(Field::Product, &slip::IN_ANY_CASE, roll);
            out.field(|bytes| slip::write(&product.name, slip, roll, bytes));
        }
        if has(Fault::NoQuantity) {
            nothing(out, roll);
        } else if has(Fault::BadQuantity) {
            out.bytes(strange_quantity.as_bytes());
        } else {
            let untidy = slipped == Some(Field::Quantity);
            out.field(|bytes| write_quantity(quantity, untidy, roll, bytes));
        }
        if has(Fault::NoPrice) {
            nothing(out, roll);
        } else if has(Fault::BadPrice) {
            out.bytes(strange_price.as_bytes());
        } else {
            out.field(|bytes| price.write(roll, bytes));
        }
        if has(Fault::NoDate) {
            nothing(out, roll);
        } else if has(Fault::BadDate) {
            out.bytes(calendar::nonsense(roll).as_bytes());
        } else {
            out.field(|bytes| self.calendar.write(date, bytes));
        }
        if has(Fault::NoStatus) {
            nothing(out, roll);
        } else if has(Fault::BadStatus) {
            out.bytes(roll.pick(&STRANGE_STATUSES).as_bytes());
        } else {
            out.bytes(status_text.as_bytes());
        }
        match note {
            Some(text) => {
                let slip = slip(Field::Note, &slip::IN_ITS_CASE, roll);
                out.field(|bytes| slip::write(text, slip, roll, bytes));
            }
            None if roll.below(2) == 0 => out.null(),
            None => out.bytes(roll.pick(&NULL_WORDS).as_bytes()),
        }

        let (survivor, product_survivor) =
            (self.people.survivor(user), self.catalogue.survivor(product_number));
        let rules = Rules {
            user: survivor.map_or("lookup", |_| ""),
            product: product_survivor.map_or("lookup", |_| ""),
            quantity: quantity_rule,
            price: price_rule,
        };
        let fate = refusal(has, &rules).map_or(Fate::Loaded, Fate::Quarantined);
        if self.keyed {
            key::fate(&mut sheets.fates.rows, "old_orders", number, fate);
            if let (Fate::Loaded, Some(user), Some(product)) = (fate, survivor, product_survivor) {
                let moment = date.moment().microseconds().to_be_bytes();
                let out = &mut sheets.targets[0].rows;
                out.start_row(5);
                key::bigint(out, number);
                key::bigint(out, u64::from(user));
                out.bytes(&moment);
                out.bytes(status.as_bytes());
                key::text(out, note);
                let out = &mut sheets.targets[1].rows;
                out.start_row(6);
                key::bigint(out, number);
                key::bigint(out, number);
                out.bytes(&moment);
                key::bigint(out, u64::from(product));
                out.bytes(&quantity.to_be_bytes());
                out.field(|bytes| price.numeric(bytes));
            }
        }
        defect.is_some() || fate != Fate::Loaded
    }

    /// Some products sell better than others: the first tenth makes a fifth of the orders.
    fn some_product(&self, roll: &mut Roll) -> u32 {
        let count = self.catalogue.count();
        1 + roll.below(count).min(roll.below(count))
    }
}

impl Price {
    fn discounted(self) -> Price {
        Price(self.0 * 9 / 10)
    }
}

fn unknown(out: &mut Vec<u8>, name: std::fmt::Arguments) {
    out.write_fmt(name).expect("memory takes all bytes");
}

/// A number, mostly alone, sometimes with its unit.
fn write_quantity(quantity: u32, untidy: bool, roll: &mut Roll, out: &mut Vec<u8>) {
    let done = match (untidy, roll.below(10)) {
        (true, 0..=4) => write!(out, "  {quantity}\tPCS"),
        (true, _) => write!(out, "{quantity}   Pieces "),
        (false, 0..=5) => write!(out, "{quantity}"),
        (false, 6 | 7) => write!(out, "{quantity} pcs"),
        (false, 8) => write!(out, "x {quantity}"),
        (false, _) => write!(out, "{quantity}.0"),
    };
    done.expect("memory takes all bytes");
}
