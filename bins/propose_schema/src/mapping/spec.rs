//! One column's line: what is read, how it is cleaned, and what is doubtful about it.

use super::toml::{inline, key, text};
use crate::profile::{ColumnProfile, Takers, share};
use migrate_data::catalog::Column;
use migrate_data::value::Kind;

/// A column of a mapping, as it is going to be written.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// Key and value, the value in TOML already.
    pub settings: Vec<(String, String)>,
    /// For the reader; written as comments.
    pub doubts: Vec<String>,
}

impl Spec {
    pub fn of(settings: &[(&str, String)]) -> Spec {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
        Spec { settings: settings.collect(), doubts: Vec::new() }
    }

    pub fn doubt(mut self, doubt: String) -> Spec {
        self.doubts.push(doubt);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.settings.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// `email = { from = "mail", clean = ["email"] }`, with what is doubtful above it.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let mut lines: Vec<_> =
            self.doubts.iter().map(|doubt| format!("# {name}: {doubt}")).collect();
        let value = match self.settings.as_slice() {
            [(only, value)] if only == "from" => value.clone(),
            settings => inline(settings),
        };
        lines.push(format!("{} = {value}", key(name)));
        lines
    }
}

/// How a source column becomes a target column.
pub struct Choice<'a> {
    pub target: &'a Column,
    pub source: &'a ColumnProfile,
    pub rows: i64,
    pub default: Option<&'a String>,
    pub takers: &'a Takers,
}

impl Choice<'_> {
    /// The share of the values that the target's type would take, from 0 to 1.
    pub fn fit(&self) -> f64 {
        let taken = match self.target.kind {
            Kind::Boolean => self.by("boolean"),
            Kind::Integer(_) | Kind::Float(_) | Kind::Numeric(_) => {
                self.by("money").max(self.by("number")) + self.united()
            }
            Kind::Date | Kind::Timestamp | Kind::TimestampTz => self.dated(),
            Kind::Uuid => self.by("uuid"),
            _ => self.source.present,
        };
        if self.source.present == 0 { 1.0 } else { ratio(taken, self.source.present) }
    }

    pub fn spec(&self) -> Spec {
        let mut clean: Vec<String> = Vec::new();
        let mut spec = Spec::of(&[("from", text(&self.source.name))]);
        let mut more: Vec<(&str, String)> = Vec::new();
        let taken = match &self.target.kind {
            Kind::Boolean => self.by("boolean"),
            Kind::Integer(_) | Kind::Float(_) | Kind::Numeric(_) => {
                self.number(&mut spec, &mut clean)
            }
            Kind::Date | Kind::Timestamp | Kind::TimestampTz => self.date(&mut spec, &mut more),
            Kind::Uuid => self.by("uuid"),
            Kind::Enum(labels) => self.label(labels, &mut spec, &mut clean, &mut more),
            Kind::Text(limit) | Kind::Character(limit) => {
                if limit.is_some_and(|limit| self.source.longest > limit as usize) {
                    spec =
                        spec.doubt(format!("the longest has {} characters", self.source.longest));
                }
                self.text(&mut spec, &mut clean, &mut more)
            }
            Kind::Json | Kind::Jsonb | Kind::Other => self.source.present,
        };
        let words: Vec<_> = self.source.null_words.ranked();
        if words.iter().any(|(word, _)| !word.is_empty())
            && !clean.iter().any(|step| step == "\"null_words\"")
        {
            clean.insert(0, text("null_words"));
        }
        let missing = self.source.nulls + words.iter().map(|(_, times)| times).sum::<i64>();
        if missing > 0 && self.target.not_null {
            match self.default {
                Some(value) => more.push(("default", text(value))),
                None => {
                    let of = share(missing, self.rows);
                    spec =
                        spec.doubt(format!("{of} of the rows have none and would be quarantined"));
                }
            }
        }
        if taken < self.source.present {
            let left = share(self.source.present - taken, self.source.present);
            spec = spec.doubt(format!(
                "{left} of the values would be refused; `otherwise` says what happens then"
            ));
        }
        if !clean.is_empty() {
            spec.settings.push(("clean".to_owned(), format!("[{}]", clean.join(", "))));
        }
        spec.settings.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
        spec
    }

    fn by(&self, name: &str) -> i64 {
        self.source.taken_by(name, self.takers)
    }

    fn dated(&self) -> i64 {
        self.source.dates(self.takers).formats.iter().map(|(_, times)| times).sum()
    }

    /// Values that are a number and a word, such as `3 pcs`, and not money.
    fn united(&self) -> i64 {
        let units: i64 = self.source.units.ranked().iter().map(|(_, times)| times).sum();
        units.min(self.source.present - self.by("money").max(self.by("number")))
    }

    fn number(&self, spec: &mut Spec, clean: &mut Vec<String>) -> i64 {
        let (number, money) = (self.by("number"), self.by("money"));
        if money > number {
            clean.push(text("money"));
            return money;
        }
        let united = self.united();
        if united > 0 {
            let units = self.source.units.ranked();
            let words: Vec<_> = units.iter().map(|(word, _)| text(word)).collect();
            let dropped: Vec<_> = units
                .iter()
                .map(|(word, times)| {
                    format!("{} {}", text(word), share(*times, self.source.present))
                })
                .collect();
            spec.doubts.push(format!("dropped beside numbers: {}", dropped.join(", ")));
            clean.extend([
                text("squeeze"),
                text("lower"),
                format!("{{ strip = [{}] }}", words.join(", ")),
            ]);
        }
        number + united
    }

    fn date(&self, spec: &mut Spec, more: &mut Vec<(&str, String)>) -> i64 {
        if ["date", "timestamp without time zone", "timestamp with time zone"]
            .contains(&self.source.type_name.as_str())
        {
            return self.source.present;
        }
        let dates = self.source.dates(self.takers);
        let kept: Vec<_> = dates
            .formats
            .iter()
            .filter(|(_, times)| times * 1_000 >= self.source.present)
            .collect();
        if !kept.is_empty() {
            let formats: Vec<_> = kept.iter().map(|(format, _)| text(format)).collect();
            more.push(("formats", format!("[{}]", formats.join(", "))));
        }
        for (rival, times) in &dates.rivals {
            spec.doubts.push(format!(
                "{} are dates by {rival} only, and {} by either: which comes first, day or month?",
                share(*times, self.source.present),
                share(dates.ambiguous, self.source.present)
            ));
        }
        kept.iter().map(|(_, times)| times).sum()
    }

    fn text(
        &self,
        spec: &mut Spec,
        clean: &mut Vec<String>,
        more: &mut Vec<(&str, String)>,
    ) -> i64 {
        let named = |word: &str| {
            [&self.target.name, &self.source.name]
                .iter()
                .any(|name| super::names::words(name).iter().any(|found| found == word))
        };
        if self.by("email") * 2 > self.source.present {
            clean.push(text("email"));
            return self.by("email");
        }
        if named("phone") || named("tel") || named("telephone") || named("mobile") {
            clean.extend([text("null_words"), "{ phone = \"1\" }".to_owned()]);
            if !self.target.not_null {
                more.push(("otherwise", text("null")));
            }
            spec.doubts.push("numbers without a country code are taken for country 1; what is not a number becomes NULL".to_owned());
            return self.source.present;
        }
        if self.source.control > 0 {
            clean.push(text("strip_control"));
        }
        if self.source.untidy > 0 || self.source.control > 0 {
            clean.push(text("squeeze"));
        }
        if !self.source.null_words.ranked().is_empty() {
            clean.push(text("null_words"));
        }
        self.source.present
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}
