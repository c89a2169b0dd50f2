//! The 24 months in which the shop did business, and how its people wrote dates.

use std::io::Write;

use super::dice::Roll;

/// 2024-01-01 in days since 2000-01-01, PostgreSQL's own epoch.
const FIRST_DAY: i64 = 8_766;
/// 2024 is a leap year.
const DAYS: u32 = 366 + 365;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const NONSENSE: [&str; 7] =
    ["31/02/2021", "0000-00-00", "soon", "2024-13-05", "29.02.2025", "Feb 30, 2024", "last week"];

/// Every day in the four formats that show no time.
pub struct Calendar {
    days: Vec<[String; 4]>,
}

/// A point in time, in seconds since 2000-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i64);

/// How one date is going to be written.
#[derive(Clone, Copy)]
pub struct Date {
    day: u32,
    /// Index into [`Calendar::days`]; the one after them is the format with a time.
    format: usize,
    second: u32,
}

impl Calendar {
    pub fn new() -> Calendar {
        let mut days = Vec::with_capacity(DAYS as usize);
        for year in [2024, 2025] {
            for (index, name) in MONTHS.iter().enumerate() {
                let month = index + 1;
                for day in 1..=length(year, month) {
                    days.push([
                        format!("{year}-{month:02}-{day:02}"),
                        format!("{day:02}/{month:02}/{year}"),
                        format!("{name} {day:02}, {year}"),
                        format!("{day:02}.{month:02}.{year}"),
                    ]);
                }
            }
        }
        Calendar { days }
    }

    pub fn write(&self, date: Date, out: &mut Vec<u8>) {
        let day = &self.days[date.day as usize];
        match day.get(date.format) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => {
                out.extend_from_slice(day[0].as_bytes());
                let (hour, minute, second) =
                    (date.second / 3600, date.second / 60 % 60, date.second % 60);
                write!(out, " {hour:02}:{minute:02}:{second:02}").expect("memory takes all bytes");
            }
        }
    }
}

impl Date {
    pub fn roll(roll: &mut Roll) -> Date {
        Date { day: roll.below(DAYS), format: roll.below(5) as usize, second: roll.below(86_400) }
    }

    /// What the written date says: midnight, unless the format shows the time.
    pub fn moment(self) -> Moment {
        let second = if self.format == 4 { i64::from(self.second) } else { 0 };
        Moment((FIRST_DAY + i64::from(self.day)) * 86_400 + second)
    }
}

impl Moment {
    /// PostgreSQL's binary timestamptz: microseconds since 2000-01-01.
    pub fn microseconds(self) -> i64 {
        self.0 * 1_000_000
    }
}

/// A date that never was.
pub fn nonsense(roll: &mut Roll) -> &'static str {
    roll.pick(&NONSENSE)
}

fn length(year: u32, month: usize) -> u32 {
    match month {
        2 if year == 2024 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{Calendar, DAYS, Date};

    #[test]
    fn dates_are_written_in_five_formats() {
        let calendar = Calendar::new();
        assert_eq!(calendar.days.len(), DAYS as usize);
        #[track_caller]
        fn case(calendar: &Calendar, day: u32, format: usize, expected: &str) {
            let mut out = Vec::new();
            calendar.write(Date { day, format, second: 3_661 }, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        case(&calendar, 0, 0, "2024-01-01");
        case(&calendar, 59, 1, "29/02/2024");
        case(&calendar, 60, 2, "Mar 01, 2024");
        case(&calendar, 366, 3, "01.01.2025");
        case(&calendar, 730, 4, "2025-12-31 01:01:01");
    }
}
