//! Prices, and how the shop's people wrote them.

use std::io::Write;

use super::dice::Roll;

const NONSENSE: [(&str, &str); 6] = [
    ("N/A", "number"),
    ("call us", "number"),
    ("free", "number"),
    ("12.345", "scale"),
    ("$$$", "number"),
    ("99999999999999.00", "range"),
];

/// A price in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(pub u32);

impl Price {
    pub fn roll(roll: &mut Roll) -> Price {
        let whole = match roll.below(10) {
            0..=5 => 1 + roll.below(99),
            6..=8 => 1 + roll.below(999),
            _ => 1_000 + roll.below(8_999),
        };
        let hundredths = match roll.below(4) {
            0 => 0,
            1 => 50,
            2 => 99,
            _ => roll.below(100),
        };
        Price(whole * 100 + hundredths)
    }

    /// Writes the price as one of the clerks would.
    pub fn write(self, roll: &mut Roll, out: &mut Vec<u8>) {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        let style = roll.below(9);
        let done = match style {
            0 | 1 => write!(out, "{whole}.{rest:02}"),
            2 => write!(out, "${}.{rest:02}", Grouped(whole, ',')),
            3 => write!(out, "{whole},{rest:02} EUR"),
            4 => write!(out, "{},{rest:02} €", Grouped(whole, '.')),
            5 => write!(out, "USD {whole}.{rest:02}"),
            6 => write!(out, "{}.{rest:02}", Grouped(whole, ',')),
            _ if rest == 0 => write!(out, "{}", Grouped(whole, ',')),
            _ if rest.is_multiple_of(10) => write!(out, "{whole}.{}", rest / 10),
            _ => write!(out, "€{whole},{rest:02}"),
        };
        done.expect("memory takes all bytes");
    }

    /// PostgreSQL's binary numeric with two decimals: digits to the base 10,000.
    pub fn numeric(self, out: &mut Vec<u8>) {
        let whole = self.0 / 100;
        let groups =
            [(whole / 10_000) as i16, (whole % 10_000) as i16, (self.0 % 100 * 100) as i16];
        let first = groups.iter().position(|group| *group != 0).unwrap_or(groups.len());
        let last = groups.iter().rposition(|group| *group != 0).map_or(first, |last| last + 1);
        let digits = &groups[first..last];
        let weight = if digits.is_empty() { 0 } else { 1 - first as i16 };
        for word in [digits.len() as i16, weight, 0, 2] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        for digit in digits {
            out.extend_from_slice(&digit.to_be_bytes());
        }
    }
}

/// What is no price, and the rule it breaks.
pub fn nonsense(roll: &mut Roll) -> (&'static str, &'static str) {
    roll.pick(&NONSENSE)
}

/// A number below a million with a separator between thousands.
struct Grouped(u32, char);

impl std::fmt::Display for Grouped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 / 1_000 {
            0 => write!(f, "{}", self.0),
            thousands => write!(f, "{thousands}{}{:03}", self.1, self.0 % 1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Grouped, Price};

    #[test]
    fn thousands_are_separated() {
        assert_eq!(Grouped(7, ',').to_string(), "7");
        assert_eq!(Grouped(1_005, '.').to_string(), "1.005");
    }

    /// The expected bytes are those that `COPY (SELECT 10001.50::numeric(12,2)) TO … (FORMAT
    /// binary)` gives.
    #[test]
    fn a_price_is_a_binary_numeric() {
        #[track_caller]
        fn case(price: u32, words: &[i16]) {
            let mut out = Vec::new();
            Price(price).numeric(&mut out);
            let expected: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            assert_eq!(out, expected, "{price}");
        }
        case(1_000_150, &[3, 1, 0, 2, 1, 1, 5_000]);
        case(1_200, &[1, 0, 0, 2, 12]);
        case(99, &[1, -1, 0, 2, 9_900]);
        case(2_000_000, &[1, 1, 0, 2, 2]);
        case(0, &[0, 0, 0, 2]);
    }
}
