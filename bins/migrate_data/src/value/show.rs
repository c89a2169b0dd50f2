//! Values as text that PostgreSQL reads, with times in UTC.

use super::Value;

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
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::civil_from_days;
    use crate::clean::Civil;

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
    }
}
