//! What one column holds.

use std::borrow::Cow;
use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::counter::Counter;
use super::distinct::Distinct;
use super::shape::shape;
use super::takers::{Takers, rival};
use migrate_data::catalog::Column;
use migrate_data::clean::Cleaner;

/// Equal values are gathered up to this many and this many bytes, and looked at once.
const GATHERED: usize = 4_096;
const GATHERED_BYTES: usize = 1024 * 1024;
/// Longer texts are told apart by their hashes, not kept.
const KEPT_BYTES: usize = 200;

pub struct ColumnProfile {
    pub name: String,
    /// The type as PostgreSQL shows it.
    pub type_name: String,
    pub nulls: i64,
    /// What stands for no value: empty texts, `n/a` and the like.
    pub null_words: Counter,
    /// Values that hold something.
    pub present: i64,
    pub distinct: Distinct,
    /// Of the longest value, in characters.
    pub longest: usize,
    pub not_utf8: i64,
    pub shapes: Counter,
    /// White space squeezed and lower case, where there are few.
    pub values: Counter,
    /// Words before or after a number.
    pub units: Counter,
    /// Values with white space to squeeze.
    pub untidy: i64,
    /// Values with control characters.
    pub control: i64,
    /// By separator: number of parts → values.
    pub parts: HashMap<(char, usize), i64>,
    /// Bits of [`Takers`] → values.
    taken: HashMap<u64, i64>,
    gathered: HashMap<Box<str>, i64>,
    gathered_bytes: usize,
}

/// A choice of date formats for a column.
pub struct Dates {
    /// With the values that those before it do not take.
    pub formats: Vec<(String, i64)>,
    /// Values that a chosen format and its rival, day and month exchanged, both take, where the
    /// rival alone would take others.
    pub ambiguous: i64,
    /// Formats that take values which no chosen one takes, but contradict one that is chosen.
    pub rivals: Vec<(String, i64)>,
}

impl ColumnProfile {
    /// The more columns a table has, the less is kept of each.
    pub fn new(column: &Column, columns: usize) -> ColumnProfile {
        let share = |most: usize, least: usize| (most * 16 / columns.max(16)).max(least);
        ColumnProfile {
            name: column.name.clone(),
            type_name: column.shown.clone(),
            nulls: 0,
            null_words: Counter::new(64),
            present: 0,
            distinct: Distinct::new(share(16_384, 256)),
            longest: 0,
            not_utf8: 0,
            shapes: Counter::new(share(2_048, 64)),
            values: Counter::new(share(256, 64)),
            units: Counter::new(64),
            untidy: 0,
            control: 0,
            parts: HashMap::new(),
            taken: HashMap::new(),
            gathered: HashMap::new(),
            gathered_bytes: 0,
        }
    }

    pub fn add(&mut self, value: Option<&[u8]>, takers: &Takers) {
        let Some(bytes) = value else {
            self.nulls += 1;
            return;
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.not_utf8 += 1;
            self.present += 1;
            self.distinct.add(xxh3_64(bytes));
            return;
        };
        if let Some(count) = self.gathered.get_mut(text) {
            *count += 1;
            return;
        }
        self.gathered.insert(text.into(), 1);
        self.gathered_bytes += text.len();
        if self.gathered.len() >= GATHERED || self.gathered_bytes >= GATHERED_BYTES {
            self.settle(takers);
        }
    }

    /// Looks at what was gathered.
    pub fn settle(&mut self, takers: &Takers) {
        let mut gathered = std::mem::take(&mut self.gathered);
        for (text, times) in gathered.drain() {
            self.look(&text, times, takers);
        }
        self.gathered = gathered;
        self.gathered_bytes = 0;
    }

    fn look(&mut self, text: &str, times: i64, takers: &Takers) {
        self.longest = self.longest.max(text.chars().count());
        self.distinct.add(xxh3_64(text.as_bytes()));
        if takers.is_null_word(text) {
            self.null_words.add(&text.trim().to_lowercase(), times);
            return;
        }
        self.present += times;
        self.shapes.add(&shape(text), times);
        *self.taken.entry(takers.taking(text)).or_default() += times;
        let squeezed = apply(&Cleaner::Squeeze, text);
        self.untidy += if squeezed == text { 0 } else { times };
        self.control += if apply(&Cleaner::StripControl, text) == text { 0 } else { times };
        if text.len() > KEPT_BYTES {
            self.values.others += times;
            return;
        }
        let lowered = squeezed.to_lowercase();
        if let Some(unit) = unit(&lowered) {
            self.units.add(unit, times);
        }
        if self.values.others == 0 {
            self.values.add(&lowered, times);
        }
        for separator in [';', '|'] {
            let parts = text.matches(separator).count() + 1;
            if parts > 1 && parts < 100 {
                *self.parts.entry((separator, parts)).or_default() += times;
            }
        }
    }

    pub fn merge(&mut self, other: ColumnProfile) {
        self.nulls += other.nulls;
        self.null_words.merge(other.null_words);
        self.present += other.present;
        self.distinct.merge(other.distinct);
        self.longest = self.longest.max(other.longest);
        self.not_utf8 += other.not_utf8;
        self.shapes.merge(other.shapes);
        self.values.merge(other.values);
        self.units.merge(other.units);
        self.untidy += other.untidy;
        self.control += other.control;
        for (parts, times) in other.parts {
            *self.parts.entry(parts).or_default() += times;
        }
        for (bits, times) in other.taken {
            *self.taken.entry(bits).or_default() += times;
        }
    }

    /// Values that the cleaner or conversion of this name takes.
    pub fn taken_by(&self, name: &str, takers: &Takers) -> i64 {
        let bit = takers.names().chain(takers.formats()).find(|(_, known)| *known == name);
        bit.map_or(0, |(index, _)| self.sum(|bits| bits & (1 << index) != 0))
    }

    fn sum(&self, wanted: impl Fn(u64) -> bool) -> i64 {
        self.taken.iter().filter(|(bits, _)| wanted(**bits)).map(|(_, times)| times).sum()
    }

    /// Formats that together take the dates of the column: always the one that takes most of what
    /// is left. A format whose day and month are those of a chosen one exchanged is never chosen.
    pub fn dates(&self, takers: &Takers) -> Dates {
        let formats: Vec<_> = takers.formats().collect();
        let mut dates = Dates { formats: Vec::new(), ambiguous: 0, rivals: Vec::new() };
        let (mut chosen, mut barred) = (0_u64, Vec::<String>::new());
        loop {
            let new =
                |index: usize| self.sum(|bits| bits & (1 << index) != 0 && bits & chosen == 0);
            let open = formats.iter().filter(|(_, format)| !barred.iter().any(|bar| bar == format));
            // The first of those that take equally many.
            let best = open
                .map(|(index, format)| (new(*index), *index, *format))
                .reduce(|best, next| if next.0 > best.0 { next } else { best });
            let Some((times, index, format)) = best.filter(|(times, ..)| *times > 0) else {
                break;
            };
            chosen |= 1 << index;
            dates.formats.push((format.to_owned(), times));
            barred.extend(rival(format));
        }
        for (index, format) in
            formats.iter().filter(|(_, format)| barred.iter().any(|bar| bar == format))
        {
            let alone = self.sum(|bits| bits & (1 << index) != 0 && bits & chosen == 0);
            if alone > 0 {
                let opposite = rival(format)
                    .and_then(|rival| formats.iter().find(|(_, known)| **known == rival));
                let both = opposite.map_or(0, |(other, _)| (1 << index) | (1_u64 << other));
                dates.ambiguous += self.sum(|bits| both != 0 && bits & both == both);
                dates.rivals.push(((*format).to_owned(), alone));
            }
        }
        dates
    }
}

/// What a cleaner that refuses nothing makes of the text.
fn apply<'a>(cleaner: &Cleaner, text: &'a str) -> Cow<'a, str> {
    cleaner.apply(Cow::Borrowed(text)).ok().flatten().unwrap_or_default()
}

/// `3 pcs` → `pcs`, `x 3` → `x`; nothing for a number alone or without one.
fn unit(text: &str) -> Option<&str> {
    let is_number = |character: char| character.is_ascii_digit() || matches!(character, '.' | ',');
    let number = text.trim_start_matches(|character: char| !character.is_ascii_digit());
    let before = text[..text.len() - number.len()].trim();
    let after = number.trim_start_matches(is_number).trim();
    let is_word = |word: &str| !word.is_empty() && word.chars().all(char::is_alphabetic);
    match (before, after) {
        _ if number.is_empty() => None,
        ("", unit) | (unit, "") if is_word(unit) => Some(unit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnProfile, Takers, unit};
    use migrate_data::catalog::Column;
    use migrate_data::value::Kind;

    fn profiled(values: &[&str]) -> ColumnProfile {
        let column = Column {
            name: "c".to_owned(),
            kind: Kind::Text(None),
            shown: "text".to_owned(),
            not_null: false,
            generated: false,
            filled: false,
        };
        let takers = Takers::default();
        let mut profile = ColumnProfile::new(&column, 1);
        values.iter().for_each(|value| profile.add(Some(value.as_bytes()), &takers));
        profile.settle(&takers);
        profile
    }

    #[test]
    fn units_stand_beside_numbers() {
        for (text, expected) in [
            ("3 pcs", Some("pcs")),
            ("x 3", Some("x")),
            ("2.0", None),
            ("two", None),
            ("3 pcs 4", None),
        ] {
            assert_eq!(unit(text), expected, "{text}");
        }
    }

    #[test]
    fn date_formats_are_those_that_take_most() {
        let dates = profiled(&["31/01/2021", "01/02/2021", "2021-01-31", "13.01.2021", "soon"]);
        let dates = dates.dates(&Takers::default());
        let formats: Vec<_> = dates.formats.iter().map(|(format, _)| format.as_str()).collect();
        assert_eq!(formats, ["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y"]);
        assert_eq!((dates.ambiguous, dates.rivals.len()), (0, 0));
    }

    #[test]
    fn day_first_and_month_first_in_one_column_are_doubtful() {
        let dates = profiled(&["31/01/2021", "30/01/2021", "01/31/2021", "01/02/2021"]);
        let dates = dates.dates(&Takers::default());
        assert_eq!(dates.formats, [("%d/%m/%Y".to_owned(), 3)]);
        assert_eq!(dates.rivals, [("%m/%d/%Y".to_owned(), 1)]);
        assert_eq!(dates.ambiguous, 1);
    }

    #[test]
    fn values_are_counted_once_each() {
        let column = profiled(&["Paid", " paid ", "", "n/a", "open"]);
        assert_eq!(column.present, 3);
        assert_eq!(column.values.all(), Some(vec![("paid", 2), ("open", 1)]));
        assert_eq!(column.null_words.ranked(), [("", 1), ("n/a", 1)]);
        assert_eq!((column.distinct.count(), column.untidy, column.longest), (5, 1, 6));
    }
}
