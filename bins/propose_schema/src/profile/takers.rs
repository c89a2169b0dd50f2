//! What of a column each cleaner and each conversion of a mapping would take.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use migrate_data::clean::{Cleaner, Decimal, Format, NullWords, clean};
use migrate_data::value::{Converter, Kind};

/// Words that stand for no value in some old database or other.
pub const NULL_WORDS: [&str; 12] =
    ["", "n/a", "na", "null", "none", "nil", "-", "--", "?", "unknown", "\\n", "tbd"];

/// Formats that people write dates in; the order settles what takes equally many.
const FORMATS: [&str; 28] = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%b %d, %Y",
    "%d %b %Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%z",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%b %d, %Y %I:%M %p",
    "%m/%d/%Y %I:%M %p",
];

/// One way to read a text, as a mapping would write it.
struct Taker {
    name: String,
    clean: Vec<Cleaner>,
    converter: Converter,
    is_date: bool,
}

/// All ways that are tried on each value; a value's takers are bits of a number.
pub struct Takers {
    takers: Vec<Taker>,
    null_words: Cleaner,
}

impl Default for Takers {
    fn default() -> Takers {
        let taker = |name: &str, clean: Vec<Cleaner>, kind| Taker {
            name: name.to_owned(),
            clean,
            converter: Converter::new(kind, Vec::new(), Decimal::Auto, TimeZone::UTC),
            is_date: false,
        };
        let mut takers = vec![
            taker("boolean", Vec::new(), Kind::Boolean),
            taker("integer", Vec::new(), Kind::Integer(8)),
            taker("number", Vec::new(), Kind::Numeric(None)),
            taker("money", vec![Cleaner::Money], Kind::Numeric(None)),
            taker("email", vec![Cleaner::Email], Kind::Text(None)),
            taker("phone", vec![Cleaner::Phone("1".to_owned())], Kind::Text(None)),
            taker("uuid", Vec::new(), Kind::Uuid),
        ];
        takers.extend(FORMATS.iter().filter_map(|text| {
            let format = Format::new(text).ok()?;
            let converter =
                Converter::new(Kind::Timestamp, vec![format], Decimal::Auto, TimeZone::UTC);
            Some(Taker { name: (*text).to_owned(), clean: Vec::new(), converter, is_date: true })
        }));
        let words = NULL_WORDS.iter().map(|&word| word.to_owned()).collect();
        Takers { takers, null_words: Cleaner::NullWords(NullWords::new(words)) }
    }
}

impl Takers {
    pub fn is_null_word(&self, text: &str) -> bool {
        matches!(self.null_words.apply(Cow::Borrowed(text)), Ok(None))
    }

    /// A bit for each that takes the text and makes a value of it.
    pub fn taking(&self, text: &str) -> u64 {
        let datelike = text.len() <= 60 && text.bytes().filter(u8::is_ascii_digit).count() >= 4;
        let mut bits = 0;
        for (index, taker) in self.takers.iter().enumerate() {
            if taker.is_date && !datelike {
                continue;
            }
            let cleaned = clean(&taker.clean, Some(text));
            if let Ok(Some(cleaned)) = cleaned
                && taker.converter.convert(cleaned).is_ok_and(|value| !value.is_null())
            {
                bits |= 1 << index;
            }
        }
        bits
    }

    /// Names of those that are no date formats.
    pub fn names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.of(false)
    }

    pub fn formats(&self) -> impl Iterator<Item = (usize, &str)> {
        self.of(true)
    }

    fn of(&self, date: bool) -> impl Iterator<Item = (usize, &str)> {
        let takers = self.takers.iter().enumerate();
        takers
            .filter(move |(_, taker)| taker.is_date == date)
            .map(|(index, taker)| (index, taker.name.as_str()))
    }
}

/// The same format with day and month the other way round, where that makes another format.
pub fn rival(format: &str) -> Option<String> {
    for separator in ['/', '-', '.'] {
        let (day_first, month_first) = (format!("%d{separator}%m"), format!("%m{separator}%d"));
        if format.starts_with(&day_first) {
            return Some(format.replacen(&day_first, &month_first, 1));
        }
        if format.starts_with(&month_first) {
            return Some(format.replacen(&month_first, &day_first, 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Takers, rival};

    #[test]
    fn a_value_is_taken_by_what_a_mapping_would_take_it_by() {
        let takers = Takers::default();
        let case = |text: &str, expected: &[&str]| {
            let bits = takers.taking(text);
            let all = takers.names().chain(takers.formats());
            let taking: Vec<_> =
                all.filter(|(index, _)| bits & (1 << index) != 0).map(|(_, name)| name).collect();
            assert_eq!(taking, expected, "{text}");
        };
        case("12", &["integer", "number", "money"]);
        case("$12.50", &["money"]);
        case("ana@x.com", &["email"]);
        case("Y", &["boolean"]);
        case("31/12/2021", &["phone", "%d/%m/%Y"]);
        case("01/12/2021", &["phone", "%d/%m/%Y", "%m/%d/%Y"]);
        case("soon", &[]);
        assert!(takers.is_null_word(" N/A") && !takers.is_null_word("no"));
    }

    #[test]
    fn day_and_month_may_change_places() {
        assert_eq!(rival("%d/%m/%Y").as_deref(), Some("%m/%d/%Y"));
        assert_eq!(rival("%m/%d/%Y %H:%M").as_deref(), Some("%d/%m/%Y %H:%M"));
        assert_eq!(rival("%Y-%m-%d"), None);
    }
}
