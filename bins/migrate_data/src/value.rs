//! Typed values of the new database: from cleaned text, to PostgreSQL's binary form.
//!
//! Source of the binary forms: the `*_recv` functions of PostgreSQL's src/backend/utils/adt.

use std::borrow::Cow;
use std::sync::Arc;

use common::copy::Encoder;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::clean::{Civil, Decimal, Format, Number, Rule};

/// A column's type, as far as values are checked and encoded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With the most characters it holds, where it has a limit.
    Text(Option<u32>),
    Boolean,
    /// 2, 4 or 8 bytes.
    Integer(u8),
    /// 4 or 8 bytes.
    Float(u8),
    /// With precision and scale, where it has them.
    Numeric(Option<(u32, u32)>),
    Date,
    Timestamp,
    TimestampTz,
    Uuid,
    Json,
    Jsonb,
    /// With its labels.
    Enum(Arc<Vec<String>>),
    /// Whatever PostgreSQL reads from text; such a table is loaded in COPY's text format.
    Other,
}

/// A value, or what will be one once a lookup is resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Number(Number),
    /// Days since 2000-01-01.
    Date(i32),
    /// Microseconds since 2000-01-01 00:00:00, of UTC or of no place.
    Timestamp(i64),
    Uuid(u128),
}

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
            Kind::Text(limit) => {
                if limit.is_some_and(|limit| exceeds(&text, limit)) {
                    return Err(Rule::TooLong);
                }
                return Ok(Value::Text(text));
            }
            _ if text.trim().is_empty() => return Ok(Value::Null),
            _ => {}
        }
        match &self.kind {
            Kind::Text(_) | Kind::Json | Kind::Jsonb | Kind::Other => Ok(Value::Text(text)),
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

impl Value<'_> {
    /// Appends the value as one field of a binary COPY.
    pub fn encode(&self, kind: &Kind, row: &mut Encoder) {
        match self {
            Value::Null => row.null(),
            Value::Text(text) if *kind == Kind::Jsonb => row.field(|buffer| {
                buffer.push(1); // the version of jsonb's binary form
                buffer.extend_from_slice(text.as_bytes());
            }),
            Value::Text(text) => row.bytes(text.as_bytes()),
            Value::Boolean(value) => row.bytes(&[u8::from(*value)]),
            Value::Integer(value) => {
                // The width was checked when the value was made.
                let bytes = value.to_be_bytes();
                match kind {
                    Kind::Integer(2) => row.bytes(&bytes[6..]),
                    Kind::Integer(4) => row.bytes(&bytes[4..]),
                    _ => row.bytes(&bytes),
                }
            }
            Value::Float(value) if *kind == Kind::Float(4) => {
                #[expect(clippy::cast_possible_truncation, reason = "the column is real")]
                row.bytes(&(*value as f32).to_be_bytes());
            }
            Value::Float(value) => row.bytes(&value.to_be_bytes()),
            Value::Number(number) => row.field(|buffer| encode_number(*number, buffer)),
            Value::Date(days) => row.bytes(&days.to_be_bytes()),
            Value::Timestamp(microseconds) => row.bytes(&microseconds.to_be_bytes()),
            Value::Uuid(value) => row.bytes(&value.to_be_bytes()),
        }
    }

    /// Appends what two equal values share, to be hashed; values of one column only are compared.
    pub fn fingerprint(&self, ignore_case: bool, buffer: &mut Vec<u8>) {
        match self {
            Value::Null => buffer.push(0),
            Value::Text(text) => {
                buffer.push(1);
                if ignore_case {
                    buffer.extend_from_slice(text.to_lowercase().as_bytes());
                } else {
                    buffer.extend_from_slice(text.as_bytes());
                }
                buffer.push(0);
            }
            Value::Boolean(value) => buffer.extend_from_slice(&[2, u8::from(*value)]),
            Value::Integer(value) | Value::Timestamp(value) => {
                buffer.push(3);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
            Value::Float(value) => {
                buffer.push(4);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
            Value::Number(number) => {
                buffer.push(5);
                buffer.extend_from_slice(&number.mantissa.to_be_bytes());
                buffer.extend_from_slice(&number.scale.to_be_bytes());
            }
            Value::Date(days) => {
                buffer.push(6);
                buffer.extend_from_slice(&days.to_be_bytes());
            }
            Value::Uuid(value) => {
                buffer.push(7);
                buffer.extend_from_slice(&value.to_be_bytes());
            }
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The same value, free of the row it came from.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Null => Value::Null,
            Value::Boolean(value) => Value::Boolean(value),
            Value::Integer(value) => Value::Integer(value),
            Value::Float(value) => Value::Float(value),
            Value::Number(value) => Value::Number(value),
            Value::Date(value) => Value::Date(value),
            Value::Timestamp(value) => Value::Timestamp(value),
            Value::Uuid(value) => Value::Uuid(value),
        }
    }
}

/// As PostgreSQL's `numeric_recv` reads it: base-10000 digits, most significant first.
fn encode_number(number: Number, buffer: &mut Vec<u8>) {
    let scale = number.scale;
    let padding = (4 - scale % 4) % 4;
    let mut rest = number.mantissa.unsigned_abs() * 10_u128.pow(padding);
    let mut digits: Vec<i16> = Vec::with_capacity(12);
    while rest > 0 {
        digits.push(i16::try_from(rest % 10_000).expect("below 10000"));
        rest /= 10_000;
    }
    let fraction_digits = i16::try_from((scale + padding) / 4).expect("the scale is below 16384");
    let count = i16::try_from(digits.len()).expect("at most ten digits");
    let weight = if digits.is_empty() { 0 } else { count - fraction_digits - 1 };
    let trailing = digits.iter().take_while(|&&digit| digit == 0).count();
    let kept = &digits[trailing..];
    let header = [
        i16::try_from(kept.len()).expect("at most ten digits"),
        weight,
        if number.mantissa < 0 { 0x4000 } else { 0 },
        i16::try_from(scale).expect("the scale is below 16384"),
    ];
    for part in header.iter().chain(kept.iter().rev()) {
        buffer.extend_from_slice(&part.to_be_bytes());
    }
}

impl std::fmt::Display for Value<'_> {
    /// The value as PostgreSQL reads it from text, with times in UTC.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => Ok(()),
            Value::Text(text) => f.write_str(text),
            Value::Boolean(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Float(value) if value.is_infinite() => {
                f.write_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Value::Float(value) => write!(f, "{value}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Date(days) => {
                let (year, month, day) = civil_from_days(i64::from(*days));
                write!(f, "{year:04}-{month:02}-{day:02}")
            }
            Value::Timestamp(microseconds) => {
                let days = microseconds.div_euclid(86_400_000_000);
                let within = microseconds.rem_euclid(86_400_000_000);
                let (year, month, day) = civil_from_days(days);
                let seconds = within / 1_000_000;
                write!(
                    f,
                    "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}.{:06}+00",
                    seconds / 3600,
                    seconds / 60 % 60,
                    seconds % 60,
                    within % 1_000_000
                )
            }
            Value::Uuid(value) => {
                let digits = format!("{value:032x}");
                write!(
                    f,
                    "{}-{}-{}-{}-{}",
                    &digits[..8],
                    &digits[8..12],
                    &digits[12..16],
                    &digits[16..20],
                    &digits[20..]
                )
            }
        }
    }
}

/// The inverse of [`Civil::days`]; Howard Hinnant, `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 730_425;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use jiff::tz::TimeZone;
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{Converter, Kind, Rule, Value, civil_from_days, encode_number};
    use crate::clean::{Civil, Decimal, Format, Number};

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

    #[test]
    fn numbers_are_encoded_as_postgresql_does() {
        #[track_caller]
        fn case(mantissa: i128, scale: u32, expected: &[i16]) {
            let mut buffer = Vec::new();
            encode_number(Number { mantissa, scale }, &mut buffer);
            let words: Vec<i16> =
                buffer.chunks(2).map(|word| i16::from_be_bytes([word[0], word[1]])).collect();
            assert_eq!(words, expected);
        }
        case(0, 0, &[0, 0, 0, 0]);
        case(12345, 1, &[2, 0, 0, 1, 1234, 5000]);
        case(-5, 3, &[1, -1, 0x4000, 3, 50]);
        case(100_000_000, 0, &[1, 2, 0, 0, 1]);
    }

    proptest! {
        #[test]
        fn days_and_dates_are_inverses(days in -700_000_i32..2_900_000) {
            let (year, month, day) = civil_from_days(i64::from(days));
            let civil = Civil {
                year: i16::try_from(year).expect("four digits"),
                month: i8::try_from(month).expect("1 to 12"),
                day: i8::try_from(day).expect("1 to 31"),
                ..Civil::default()
            };
            prop_assert_eq!(civil.days(), days);
        }

        #[test]
        fn a_value_owned_is_the_same_value(text in "\\PC{0,20}") {
            let value = Value::Text(Cow::Borrowed(&text));
            prop_assert_eq!(value.clone().into_owned(), value);
        }
    }
}
