//! Telephone numbers in any shape.

use std::io::Write;

use super::dice::Roll;

const NO_NUMBER: [&str; 8] =
    ["call me", "12345", "555-CALL-NOW", "ext. 12", "n/a", "", "unknown", "?"];

#[derive(Clone, Copy)]
pub enum Phone {
    Known {
        country: u16,
        number: u64,
    },
    /// What stands there instead, or nothing at all; loaded as NULL.
    Unknown(Option<&'static str>),
}

impl Phone {
    pub fn roll(roll: &mut Roll) -> Phone {
        match roll.below(20) {
            0 => Phone::Unknown(None),
            1 | 2 => Phone::Unknown(Some(roll.pick(&NO_NUMBER))),
            3..=6 => {
                let number = 200_000_000 + u64::from(roll.below(700_000_000));
                Phone::Known { country: roll.pick(&[44, 49, 33, 351]), number }
            }
            _ => {
                let area = u64::from(201 + roll.below(788));
                let line = u64::from(2_000_000 + roll.below(7_999_999));
                Phone::Known { country: 1, number: area * 10_000_000 + line }
            }
        }
    }

    /// Writes the number as people do; those of country 1 mostly without the country.
    pub fn write(self, roll: &mut Roll, out: &mut Vec<u8>) {
        let done = match self {
            Phone::Unknown(text) => out.write_all(text.unwrap_or_default().as_bytes()),
            Phone::Known { country: 1, number } => {
                let (area, exchange, line) =
                    (number / 10_000_000, number / 10_000 % 1_000, number % 10_000);
                match roll.below(8) {
                    0 => write!(out, "({area}) {exchange:03}-{line:04}"),
                    1 => write!(out, "{area}-{exchange:03}-{line:04}"),
                    2 => write!(out, "{area}.{exchange:03}.{line:04}"),
                    3 => write!(out, "+1 {area} {exchange:03} {line:04}"),
                    4 => write!(out, "001{number}"),
                    5 => write!(out, "0{area} {exchange:03} {line:04}"),
                    6 => write!(out, " {area}/{exchange:03}{line:04}"),
                    _ => write!(out, "{number}"),
                }
            }
            Phone::Known { country, number } => {
                let (front, back) = (number / 1_000_000, number % 1_000_000);
                match roll.below(3) {
                    0 => write!(out, "+{country} {front} {back:06}"),
                    1 => write!(out, "00{country}{number}"),
                    _ => write!(out, "+{country}-{front}-{back:06}"),
                }
            }
        };
        done.expect("memory takes all bytes");
    }

    /// The number in the form of E.164.
    pub fn clean(self, out: &mut Vec<u8>) {
        if let Phone::Known { country, number } = self {
            write!(out, "+{country}{number}").expect("memory takes all bytes");
        }
    }
}
