//! Cleaned text → value, or the rule that it breaks.

use std::borrow::Cow;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Kind, Value};
use crate::clean::{Civil, Decimal, Format, Number, Rule};

/// How text becomes a value of one kind.
#[derive(Debug)]
pub struct Converter {
    pub kind: Kind,
    pub formats: Vec<Format>,
    pub decimal: Decimal,
    pub time_zone: TimeZone,
}

/// Formats in which PostgreSQL itself writes, for columns that had a proper type before.
const ISO_FORMATS: [&str; 6] = [
    "%Y-%m-%d %H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
];

impl Converter {
    /// Fills in the formats of a date column for which none are given.
    pub fn new(
        kind: Kind,
        mut formats: Vec<Format>,
        decimal: Decimal,
        time_zone: TimeZone,
    ) -> Converter {
        if formats.is_empty() {
            let texts: &[&str] = match kind {
                Kind::Date => &["%Y-%m-%d"],
                Kind::Timestamp | Kind::TimestampTz => &ISO_FORMATS,
                _ => &[],
            };
            formats = texts.iter().filter_map(|text| Format::new(text).ok()).collect();
        }
        Converter { kind, formats, decimal, time_zone }
    }

    /// The value of a cleaned text; an empty text is NULL for every type but text.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn convert<'a>(&self, text: Cow<'a, str>) -> Result<Value<'a>, Rule> {
        match &self.kind {
            Kind::Text(limit) | Kind::Character(limit) => {
                if limit.is_some_and(|limit| exceeds(&text, limit)) {
                    return Err(Rule::TooLong);
                }
                return Ok(Value::Text(text));
            }
            _ if text.trim().is_empty() => return Ok(Value::Null),
            _ => {}
        }
        match &self.kind {
            Kind::Text(_) | Kind::Character(_) | Kind::Json | Kind::Jsonb | Kind::Other => {
                Ok(Value::Text(text))
            }
            Kind::Enum(labels) => {
                let known = labels.iter().any(|label| *label == text);
                if known { Ok(Value::Text(text)) } else { Err(Rule::Enum) }
            }
            Kind::Boolean => boolean(&text).map(Value::Boolean),
            Kind::Integer(bytes) => self.integer(&text, *bytes).map(Value::Integer),
            Kind::Float(_) => self.float(&text).map(Value::Float),
            Kind::Numeric(limits) => {
                let number = Number::parse(&text, self.decimal)?;
                if let Some((precision, scale)) = limits {
                    number.fits(*precision, *scale)?;
                }
                Ok(Value::Number(number))
            }
            Kind::Date => self.civil(&text).map(|civil| Value::Date(civil.days())),
            Kind::Timestamp => {
                self.civil(&text).map(|civil| Value::Timestamp(civil.microseconds()))
            }
            Kind::TimestampTz => {
                let civil = self.civil(&text)?;
                in_utc(&civil, &self.time_zone).map(Value::Timestamp)
            }
            Kind::Uuid => uuid(&text).map(Value::Uuid),
        }
    }

    fn integer(&self, text: &str, bytes: u8) -> Result<i64, Rule> {
        let text = text.trim();
        // The common case, digits alone, without the general parser.
        let number = match text.parse::<i64>() {
            Ok(number) if text.as_bytes()[0] != b'+' => number,
            _ => Number::parse(text, self.decimal)
                .map_err(|rule| if rule == Rule::Number { Rule::Integer } else { rule })?
                .to_integer()?,
        };
        let fits = match bytes {
            2 => i16::try_from(number).is_ok(),
            4 => i32::try_from(number).is_ok(),
            _ => true,
        };
        if fits { Ok(number) } else { Err(Rule::Range) }
    }

    /// `NaN` and the infinities only as PostgreSQL writes them, since a float column may hold them.
    fn float(&self, text: &str) -> Result<f64, Rule> {
        match text.trim() {
            "NaN" => return Ok(f64::NAN),
            "Infinity" => return Ok(f64::INFINITY),
            "-Infinity" => return Ok(f64::NEG_INFINITY),
            _ => {}
        }
        let exact = text.trim().parse::<f64>().ok().filter(|_| {
            text.bytes().all(|byte| byte.is_ascii_digit() || b" +-.eE".contains(&byte))
        });
        let number = match exact {
            Some(number) => number,
            None => Number::parse(text, self.decimal)?
                .to_string()
                .parse()
                .map_err(|_never: std::num::ParseFloatError| Rule::Number)?,
        };
        if number.is_finite() { Ok(number) } else { Err(Rule::Range) }
    }

    fn civil(&self, text: &str) -> Result<Civil, Rule> {
        self.formats.iter().find_map(|format| format.parse(text).ok()).ok_or(Rule::Date)
    }
}

/// Whether the text has more than `limit` characters.
fn exceeds(text: &str, limit: u32) -> bool {
    let limit = limit as usize;
    text.len() > limit && text.chars().count() > limit
}

fn boolean(text: &str) -> Result<bool, Rule> {
    let text = text.trim();
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(&["y", "yes", "t", "true", "1", "on"]) {
        Ok(true)
    } else if is_one_of(&["n", "no", "f", "false", "0", "off"]) {
        Ok(false)
    } else {
        Err(Rule::Boolean)
    }
}

fn uuid(text: &str) -> Result<u128, Rule> {
    let text = text.trim().trim_start_matches('{').trim_end_matches('}');
    let digits: String = text.chars().filter(|&character| character != '-').collect();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Rule::Uuid);
    }
    u128::from_str_radix(&digits, 16).map_err(|_too_long| Rule::Uuid)
}

/// The instant of a civil time: by its own offset, else by the time zone. A time that the clocks
/// skipped does not exist; of one that they ran through twice the first is taken.
fn in_utc(civil: &Civil, time_zone: &TimeZone) -> Result<i64, Rule> {
    let local = civil.microseconds();
    let offset = match civil.offset {
        Some(offset) => offset,
        None if *time_zone == TimeZone::UTC => 0,
        None => {
            let nanoseconds = civil.microsecond * 1000;
            let datetime = civil::DateTime::new(
                civil.year,
                civil.month,
                civil.day,
                civil.hour,
                civil.minute,
                civil.second,
                nanoseconds,
            )
            .map_err(|_out_of_range| Rule::Date)?;
            match time_zone.to_ambiguous_timestamp(datetime).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
                AmbiguousOffset::Fold { before, .. } => before.seconds(),
                AmbiguousOffset::Gap { .. } => return Err(Rule::Date),
            }
        }
    };
    Ok(local - i64::from(offset) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use jiff::tz::TimeZone;

    use super::{Converter, Kind, Rule};
    use crate::clean::{Decimal, Format};

    #[track_caller]
    fn case(kind: &Kind, text: &str, expected: Result<&str, Rule>) {
        let zone = TimeZone::get("Europe/London").expect("bundled");
        let formats = if matches!(kind, Kind::TimestampTz) {
            vec![Format::new("%Y-%m-%d %H:%M:%S").expect("known")]
        } else {
            Vec::new()
        };
        let converter = Converter::new(kind.clone(), formats, Decimal::Auto, zone);
        let value = converter.convert(Cow::Borrowed(text)).map(|value| value.to_string());
        assert_eq!(value.as_deref(), expected.as_ref().copied(), "{kind:?} {text}");
    }

    #[test]
    fn text_becomes_a_value_or_names_its_rule() {
        case(&Kind::Boolean, " Yes ", Ok("true"));
        case(&Kind::Boolean, "perhaps", Err(Rule::Boolean));
        case(&Kind::Boolean, " ", Ok(""));
        case(&Kind::Integer(4), "13995.0", Ok("13995"));
        case(&Kind::Integer(4), "1,234", Ok("1234"));
        case(&Kind::Integer(4), "1.5", Err(Rule::Integer));
        case(&Kind::Integer(4), "three", Err(Rule::Integer));
        case(&Kind::Integer(2), "40000", Err(Rule::Range));
        case(&Kind::Numeric(Some((12, 2))), "1,234.50", Ok("1234.5"));
        case(&Kind::Numeric(Some((12, 2))), "0.005", Err(Rule::Scale));
        case(&Kind::Float(8), "1e-20", Ok("0.00000000000000000001"));
        case(&Kind::Float(8), "NaN", Ok("NaN"));
        case(&Kind::Text(Some(3)), "äöü", Ok("äöü"));
        case(&Kind::Text(Some(3)), "äöüx", Err(Rule::TooLong));
        case(&Kind::Date, "2021-02-28", Ok("2021-02-28"));
        case(
            &Kind::Uuid,
            "{A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            Ok("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        );
        case(&Kind::Uuid, "a0eebc99", Err(Rule::Uuid));
    }

    #[test]
    fn local_times_are_placed_in_the_world() {
        case(&Kind::TimestampTz, "2011-07-21 08:44:00", Ok("2011-07-21 07:44:00.000000+00"));
        case(&Kind::TimestampTz, "2011-01-21 08:44:00", Ok("2011-01-21 08:44:00.000000+00"));
        // Skipped by the clocks on 2011-03-27; run through twice on 2011-10-30.
        case(&Kind::TimestampTz, "2011-03-27 01:30:00", Err(Rule::Date));
        case(&Kind::TimestampTz, "2011-10-30 01:30:00", Ok("2011-10-30 00:30:00.000000+00"));
    }
}
