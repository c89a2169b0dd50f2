//! Sequences, and the numbers of identity columns.

use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact};

/// What a sequence can be told, whether it stands alone or gives an identity column its numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Increment,
    Minimum,
    Maximum,
    Start,
    Cache,
    Cycle,
}

/// How PostgreSQL spells each, with the word for its default.
const OPTIONS: [(Setting, &str, &str); 6] = [
    (Setting::Increment, "INCREMENT BY", "1"),
    (Setting::Minimum, "MINVALUE", ""),
    (Setting::Maximum, "MAXVALUE", ""),
    (Setting::Start, "START WITH", ""),
    (Setting::Cache, "CACHE", "1"),
    (Setting::Cycle, "CYCLE", ""),
];

/// Whose settings they are: a sequence's, or the ones of an identity column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    OfSequence,
    OfIdentity,
}

impl Numbers {
    fn attribute(self, setting: Setting) -> Attribute {
        match (self, setting) {
            (Numbers::OfSequence, Setting::Increment) => Attribute::Increment,
            (Numbers::OfSequence, Setting::Minimum) => Attribute::Minimum,
            (Numbers::OfSequence, Setting::Maximum) => Attribute::Maximum,
            (Numbers::OfSequence, Setting::Start) => Attribute::Start,
            (Numbers::OfSequence, Setting::Cache) => Attribute::Cache,
            (Numbers::OfSequence, Setting::Cycle) => Attribute::Cycle,
            (Numbers::OfIdentity, Setting::Increment) => Attribute::IdentityIncrement,
            (Numbers::OfIdentity, Setting::Minimum) => Attribute::IdentityMinimum,
            (Numbers::OfIdentity, Setting::Maximum) => Attribute::IdentityMaximum,
            (Numbers::OfIdentity, Setting::Start) => Attribute::IdentityStart,
            (Numbers::OfIdentity, Setting::Cache) => Attribute::IdentityCache,
            (Numbers::OfIdentity, Setting::Cycle) => Attribute::IdentityCycle,
        }
    }
}

pub fn create(fact: &Fact) -> Vec<Step> {
    let unlogged = if fact.is(Attribute::Persistence) { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {}", fact.id.sql());
    if let Some(kind) = fact.get(Attribute::Type) {
        sql += &format!(" AS {kind}");
    }
    for option in set_options(fact, Numbers::OfSequence) {
        sql += &format!(" {option}");
    }
    vec![Step::new(sql)]
}

/// `INCREMENT BY 5`, `START WITH 100`: the options that are not as by default.
pub fn set_options(fact: &Fact, numbers: Numbers) -> Vec<String> {
    OPTIONS
        .iter()
        .filter_map(|(setting, words, _)| {
            let value = fact.get(numbers.attribute(*setting))?;
            Some(if *setting == Setting::Cycle {
                (*words).to_owned()
            } else {
                format!("{words} {value}")
            })
        })
        .collect()
}

/// The options that changed, those included that went back to their default.
pub fn changed_options(from: &Fact, to: &Fact, changed: &Changed, numbers: Numbers) -> Vec<String> {
    let counts_down = |fact: &Fact| {
        let increment = fact.get(numbers.attribute(Setting::Increment));
        increment.is_some_and(|by| by.starts_with('-'))
    };
    let descending = counts_down(to);
    // The ends are others by default where a sequence turns round.
    let turned = descending != counts_down(from);
    OPTIONS
        .iter()
        .filter(|(setting, _, _)| {
            turned && [Setting::Minimum, Setting::Maximum, Setting::Start].contains(setting)
                || changed.has(numbers.attribute(*setting))
        })
        .map(|(setting, words, default)| {
            let value = to.get(numbers.attribute(*setting));
            match (*setting, value) {
                (Setting::Cycle, Some(_)) => "CYCLE".to_owned(),
                (Setting::Cycle, None) => "NO CYCLE".to_owned(),
                (_, Some(value)) => format!("{words} {value}"),
                (Setting::Minimum, None) => "NO MINVALUE".to_owned(),
                (Setting::Maximum, None) => "NO MAXVALUE".to_owned(),
                // A sequence starts at the end it comes from.
                (Setting::Start, None) => {
                    let end = if descending { Setting::Maximum } else { Setting::Minimum };
                    let by_default = if descending { "-1" } else { "1" };
                    let start = to.get(numbers.attribute(end)).unwrap_or(by_default);
                    format!("{words} {start}")
                }
                (Setting::Increment | Setting::Cache, None) => format!("{words} {default}"),
            }
        })
        .collect()
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    let mut options = changed_options(from, to, changed, Numbers::OfSequence);
    if changed.has(Attribute::Increment) && options.iter().any(|option| option.starts_with("NO M"))
    {
        // It has turned round, and its number lies on the other side.
        options.push("RESTART".to_owned());
    }
    if changed.has(Attribute::Type) {
        options.insert(0, format!("AS {}", to.get(Attribute::Type).unwrap_or("bigint")));
    }
    let mut steps = into_bounds(to, changed);
    if !options.is_empty() {
        steps.push(Step::new(format!("ALTER SEQUENCE {} {}", to.id.sql(), options.join(" "))));
    }
    if changed.has(Attribute::Persistence) {
        let logged = if to.is(Attribute::Persistence) { "UNLOGGED" } else { "LOGGED" };
        steps.push(Step::new(format!("ALTER SEQUENCE {} SET {logged}", to.id.sql())));
    }
    Alter::InPlace(steps)
}

/// A sequence whose number lies outside of its new ends is refused by ALTER SEQUENCE.
fn into_bounds(to: &Fact, changed: &Changed) -> Vec<Step> {
    let name = to.id.sql();
    [(Attribute::Minimum, "<", "false"), (Attribute::Maximum, ">", "true")]
        .into_iter()
        .filter(|(bound, _, _)| changed.has(*bound))
        .filter_map(|(bound, outside, called)| {
            let end = to.get(bound)?;
            Some(Step::new(format!(
                "SELECT setval({}, {end}, {called}) FROM {name} WHERE last_value {outside} {end}",
                crate::name::literal(&name)
            )))
        })
        .collect()
}

pub fn create_owner(fact: &Fact) -> Vec<Step> {
    vec![Step::new(format!(
        "ALTER SEQUENCE {} OWNED BY {}",
        fact.id.sql(),
        fact.text(Attribute::Column)
    ))]
}

pub fn drop_owner(fact: &Fact) -> Vec<Step> {
    vec![Step::new(format!("ALTER SEQUENCE {} OWNED BY NONE", fact.id.sql()))]
}
