//! How often what goes wrong, as shares of the dirty rows.
//!
//! With the default of 12 % about 1 % of users are quarantined and 5 % merged, 1 % of products
//! and 6 to 7 % of orders quarantined; a third of the latter name a user or product that is.

use super::dice::Roll;

/// What is wrong with a row of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A slip of the pen, which cleaning undoes.
    Slip,
    /// The row is a second entry of an earlier one.
    Copy,
    /// A value that nobody can repair.
    Fault,
}

const USER: [(u32, Defect); 3] = [(50, Defect::Slip), (42, Defect::Copy), (8, Defect::Fault)];
const PRODUCT: [(u32, Defect); 3] = [(87, Defect::Slip), (4, Defect::Copy), (9, Defect::Fault)];
const ORDER: [(u32, Defect); 2] = [(56, Defect::Slip), (44, Defect::Fault)];

/// Of the dirty orders, those that are dirty of their own; the others name a user or product that
/// is quarantined. Where all rows are dirty, all are so of their own.
const OWN_DIRT_OF_ORDERS: f64 = 0.82;
/// A copy, too, may have a fault, so that a group can lose its best row.
const FAULTY_COPIES: f64 = 0.05;

#[derive(Clone, Copy)]
pub struct Rates {
    dirt: f64,
}

impl Rates {
    pub fn new(dirt: f64) -> Rates {
        Rates { dirt }
    }

    pub fn user(self, roll: &mut Roll) -> Option<Defect> {
        roll.chance(self.dirt).then(|| roll.weigh(&USER))
    }

    pub fn product(self, roll: &mut Roll) -> Option<Defect> {
        roll.chance(self.dirt).then(|| roll.weigh(&PRODUCT))
    }

    pub fn order(self, roll: &mut Roll) -> Option<Defect> {
        let own = OWN_DIRT_OF_ORDERS + (1.0 - OWN_DIRT_OF_ORDERS) * self.dirt;
        roll.chance(self.dirt * own).then(|| roll.weigh(&ORDER))
    }

    /// Whether a second entry has a fault as well.
    pub fn faulty_copy(self, roll: &mut Roll) -> bool {
        roll.chance(FAULTY_COPIES)
    }
}
