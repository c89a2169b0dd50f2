//! What the shop sold, row by row, before anything is written: orders name products, and
//! categories are numbered by them.

use super::dice::{Dice, Roll};
use super::money::Price;
use super::rates::{Defect, Rates};
use super::words::{ADJECTIVES, MATERIALS, THINGS};

/// A category, with what clerks typed for it. mapping.toml lists the same words.
pub struct Category {
    pub name: &'static str,
    pub misspelled: &'static [&'static str],
}

const fn category(name: &'static str, misspelled: &'static [&'static str]) -> Category {
    Category { name, misspelled }
}

pub const CATEGORIES: [Category; 8] = [
    category("Electronics", &["electroncs", "elektronics", "electronic"]),
    category("Books", &["book", "boks"]),
    category("Clothing", &["clothes", "cloting"]),
    category("Home", &["hom", "house"]),
    category("Garden", &["gardn", "gardening"]),
    category("Toys", &["toy", "tois"]),
    category("Sports", &["sport", "sprots"]),
    category("Food", &["fod", "groceries"]),
];

/// What is wrong with a product for good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    NoName,
    NoCategory,
    StrangeCategory,
    NoPrice,
    BadPrice,
    BadStock,
}

const FAULTS: [(u32, Fault); 6] = [
    (2, Fault::NoName),
    (2, Fault::NoCategory),
    (6, Fault::StrangeCategory),
    (3, Fault::NoPrice),
    (6, Fault::BadPrice),
    (2, Fault::BadStock),
];

pub struct Product {
    /// As this row spells it, cleaned; a second entry may differ from the first in case.
    pub name: String,
    pub category: u8,
    pub price: Price,
    pub defect: Option<Defect>,
    pub faults: [Option<Fault>; 2],
    first_entry: u32,
    /// Kept at the first entry; 0 is none.
    survivor: u32,
}

pub struct Catalogue {
    products: Vec<Product>,
    /// Dense numbers in the order of each category's first product.
    category_ids: [Option<i16>; CATEGORIES.len()],
}

impl Catalogue {
    pub fn new(count: u32, dice: &Dice, rates: Rates) -> Catalogue {
        let mut products: Vec<Product> = Vec::with_capacity(count as usize);
        let mut category_ids = [None; CATEGORIES.len()];
        let mut categories = 0;
        for number in 1..=count {
            let mut product =
                Product::roll(&mut dice.row(u64::from(number)), number, rates, &products);
            let survives = product.faults[0].is_none();
            if survives {
                let id = &mut category_ids[usize::from(product.category)];
                if id.is_none() {
                    categories += 1;
                    *id = Some(categories);
                }
            }
            // The first entry without a fault survives.
            let first = product.first_entry;
            if first == number {
                product.survivor = if survives { number } else { 0 };
                products.push(product);
            } else {
                products.push(product);
                let first = &mut products[first as usize - 1];
                if survives && first.survivor == 0 {
                    first.survivor = number;
                }
            }
        }
        Catalogue { products, category_ids }
    }

    pub fn count(&self) -> u32 {
        self.products.len() as u32
    }

    pub fn product(&self, number: u32) -> &Product {
        &self.products[number as usize - 1]
    }

    /// The row into which all entries of this product merge; none if all are quarantined.
    pub fn survivor(&self, number: u32) -> Option<u32> {
        let survivor = self.product(self.product(number).first_entry).survivor;
        (survivor != 0).then_some(survivor)
    }

    pub fn category_id(&self, category: u8) -> Option<i16> {
        self.category_ids[usize::from(category)]
    }
}

impl Product {
    fn roll(roll: &mut Roll, number: u32, rates: Rates, earlier: &[Product]) -> Product {
        let mut defect = rates.product(roll);
        if defect == Some(Defect::Copy) && number == 1 {
            defect = None;
        }
        let (name, first_entry) = if defect == Some(Defect::Copy) {
            let first = earlier[roll.below(number - 1) as usize].first_entry;
            let name = &earlier[first as usize - 1].name;
            let name = if roll.below(2) == 0 { name.to_uppercase() } else { name.to_lowercase() };
            (name, first)
        } else {
            let (adjective, material, thing) =
                (roll.pick(&ADJECTIVES), roll.pick(&MATERIALS), roll.pick(&THINGS));
            (format!("{adjective} {material} {thing} {number}"), number)
        };
        let faulty = defect == Some(Defect::Fault)
            || defect == Some(Defect::Copy) && rates.faulty_copy(roll);
        let second = faulty && roll.below(8) == 0;
        Product {
            name,
            category: roll.below(CATEGORIES.len() as u32) as u8,
            price: Price::roll(roll),
            defect,
            faults: [faulty.then(|| roll.weigh(&FAULTS)), second.then(|| roll.weigh(&FAULTS))],
            first_entry,
            survivor: 0,
        }
    }
}
