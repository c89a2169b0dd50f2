//! One field: text in; text, nothing or a refusal out. Pure, so that the same source row always
//! gives the same target rows.

mod date;
mod email;
mod number;
mod pattern;
mod phone;
mod text;

use std::borrow::Cow;
use std::sync::Arc;

pub use date::{Civil, Format};
pub use number::{Decimal, Number};
pub use pattern::Pattern;

/// Why a value was refused. The names stand in the ledger and in the mapping's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    Missing,
    Email,
    Phone,
    Boolean,
    Integer,
    Number,
    Scale,
    Range,
    TooLong,
    Date,
    Enum,
    Pattern,
    Lookup,
    Uuid,
    /// Bytes that are not text, as a database with the encoding SQL_ASCII may hold them.
    Encoding,
    /// PostgreSQL itself refused the row.
    Server,
}

impl Rule {
    pub fn name(self) -> &'static str {
        match self {
            Rule::Missing => "missing",
            Rule::Email => "email",
            Rule::Phone => "phone",
            Rule::Boolean => "boolean",
            Rule::Integer => "integer",
            Rule::Number => "number",
            Rule::Scale => "scale",
            Rule::Range => "range",
            Rule::TooLong => "too_long",
            Rule::Date => "date",
            Rule::Enum => "enum",
            Rule::Pattern => "pattern",
            Rule::Lookup => "lookup",
            Rule::Uuid => "uuid",
            Rule::Encoding => "encoding",
            Rule::Server => "server",
        }
    }

    /// The reason that people read and that rejects are counted by.
    pub fn sentence(self, field: &str) -> String {
        let what = match self {
            Rule::Missing => "is missing",
            Rule::Email => "is not an e-mail address",
            Rule::Phone => "is not a phone number",
            Rule::Boolean => "is neither true nor false",
            Rule::Integer => "is not a whole number",
            Rule::Number => "is not a number",
            Rule::Scale => "has too many decimals",
            Rule::Range => "is out of the column's range",
            Rule::TooLong => "is too long",
            Rule::Date => "is not a date",
            Rule::Enum => "is not one of the known values",
            Rule::Pattern => "does not match its pattern",
            Rule::Lookup => "names a row that is not there",
            Rule::Uuid => "is not a UUID",
            Rule::Encoding => "is not UTF-8",
            Rule::Server => "was refused by PostgreSQL",
        };
        format!("{field} {what}")
    }
}

/// One step of `clean = […]`.
#[derive(Clone, Debug)]
pub enum Cleaner {
    Trim,
    /// Outer white space goes, inner runs of it become one blank; control characters count as
    /// white space.
    Squeeze,
    StripControl,
    Lower,
    Upper,
    TitleCase,
    Nfc,
    Digits,
    Email,
    /// With the country code of numbers that name none.
    Phone(String),
    Money,
    NullWords(NullWords),
    NullIfEmpty,
    /// One of these words before or after the value goes.
    Strip(Vec<String>),
    Split(Split),
    Pattern(Pattern),
}

#[derive(Clone, Debug)]
pub struct Split {
    pub separator: String,
    /// From 1.
    pub part: usize,
}

/// Words that stand for "no value", compared trimmed and without case.
#[derive(Clone, Debug)]
pub struct NullWords(Arc<Vec<String>>);

impl NullWords {
    pub fn new(words: Vec<String>) -> NullWords {
        let words = words.into_iter().map(|word| word.trim().to_lowercase()).collect();
        NullWords(Arc::new(words))
    }

    fn holds(&self, text: &str) -> bool {
        let text = text.trim();
        self.0.iter().any(|word| {
            word == text
                || (word.len() == text.len() && word.eq_ignore_ascii_case(text))
                || (!text.is_ascii() && *word == text.to_lowercase())
        })
    }
}

/// The cleaned text, or nothing where the cleaner takes it for "no value".
pub type Cleaned<'a> = Result<Option<Cow<'a, str>>, Rule>;

impl Cleaner {
    /// # Errors
    /// The rule that the text breaks.
    pub fn apply<'a>(&self, text: Cow<'a, str>) -> Cleaned<'a> {
        Ok(Some(match self {
            Cleaner::Trim => text::slice(text, str::trim),
            Cleaner::Squeeze => text::squeeze(text),
            Cleaner::StripControl => text::strip_control(text),
            Cleaner::Lower => text::lower(text),
            Cleaner::Upper => text::upper(text),
            Cleaner::TitleCase => Cow::Owned(text::title_case(&text)),
            Cleaner::Nfc => text::nfc(text),
            Cleaner::Digits => Cow::Owned(text.chars().filter(char::is_ascii_digit).collect()),
            Cleaner::Email => return email::clean(text),
            Cleaner::Phone(country_code) => return phone::clean(&text, country_code),
            Cleaner::Money => number::money(text),
            Cleaner::NullWords(words) if words.holds(&text) => return Ok(None),
            Cleaner::NullIfEmpty if text.is_empty() => return Ok(None),
            Cleaner::NullWords(_) | Cleaner::NullIfEmpty => text,
            Cleaner::Strip(words) => text::strip_word(text, words),
            Cleaner::Split(split) => return Ok(text::part(text, split)),
            Cleaner::Pattern(pattern) => return pattern.apply(text).map(Some),
        }))
    }
}

/// The text after all cleaners, in their order.
///
/// # Errors
/// The rule of the first cleaner that refuses.
pub fn clean<'a>(cleaners: &[Cleaner], text: Option<&'a str>) -> Cleaned<'a> {
    let mut current = text.map(Cow::Borrowed);
    for cleaner in cleaners {
        match current {
            Some(text) => current = cleaner.apply(text)?,
            None => break,
        }
    }
    Ok(current)
}
