//! Sequences, and the numbers of identity columns.

use crate::Fact;
use crate::step::{Alter, Changed, Step};

/// A sequence's options and how PostgreSQL spells each, with the word for its default.
const OPTIONS: [(&str, &str, &str); 6] = [
    ("increment", "INCREMENT BY", "1"),
    ("minimum", "MINVALUE", ""),
    ("maximum", "MAXVALUE", ""),
    ("start", "START WITH", ""),
    ("cache", "CACHE", "1"),
    ("cycle", "CYCLE", ""),
];

pub fn create(fact: &Fact) -> Vec<Step> {
    let unlogged = if fact.is("persistence") { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {}", fact.id.sql());
    if let Some(kind) = fact.get("type") {
        sql += &format!(" AS {kind}");
    }
    for option in set_options(fact, "") {
        sql += &format!(" {option}");
    }
    vec![Step::new(sql)]
}

/// `INCREMENT BY 5`, `START WITH 100`: the options that are not as by default. `prefix` is
/// `identity_` for the ones of an identity column.
pub fn set_options(fact: &Fact, prefix: &str) -> Vec<String> {
    OPTIONS
        .iter()
        .filter_map(|(name, words, _)| {
            let value = fact.get(&format!("{prefix}{name}"))?;
            Some(if *name == "cycle" { (*words).to_owned() } else { format!("{words} {value}") })
        })
        .collect()
}

/// The options that changed, those included that went back to their default.
pub fn changed_options(from: &Fact, to: &Fact, changed: &Changed, prefix: &str) -> Vec<String> {
    let counts_down =
        |fact: &Fact| fact.get(&format!("{prefix}increment")).is_some_and(|by| by.starts_with('-'));
    let descending = counts_down(to);
    // The ends are others by default where a sequence turns round.
    let turned = descending != counts_down(from);
    OPTIONS
        .iter()
        .filter(|(name, _, _)| {
            turned && ["minimum", "maximum", "start"].contains(name)
                || changed.has(&format!("{prefix}{name}"))
        })
        .map(|(name, words, default)| {
            let value = to.get(&format!("{prefix}{name}"));
            match (*name, value) {
                ("cycle", Some(_)) => "CYCLE".to_owned(),
                ("cycle", None) => "NO CYCLE".to_owned(),
                (_, Some(value)) => format!("{words} {value}"),
                ("minimum", None) => "NO MINVALUE".to_owned(),
                ("maximum", None) => "NO MAXVALUE".to_owned(),
                // A sequence starts at the end it comes from.
                ("start", None) => {
                    let end = if descending { "maximum" } else { "minimum" };
                    let by_default = if descending { "-1" } else { "1" };
                    let start = to.get(&format!("{prefix}{end}")).unwrap_or(by_default);
                    format!("{words} {start}")
                }
                (_, None) => format!("{words} {default}"),
            }
        })
        .collect()
}

pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    let mut options = changed_options(from, to, changed, "");
    if changed.has("increment") && options.iter().any(|option| option.starts_with("NO M")) {
        // It has turned round, and its number lies on the other side.
        options.push("RESTART".to_owned());
    }
    if changed.has("type") {
        options.insert(0, format!("AS {}", to.get("type").unwrap_or("bigint")));
    }
    let mut steps = into_bounds(to, changed);
    if !options.is_empty() {
        steps.push(Step::new(format!("ALTER SEQUENCE {} {}", to.id.sql(), options.join(" "))));
    }
    if changed.has("persistence") {
        let logged = if to.is("persistence") { "UNLOGGED" } else { "LOGGED" };
        steps.push(Step::new(format!("ALTER SEQUENCE {} SET {logged}", to.id.sql())));
    }
    Alter::InPlace(steps)
}

/// A sequence whose number lies outside of its new ends is refused by ALTER SEQUENCE.
fn into_bounds(to: &Fact, changed: &Changed) -> Vec<Step> {
    let name = to.id.sql();
    [("minimum", "<", "false"), ("maximum", ">", "true")]
        .into_iter()
        .filter(|(bound, _, _)| changed.has(bound))
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
    vec![Step::new(format!("ALTER SEQUENCE {} OWNED BY {}", fact.id.sql(), fact.text("column")))]
}

pub fn drop_owner(fact: &Fact) -> Vec<Step> {
    vec![Step::new(format!("ALTER SEQUENCE {} OWNED BY NONE", fact.id.sql()))]
}
