//! Dates and times by explicit formats. Nothing is guessed: 03/04/05 means what the formats say.

use super::Rule;

/// One format, such as `%d/%m/%Y`, compiled.
#[derive(Clone, Debug)]
pub struct Format {
    text: String,
    items: Vec<Item>,
}

#[derive(Clone, Debug)]
enum Item {
    /// These bytes; a blank stands for any run of blanks.
    Literal(u8),
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Hour12,
    Meridiem,
    Minute,
    Second,
    /// Digits of a second; with a flag, an optional dot and digits.
    Fraction {
        dotted: bool,
    },
    Offset,
}

/// A date and time as written, not yet at a place in the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Civil {
    pub year: i16,
    pub month: i8,
    pub day: i8,
    pub hour: i8,
    pub minute: i8,
    pub second: i8,
    pub microsecond: i32,
    /// Seconds east of UTC, where the text says them.
    pub offset: Option<i32>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl Format {
    /// # Errors
    /// The directive that is not known.
    pub fn new(text: &str) -> Result<Format, String> {
        let mut items = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                if !(byte == b' ' && matches!(items.last(), Some(Item::Literal(b' ')))) {
                    items.push(Item::Literal(byte));
                }
                continue;
            }
            let directive = bytes.next();
            match directive {
                Some(b'Y') => items.push(Item::Year),
                Some(b'y') => items.push(Item::ShortYear),
                Some(b'm') => items.push(Item::Month),
                Some(b'b' | b'B' | b'h') => items.push(Item::MonthName),
                Some(b'd' | b'e') => items.push(Item::Day),
                Some(b'H') => items.push(Item::Hour),
                Some(b'I') => items.push(Item::Hour12),
                Some(b'p' | b'P') => items.push(Item::Meridiem),
                Some(b'M') => items.push(Item::Minute),
                Some(b'S') => items.push(Item::Second),
                Some(b'f') => items.push(Item::Fraction { dotted: false }),
                Some(b'z') => items.push(Item::Offset),
                Some(b'%') => items.push(Item::Literal(b'%')),
                Some(b'.') if bytes.next() == Some(b'f') => {
                    items.push(Item::Fraction { dotted: true });
                }
                Some(other) => return Err(format!("%{}", char::from(other))),
                None => return Err("%".to_owned()),
            }
        }
        Ok(Format { text: text.to_owned(), items })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the whole text by this format.
    ///
    /// # Errors
    /// [`Rule::Date`]: another shape, or a date or time that does not exist.
    pub fn parse(&self, text: &str) -> Result<Civil, Rule> {
        self.read(text.trim().as_bytes()).ok_or(Rule::Date)
    }

    fn read(&self, text: &[u8]) -> Option<Civil> {
        let mut rest = text;
        let mut civil = Civil { year: 1, month: 1, day: 1, ..Civil::default() };
        let mut afternoon = None;
        for item in &self.items {
            match item {
                Item::Literal(b' ') => {
                    let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    if blanks == 0 {
                        return None;
                    }
                    rest = &rest[blanks..];
                }
                Item::Literal(byte) => rest = rest.strip_prefix(&[*byte])?,
                Item::Year => civil.year = digits(&mut rest, 4, 4)?.try_into().ok()?,
                Item::ShortYear => {
                    let year = i16::try_from(digits(&mut rest, 2, 2)?).ok()?;
                    // POSIX strptime, and PostgreSQL: 69 to 99 are of the last century.
                    civil.year = if year < 69 { 2000 + year } else { 1900 + year };
                }
                Item::Month => civil.month = digits(&mut rest, 1, 2)?.try_into().ok()?,
                Item::MonthName => civil.month = month_name(&mut rest)?,
                Item::Day => civil.day = digits(&mut rest, 1, 2)?.try_into().ok()?,
                Item::Hour => civil.hour = digits(&mut rest, 1, 2)?.try_into().ok()?,
                Item::Hour12 => {
                    let hour: i8 = digits(&mut rest, 1, 2)?.try_into().ok()?;
                    if !(1..=12).contains(&hour) {
                        return None;
                    }
                    civil.hour = hour % 12;
                }
                Item::Meridiem => afternoon = Some(meridiem(&mut rest)?),
                Item::Minute => civil.minute = digits(&mut rest, 2, 2)?.try_into().ok()?,
                Item::Second => civil.second = digits(&mut rest, 2, 2)?.try_into().ok()?,
                Item::Fraction { dotted: true } => {
                    if let Some(after) = rest.strip_prefix(b".") {
                        rest = after;
                        civil.microsecond = fraction(&mut rest)?;
                    }
                }
                Item::Fraction { dotted: false } => civil.microsecond = fraction(&mut rest)?,
                Item::Offset => civil.offset = Some(offset(&mut rest)?),
            }
        }
        if afternoon == Some(true) {
            civil.hour += 12;
        }
        (rest.is_empty() && civil.exists()).then_some(civil)
    }
}

impl Civil {
    fn exists(&self) -> bool {
        self.year >= 1
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && (0..=23).contains(&self.hour)
            && (0..=59).contains(&self.minute)
            && (0..=59).contains(&self.second)
    }

    /// Days since 2000-01-01, PostgreSQL's epoch.
    pub fn days(&self) -> i32 {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        let (month, day) = (i32::from(self.month), i32::from(self.day));
        let year = i32::from(self.year) - i32::from(month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        const TO_2000: i32 = 730_425;
        era * 146_097 + day_of_era - TO_2000
    }

    /// Microseconds since 2000-01-01 00:00:00, as written, the offset not applied.
    pub fn microseconds(&self) -> i64 {
        let seconds = i64::from(self.days()) * 86_400
            + i64::from(self.hour) * 3600
            + i64::from(self.minute) * 60
            + i64::from(self.second);
        seconds * 1_000_000 + i64::from(self.microsecond)
    }
}

pub fn days_in_month(year: i16, month: i8) -> i8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Between `least` and `most` digits, as many as there are.
fn digits(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let length = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if length < least {
        return None;
    }
    let (number, after) = rest.split_at(length);
    *rest = after;
    Some(number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// `Jan`, `JANUARY`; `Sept` too.
fn month_name(rest: &mut &[u8]) -> Option<i8> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, after) = rest.split_at(length);
    if length < 3 {
        return None;
    }
    let matches = |month: &&str| {
        month.as_bytes().get(..length).is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let index = MONTHS.iter().position(|month| {
        matches(month)
            && (length == 3 || length == month.len() || name.eq_ignore_ascii_case(b"sept"))
    })?;
    *rest = after;
    i8::try_from(index + 1).ok()
}

fn meridiem(rest: &mut &[u8]) -> Option<bool> {
    let (word, after) = rest.split_at_checked(2)?;
    *rest = after;
    match word {
        [b'a' | b'A', b'm' | b'M'] => Some(false),
        [b'p' | b'P', b'm' | b'M'] => Some(true),
        _ => None,
    }
}

/// Up to six digits; further ones only where they are zeros, as they would be lost.
fn fraction(rest: &mut &[u8]) -> Option<i32> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, after) = rest.split_at(length);
    let (kept, lost) = number.split_at(length.min(6));
    if kept.is_empty() || lost.iter().any(|&digit| digit != b'0') {
        return None;
    }
    *rest = after;
    let value = kept.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some(value * 10_i32.pow(u32::try_from(6 - kept.len()).ok()?))
}

/// `Z`, `+01`, `+0130`, `+01:30`.
fn offset(rest: &mut &[u8]) -> Option<i32> {
    if let Some(after) = rest.strip_prefix(b"Z").or_else(|| rest.strip_prefix(b"z")) {
        *rest = after;
        return Some(0);
    }
    let sign = match rest.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    *rest = &rest[1..];
    let hours = i32::try_from(digits(rest, 2, 2)?).ok()?;
    if let Some(after) = rest.strip_prefix(b":") {
        *rest = after;
    }
    let minutes = digits(rest, 2, 2).map_or(Some(0), |minutes| i32::try_from(minutes).ok())?;
    (hours < 16 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Civil, Format, days_in_month};

    #[track_caller]
    fn case(format: &str, text: &str, expected: Option<(i16, i8, i8, i8, i8, i8)>) {
        let civil = Format::new(format).expect(format).parse(text).ok();
        let parts = civil.map(|c| (c.year, c.month, c.day, c.hour, c.minute, c.second));
        assert_eq!(parts, expected, "{format} {text}");
    }

    #[test]
    fn dates_are_read_by_their_format() {
        case("%Y-%m-%d", "2021-01-31", Some((2021, 1, 31, 0, 0, 0)));
        case("%d/%m/%Y", "3/4/2005", Some((2005, 4, 3, 0, 0, 0)));
        case("%b %d, %Y", "Sept 03, 2021", Some((2021, 9, 3, 0, 0, 0)));
        case("%b %d, %Y", "FEBRUARY  29, 2024", Some((2024, 2, 29, 0, 0, 0)));
        case("%d.%m.%y", "03.04.68", Some((2068, 4, 3, 0, 0, 0)));
        case("%d.%m.%y", "03.04.69", Some((1969, 4, 3, 0, 0, 0)));
        case("%Y%m%d", "20210131", Some((2021, 1, 31, 0, 0, 0)));
        case("%Y-%m-%d %I:%M %p", "2021-01-31 12:05 am", Some((2021, 1, 31, 0, 5, 0)));
        case("%Y-%m-%d %H:%M:%S%.f", "2021-01-31 23:59:58.25", Some((2021, 1, 31, 23, 59, 58)));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        case("%d/%m/%Y", "31/02/2021", None);
        case("%d/%m/%Y", "29/02/2100", None);
        case("%Y-%m-%d", "0000-00-00", None);
        case("%Y-%m-%d", "2021-13-01", None);
        case("%Y-%m-%d", "2021-04-31", None);
        case("%Y-%m-%d", "2021-01-31x", None);
        case("%Y-%m-%d", "soon", None);
        case("%Y-%m-%d %H:%M", "2021-01-31 24:00", None);
        case("%H:%M:%S%.f", "10:00:00.1234567", None);
    }

    #[test]
    fn offsets_are_kept() {
        let civil =
            Format::new("%Y-%m-%dT%H:%M:%S%z").expect("known").parse("2021-01-31T10:00:00+01:30");
        assert_eq!(civil.ok().and_then(|civil| civil.offset), Some(5400));
    }

    proptest! {
        /// Each day is one after the day before it, from 2000-01-01 on and back.
        #[test]
        fn days_count_from_2000(year in 1_i16..9999, month in 1_i8..=12, day in 1_i8..=31) {
            let day = day.min(days_in_month(year, month));
            let today = Civil { year, month, day, ..Civil::default() };
            let tomorrow = if day < days_in_month(year, month) {
                Civil { day: day + 1, ..today }
            } else if month < 12 {
                Civil { month: month + 1, day: 1, ..today }
            } else {
                Civil { year: year + 1, month: 1, day: 1, ..today }
            };
            prop_assert_eq!(tomorrow.days(), today.days() + 1);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            for format in ["%Y-%m-%d", "%b %d, %Y %I:%M %p", "%H:%M:%S%.f%z", "%y%m%d"] {
                let _ = Format::new(format).expect(format).parse(&text);
            }
        }
    }

    #[test]
    fn the_epoch_is_day_zero() {
        assert_eq!(Civil { year: 2000, month: 1, day: 1, ..Civil::default() }.days(), 0);
    }
}
