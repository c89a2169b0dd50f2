//! Rows of old_users, and the users and addresses that a right migration makes of them.

use super::Shop;
use super::address::Address;
use super::calendar;
use super::dice::Roll;
use super::fate::{Fate, Refusal};
use super::fill::Sheets;
use super::key;
use super::people::Plan;
use super::phone::Phone;
use super::rates::Defect;
use super::slip::{self, Slip};

/// What the clerk left out or got wrong for good.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    BadEmail,
    NoEmail,
    NoName,
    BadActive,
    BadDate,
    NoDate,
}

const FAULTS: [(u32, Fault); 6] = [
    (6, Fault::BadEmail),
    (3, Fault::NoEmail),
    (2, Fault::NoName),
    (2, Fault::BadActive),
    (6, Fault::BadDate),
    (2, Fault::NoDate),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    FullName,
    Email,
    Address,
}

/// How booleans are written, with `''` standing for the default.
const ACTIVE: [(u32, (&str, bool)); 10] = [
    (30, ("Y", true)),
    (20, ("1", true)),
    (10, ("true", true)),
    (5, ("yes", true)),
    (5, ("", true)),
    (10, ("N", false)),
    (8, ("0", false)),
    (5, ("false", false)),
    (4, ("no", false)),
    (3, ("T", true)),
];

/// Values reused from row to row.
#[derive(Default)]
pub struct Scratch {
    email: String,
    full_name: String,
    address: Address,
}

impl Shop {
    /// Writes one row and what becomes of it; returns whether it is dirty.
    pub fn user(&self, number: u32, sheets: &mut Sheets, scratch: &mut Scratch) -> bool {
        let mut roll = self.dice.users.row(u64::from(number));
        let roll = &mut roll;
        let plan = Plan::roll(roll, number, self.rates);
        let first_entry = self.people.first_entry(number);
        let identity = self.people.identity(number);
        identity.full_name(&self.names, &mut scratch.full_name);
        identity.email(&self.names, first_entry, &mut scratch.email);
        let flat = plan.own_address.then_some(number);
        let lives_with = if plan.own_address { number } else { first_entry };
        scratch.address.roll(&self.dice.addresses, lives_with, &self.names, flat);
        let phone = Phone::roll(roll);
        let (active_text, active) = roll.weigh(&ACTIVE);
        let faults = faults(plan.faulty, roll);
        let slipped = match plan.defect {
            Some(Defect::Slip) => {
                Some(roll.pick(&[Field::FullName, Field::Email, Field::Email, Field::Address]))
            }
            // Second entries are seldom spelled like the first.
            Some(Defect::Copy) if roll.below(2) == 0 => Some(Field::Email),
            _ => None,
        };
        let slip = |field, kinds: &[Slip], roll: &mut Roll| {
            (slipped == Some(field)).then(|| roll.pick(kinds))
        };
        let has = |fault| faults.contains(&Some(fault));

        let out = &mut sheets.source.rows;
        out.start_row(7);
        out.bytes(&number.to_be_bytes());
        if has(Fault::NoName) {
            out.null();
        } else {
            let slip = slip(Field::FullName, &slip::IN_ANY_CASE, roll);
            out.field(|bytes| slip::write(&scratch.full_name, slip, roll, bytes));
        }
        if has(Fault::NoEmail) {
            nothing(out, roll);
        } else if has(Fault::BadEmail) {
            out.field(|bytes| bad_email(&scratch.email, roll, bytes));
        } else {
            let slip = slip(Field::Email, &slip::EMAIL, roll);
            out.field(|bytes| slip::write(&scratch.email, slip, roll, bytes));
        }
        match phone {
            Phone::Unknown(None) => out.null(),
            _ => out.field(|bytes| phone.write(roll, bytes)),
        }
        let slip = slip(Field::Address, &slip::IN_ANY_CASE, roll);
        if scratch.address.street.is_none() && roll.below(3) == 0 {
            nothing(out, roll);
        } else {
            out.field(|bytes| scratch.address.write(slip, roll, bytes));
        }
        if has(Fault::BadActive) {
            out.bytes(roll.pick(&["maybe", "x", "2"]).as_bytes());
        } else {
            out.bytes(active_text.as_bytes());
        }
        if has(Fault::NoDate) {
            nothing(out, roll);
        } else if has(Fault::BadDate) {
            out.bytes(calendar::nonsense(roll).as_bytes());
        } else {
            out.field(|bytes| self.calendar.write(plan.registered, bytes));
        }

        let fate = match (refusal(has), self.people.survivor(number)) {
            (Some(refusal), _) => Fate::Quarantined(refusal),
            (None, Some(survivor)) if survivor != number => Fate::Merged(survivor),
            _ => Fate::Loaded,
        };
        if self.keyed {
            key::fate(&mut sheets.fates.rows, "old_users", u64::from(number), fate);
            if fate == Fate::Loaded {
                let out = &mut sheets.targets[0].rows;
                out.start_row(6);
                key::bigint(out, u64::from(number));
                out.bytes(scratch.email.as_bytes());
                out.bytes(scratch.full_name.as_bytes());
                match phone {
                    Phone::Unknown(_) => out.null(),
                    Phone::Known { .. } => out.field(|bytes| phone.clean(bytes)),
                }
                out.bytes(&[u8::from(active)]);
                out.bytes(&plan.registered.moment().microseconds().to_be_bytes());
            }
            if !matches!(fate, Fate::Quarantined(_)) {
                self.address_of(number, plan, scratch, sheets);
            }
        }
        plan.defect.is_some() || fate != Fate::Loaded
    }

    /// Each distinct address of a person once, with the smallest key that has it.
    fn address_of(&self, number: u32, plan: Plan, scratch: &Scratch, sheets: &mut Sheets) {
        let Address { street: Some(street), city, postal_code, country } = &scratch.address else {
            return;
        };
        if !plan.own_address && !self.people.keeps_address(number) {
            return;
        }
        let survivor = self.people.survivor(number).expect("this row itself may survive");
        let out = &mut sheets.targets[1].rows;
        out.start_row(6);
        key::bigint(out, u64::from(number));
        key::bigint(out, u64::from(survivor));
        out.bytes(street.as_bytes());
        key::text(out, *city);
        key::text(out, postal_code.as_deref());
        key::text(out, *country);
    }
}

/// Mostly one fault, sometimes two, since what is recorded is the first in the mapping's order.
fn faults(faulty: bool, roll: &mut Roll) -> [Option<Fault>; 2] {
    if !faulty {
        return [None; 2];
    }
    let second = roll.below(8) == 0;
    [Some(roll.weigh(&FAULTS)), second.then(|| roll.weigh(&FAULTS))]
}

/// The mapping's order: email, full_name, is_active, registered_at.
fn refusal(has: impl Fn(Fault) -> bool) -> Option<Refusal> {
    let refused = [
        (Fault::NoEmail, "email", "email", "missing"),
        (Fault::BadEmail, "email", "email", "email"),
        (Fault::NoName, "full_name", "full_name", "missing"),
        (Fault::BadActive, "is_active", "is_active", "boolean"),
        (Fault::NoDate, "reg_date", "registered_at", "missing"),
        (Fault::BadDate, "reg_date", "registered_at", "date"),
    ];
    let (_, source_column, column, rule) = refused.into_iter().find(|(fault, ..)| has(*fault))?;
    Some(Refusal { source_column, target: "users", column, rule })
}

/// An address that no mail reaches.
pub fn bad_email(email: &str, roll: &mut Roll, out: &mut Vec<u8>) {
    let (local, domain) = email.split_once('@').expect("a clean address has an @");
    let parts: [&str; 4] = match roll.below(8) {
        0 => [local, "", "", ""],
        1 => [local, "@", "", ""],
        2 => ["@", domain, "", ""],
        3 => [local, "@@", domain, ""],
        4 => [local, " at ", domain, ""],
        5 => [local, "@", "localhost", ""],
        6 => [local, "@", "example..com", ""],
        _ => ["n/a", "", "", ""],
    };
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

/// A missing value: NULL as often as an empty field.
pub fn nothing(out: &mut rows::copy::Encoder, roll: &mut Roll) {
    if roll.below(2) == 0 {
        out.null();
    } else {
        out.bytes(b"");
    }
}
