//! Rows of old_products, and the products and categories that a right migration makes of them.

use rows::copy::Encoder;

use super::Shop;
use super::catalogue::{CATEGORIES, Fault};
use super::fate::{Fate, Refusal};
use super::fill::Sheets;
use super::key;
use super::rates::Defect;
use super::slip::{self, Slip};
use super::users::nothing;

const IN_STOCK: [(u32, (&str, bool)); 8] = [
    (30, ("Y", true)),
    (20, ("1", true)),
    (15, ("true", true)),
    (5, ("t", true)),
    (10, ("N", false)),
    (10, ("0", false)),
    (5, ("FALSE", false)),
    (5, ("", false)),
];
const STRANGE_CATEGORIES: [&str; 4] = ["misc", "???", "Gift Cards", "elektro"];

impl Shop {
    /// Writes one row and what becomes of it; returns whether it is dirty.
    pub fn product(&self, number: u32, sheets: &mut Sheets) -> bool {
        let product = self.catalogue.product(number);
        let mut roll = self.dice.product_spellings.row(u64::from(number));
        let roll = &mut roll;
        let category = &CATEGORIES[usize::from(product.category)];
        let (stock_text, in_stock) = roll.weigh(&IN_STOCK);
        let has = |fault| product.faults.contains(&Some(fault));
        let slips = product.defect == Some(Defect::Slip);
        let name_slips = slips && roll.below(2) == 0;

        let out = &mut sheets.source.rows;
        out.start_row(5);
        out.bytes(&number.to_be_bytes());
        if has(Fault::NoName) {
            out.null();
        } else {
            let slip = name_slips.then(|| roll.pick(&slip::IN_ITS_CASE));
            out.field(|bytes| slip::write(&product.name, slip, roll, bytes));
        }
        if has(Fault::NoCategory) {
            nothing(out, roll);
        } else if has(Fault::StrangeCategory) {
            out.bytes(roll.pick(&STRANGE_CATEGORIES).as_bytes());
        } else if slips && !name_slips {
            let (typo, slip) = match roll.below(3) {
                0 => (category.name, roll.pick(&slip::WORD)),
                1 => (roll.pick(category.misspelled), Slip::Outer),
                _ => (roll.pick(category.misspelled), Slip::Upper),
            };
            out.field(|bytes| slip::write(typo, Some(slip), roll, bytes));
        } else {
            out.bytes(category.name.as_bytes());
        }
        if has(Fault::NoPrice) {
            nothing(out, roll);
        } else if has(Fault::BadPrice) {
            out.bytes(b"N/A");
        } else {
            out.field(|bytes| product.price.write(roll, bytes));
        }
        out.bytes(if has(Fault::BadStock) { b"ask" } else { stock_text.as_bytes() });

        let fate = match (refusal(has), self.catalogue.survivor(number)) {
            (Some(refusal), _) => Fate::Quarantined(refusal),
            (None, Some(survivor)) if survivor != number => Fate::Merged(survivor),
            _ => Fate::Loaded,
        };
        if self.keyed {
            key::fate(&mut sheets.fates.rows, "old_products", u64::from(number), fate);
            if fate == Fate::Loaded {
                let category_id =
                    self.catalogue.category_id(product.category).expect("this row is of it");
                let out = &mut sheets.targets[0].rows;
                out.start_row(5);
                key::bigint(out, u64::from(number));
                out.bytes(product.name.as_bytes());
                out.bytes(&category_id.to_be_bytes());
                out.field(|bytes| product.price.numeric(bytes));
                out.bytes(&[u8::from(in_stock)]);
            }
        }
        product.defect.is_some() || fate != Fate::Loaded
    }

    pub fn categories(&self, out: &mut Encoder) {
        for (index, category) in CATEGORIES.iter().enumerate() {
            if let Some(id) = self.catalogue.category_id(index as u8) {
                out.start_row(2);
                out.bytes(&id.to_be_bytes());
                out.bytes(category.name.as_bytes());
            }
        }
    }
}

/// The mapping's order: name, category_id, price, in_stock.
fn refusal(has: impl Fn(Fault) -> bool) -> Option<Refusal> {
    let refused = [
        (Fault::NoName, "name", "name", "missing"),
        (Fault::NoCategory, "category", "category_id", "missing"),
        (Fault::StrangeCategory, "category", "category_id", "enum"),
        (Fault::NoPrice, "price", "price", "missing"),
        (Fault::BadPrice, "price", "price", "number"),
        (Fault::BadStock, "in_stock", "in_stock", "boolean"),
    ];
    let (_, source_column, column, rule) = refused.into_iter().find(|(fault, ..)| has(*fault))?;
    Some(Refusal { source_column, target: "products", column, rule })
}
