//! Numbers as people write them: either separator, groups of three, currencies, accountants'
//! parentheses.

use std::borrow::Cow;

use super::Rule;
use super::text::slice;

/// Which character separates the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    /// Where both occur, the last one; a single comma before exactly three digits groups
    /// thousands; a single dot separates decimals.
    #[default]
    Auto,
    Point,
    Comma,
}

/// `mantissa × 10^-scale`, without trailing zeros in the mantissa's decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    pub mantissa: i128,
    pub scale: u32,
}

/// More digits than this do not fit the mantissa with room for base-10000 alignment.
const MAX_DIGITS: usize = 34;

const CURRENCIES: [&str; 9] = ["$", "€", "£", "¥", "USD", "EUR", "GBP", "CHF", "JPY"];

/// Drops one currency sign or code, turns `(12.00)` and `12.00-` into `-12.00`.
pub fn money(text: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = slice(text, str::trim);
    let plain = trimmed.as_bytes().iter().all(|byte| byte.is_ascii_digit() || b".,".contains(byte));
    if plain {
        return trimmed;
    }
    let (mut negative, mut rest) = (false, trimmed.as_ref());
    let mut currency_seen = false;
    loop {
        let before = rest;
        rest = rest.trim();
        let unsigned = rest
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| rest.strip_suffix('-'))
            .or_else(|| rest.strip_prefix('-'));
        if let (false, Some(unsigned)) = (negative, unsigned) {
            (negative, rest) = (true, unsigned);
        } else if !currency_seen {
            let bare = CURRENCIES.iter().find_map(|currency| {
                strip_prefix_ignoring_case(rest, currency)
                    .or_else(|| strip_suffix_ignoring_case(rest, currency))
            });
            if let Some(bare) = bare {
                (currency_seen, rest) = (true, bare);
            }
        }
        if rest == before {
            break;
        }
    }
    Cow::Owned(if negative { format!("-{rest}") } else { rest.to_owned() })
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(suffix.len())?;
    let end = text.get(at..)?;
    end.eq_ignore_ascii_case(suffix).then(|| &text[..at])
}

impl Number {
    /// # Errors
    /// [`Rule::Number`] where the text is none or its groups are not of three digits;
    /// [`Rule::Range`] where it has more than 34 digits.
    pub fn parse(text: &str, decimal: Decimal) -> Result<Number, Rule> {
        let text = text.trim();
        let (negative, body) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(body) => (true, body.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (body, exponent) = match body.split_once(['e', 'E']) {
            Some((body, exponent)) => (body, parse_exponent(exponent)?),
            None => (body, 0),
        };
        let (whole, fraction) = separate(body, decimal)?;
        if whole.is_empty() && fraction.is_empty() {
            return Err(Rule::Number);
        }
        Number::build(negative, whole, fraction, exponent)
    }

    fn build(negative: bool, whole: &str, fraction: &str, exponent: i32) -> Result<Number, Rule> {
        let mut mantissa: i128 = 0;
        let mut digits = 0;
        let mut scale: i32 = -exponent;
        for byte in whole.bytes().filter(u8::is_ascii_digit) {
            push_digit(&mut mantissa, &mut digits, byte)?;
        }
        let fraction = fraction.trim_end_matches('0');
        for byte in fraction.bytes() {
            if !byte.is_ascii_digit() {
                return Err(Rule::Number);
            }
            push_digit(&mut mantissa, &mut digits, byte)?;
            scale += 1;
        }
        while scale > 0 && mantissa % 10 == 0 && mantissa != 0 {
            mantissa /= 10;
            scale -= 1;
        }
        while scale < 0 && mantissa != 0 {
            push_digit(&mut mantissa, &mut digits, b'0')?;
            scale += 1;
        }
        let scale = if mantissa == 0 {
            0
        } else {
            u32::try_from(scale).map_err(|_negative| Rule::Range)?
        };
        if scale > 16_383 {
            return Err(Rule::Range);
        }
        Ok(Number { mantissa: if negative { -mantissa } else { mantissa }, scale })
    }

    /// # Errors
    /// [`Rule::Integer`] where it has decimals, [`Rule::Range`] where it is outside `i64`.
    pub fn to_integer(self) -> Result<i64, Rule> {
        if self.scale > 0 {
            return Err(Rule::Integer);
        }
        i64::try_from(self.mantissa).map_err(|_too_large| Rule::Range)
    }

    /// Whether it fits `numeric(precision, scale)` without rounding.
    ///
    /// # Errors
    /// [`Rule::Scale`] or [`Rule::Range`].
    pub fn fits(self, precision: u32, scale: u32) -> Result<(), Rule> {
        if self.scale > scale {
            return Err(Rule::Scale);
        }
        let whole = self.mantissa.unsigned_abs() / 10_u128.pow(self.scale.min(38));
        let whole_digits = precision.saturating_sub(scale).min(38);
        if whole >= 10_u128.pow(whole_digits) { Err(Rule::Range) } else { Ok(()) }
    }
}

impl std::fmt::Display for Number {
    /// `-12.5`, never in exponent form.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = self.scale as usize;
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

fn push_digit(mantissa: &mut i128, digits: &mut usize, byte: u8) -> Result<(), Rule> {
    if *mantissa != 0 || byte != b'0' {
        *digits += 1;
    }
    if *digits > MAX_DIGITS {
        return Err(Rule::Range);
    }
    *mantissa = *mantissa * 10 + i128::from(byte - b'0');
    Ok(())
}

fn parse_exponent(text: &str) -> Result<i32, Rule> {
    match text.parse::<i32>() {
        Ok(exponent) if exponent.abs() <= 1000 => Ok(exponent),
        Ok(_) => Err(Rule::Range),
        Err(_) => Err(Rule::Number),
    }
}

/// Whole part, groups checked, and decimals.
fn separate(body: &str, decimal: Decimal) -> Result<(&str, &str), Rule> {
    if body.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok((body, ""));
    }
    let separator = match decimal {
        Decimal::Point => Some('.'),
        Decimal::Comma => Some(','),
        Decimal::Auto => guess_separator(body),
    };
    let (whole, fraction) = match separator.and_then(|separator| body.rsplit_once(separator)) {
        Some(parts) => parts,
        None => (body, ""),
    };
    check_groups(whole, separator)?;
    Ok((whole, fraction))
}

/// The decimal separator of a number in which none was agreed on.
fn guess_separator(body: &str) -> Option<char> {
    let (last_dot, last_comma) = (body.rfind('.'), body.rfind(','));
    match (last_dot, last_comma) {
        (Some(dot), Some(comma)) => Some(if dot > comma { '.' } else { ',' }),
        (Some(_), None) if body.matches('.').count() == 1 => Some('.'),
        (None, Some(comma)) if body.matches(',').count() == 1 => {
            let (before, after) = (&body[..comma], &body[comma + 1..]);
            let groups =
                after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
            (!groups).then_some(',')
        }
        _ => None,
    }
}

/// Groups of three behind the first, all with the same separator, which is not the decimal one.
fn check_groups(whole: &str, decimal: Option<char>) -> Result<(), Rule> {
    let mut separator = None;
    let mut in_group = 0;
    for character in whole.chars() {
        if character.is_ascii_digit() {
            in_group += 1;
            continue;
        }
        let known = matches!(character, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}');
        let first = separator.is_none();
        if !known
            || Some(character) == decimal
            || separator.is_some_and(|separator| separator != character)
            || (first && !(1..=3).contains(&in_group))
            || (!first && in_group != 3)
        {
            return Err(Rule::Number);
        }
        separator = Some(character);
        in_group = 0;
    }
    if separator.is_some() && in_group != 3 { Err(Rule::Number) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Decimal, Number, Rule, money};

    #[track_caller]
    fn case(text: &str, expected: Result<&str, Rule>) {
        let cleaned = money(Cow::Borrowed(text));
        let number = Number::parse(&cleaned, Decimal::Auto).map(|number| number.to_string());
        assert_eq!(number.as_deref(), expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn prices_are_read_in_every_dress() {
        case("$1,234.50", Ok("1234.5"));
        case("1.234,50 €", Ok("1234.5"));
        case("12,50 EUR", Ok("12.5"));
        case("eur 12.50", Ok("12.5"));
        case("(12.00)", Ok("-12"));
        case("12.00-", Ok("-12"));
        case("-$5", Ok("-5"));
        case("1,234", Ok("1234"));
        case("0,500", Ok("0.5"));
        case("1,2345", Ok("1.2345"));
        case("1.234", Ok("1.234"));
        case("1.234.567", Ok("1234567"));
        case("1 234 567,8", Ok("1234567.8"));
        case("1'234.50", Ok("1234.5"));
        case("1e-20", Ok("0.00000000000000000001"));
        case("1.5e3", Ok("1500"));
        case("0.000", Ok("0"));
        case(".5", Ok("0.5"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "N/A", "twelve", "1,23,456", "12,34.5", "1.2.3", "$", "1..2", "12a", "NaN", "１２",
            "--",
        ] {
            case(text, Err(Rule::Number));
        }
        case(&"9".repeat(40), Err(Rule::Range));
        case("1e400", Err(Rule::Range));
    }

    #[test]
    fn an_agreed_separator_is_never_guessed() {
        assert_eq!(
            Number::parse("1,234", Decimal::Comma).map(|n| n.to_string()),
            Ok("1.234".to_owned())
        );
        assert_eq!(
            Number::parse("1,234", Decimal::Point).map(|n| n.to_string()),
            Ok("1234".to_owned())
        );
        assert_eq!(
            Number::parse("1.234", Decimal::Comma).map(|n| n.to_string()),
            Ok("1234".to_owned())
        );
    }

    #[test]
    fn what_would_be_rounded_does_not_fit() {
        let number = |text| Number::parse(text, Decimal::Auto).expect(text);
        assert_eq!(number("12.345").fits(12, 2), Err(Rule::Scale));
        assert_eq!(number("12345.6").fits(6, 2), Err(Rule::Range));
        assert_eq!(number("9999.99").fits(6, 2), Ok(()));
        assert_eq!(number("12.5").to_integer(), Err(Rule::Integer));
        assert_eq!(number("13995.0").to_integer(), Ok(13995));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(mantissa in -10_i128.pow(30)..10_i128.pow(30), scale in 0_u32..30) {
            let text = Number { mantissa, scale }.to_string();
            let read = Number::parse(&text, Decimal::Point).expect("a printed number");
            let common = 10_i128.pow(scale - read.scale);
            prop_assert_eq!(read.mantissa * common, mantissa);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Number::parse(&money(Cow::Borrowed(&text)), Decimal::Auto);
        }
    }
}
