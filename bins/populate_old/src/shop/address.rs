//! Where people live: four facts in one field, some of them missing.

use std::fmt::Write as _;

use super::dice::{Dice, Roll};
use super::slip::{self, Slip};
use super::words::{CITIES, NULL_WORDS, Names, street_suffixes};

/// The clean parts, reused from row to row.
#[derive(Default)]
pub struct Address {
    /// Where the street is missing, there is no address.
    pub street: Option<String>,
    pub city: Option<&'static str>,
    pub postal_code: Option<String>,
    pub country: Option<&'static str>,
}

impl Address {
    /// The address of a person, or the own address of a second entry, which is told from the
    /// person's others by its flat.
    pub fn roll(&mut self, dice: &Dice, number: u32, names: &Names, flat: Option<u32>) {
        let mut roll = dice.row(u64::from(number));
        let roll = &mut roll;
        self.street = (!roll.chance(0.03)).then(|| {
            let mut street = self.street.take().unwrap_or_default();
            street.clear();
            let house = 1 + roll.below(250);
            let (name, suffix) = (roll.pick(&names.last), roll.pick(street_suffixes()));
            write!(street, "{house} {name} {suffix}").expect("memory takes all text");
            if let Some(flat) = flat {
                write!(street, ", Flat {flat}").expect("memory takes all text");
            }
            street
        });
        let (city, country) = roll.pick(&CITIES);
        self.city = (!roll.chance(0.03)).then_some(city);
        self.postal_code = (!roll.chance(0.08)).then(|| {
            let mut code = self.postal_code.take().unwrap_or_default();
            code.clear();
            match country {
                "GB" => write!(code, "LS{} {}QX", 1 + roll.below(29), roll.below(10)),
                _ => write!(code, "{:05}", 1_000 + roll.below(98_000)),
            }
            .expect("memory takes all text");
            code
        });
        self.country = (!roll.chance(0.08)).then_some(country);
    }

    /// Writes the field; a slip hits one of its parts.
    pub fn write(&self, slip: Option<Slip>, roll: &mut Roll, out: &mut Vec<u8>) {
        let parts = [self.street.as_deref(), self.city, self.postal_code.as_deref(), self.country];
        let present = parts.iter().flatten().count();
        let mut hit = if slip.is_some() { Some(roll.below(present.max(1) as u32)) } else { None };
        // Missing parts at the end may be left away with their semicolons.
        let shown = match parts.iter().rposition(Option::is_some) {
            Some(last) if roll.below(2) == 0 => last + 1,
            _ => parts.len(),
        };
        for (index, part) in parts[..shown].iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b"; ");
            }
            let Some(part) = part else {
                out.extend_from_slice(roll.pick(&NULL_WORDS).as_bytes());
                continue;
            };
            let here = hit.filter(|left| *left == 0).and(slip);
            hit = hit.and_then(|left| left.checked_sub(1));
            // The street's case is nobody's to mend.
            let here = here.map(|slip| match slip {
                Slip::Upper | Slip::Lower if index == 0 => Slip::Outer,
                other => other,
            });
            slip::write(part, here, roll, out);
        }
    }
}
