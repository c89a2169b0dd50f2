//! Lists of `name=value`: storage options and the options of foreign objects.

use std::collections::BTreeMap;

use crate::name::{literal, quote};
use crate::{Attribute, Fact};

/// `fillfactor=70, autovacuum_enabled=off`, for a WITH.
pub fn with_list(settings: &[String]) -> String {
    settings.iter().map(|setting| setting_sql(setting)).collect::<Vec<_>>().join(", ")
}

/// ` WITH (…)`, or nothing.
pub fn with_clause(settings: &[String]) -> String {
    if settings.is_empty() { String::new() } else { format!(" WITH ({})", with_list(settings)) }
}

fn setting_sql(setting: &str) -> String {
    match setting.split_once('=') {
        Some((name, value)) if is_plain(value) => format!("{name}={value}"),
        Some((name, value)) => format!("{name}={}", literal(value)),
        None => setting.to_owned(),
    }
}

fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_' || c == '-')
        && (value.parse::<f64>().is_ok() || value == quote(value))
}

/// `SET (…)` and `RESET (…)` between two lists.
pub fn changes(from: &Fact, to: &Fact, attribute: Attribute) -> Vec<String> {
    let (before, after) = (map(from, attribute), map(to, attribute));
    let set: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value))
        .map(|(name, value)| setting_sql(&format!("{name}={value}")))
        .collect();
    let reset: Vec<String> =
        before.keys().filter(|name| !after.contains_key(*name)).cloned().collect();
    let mut clauses = Vec::new();
    if !reset.is_empty() {
        clauses.push(format!("RESET ({})", reset.join(", ")));
    }
    if !set.is_empty() {
        clauses.push(format!("SET ({})", set.join(", ")));
    }
    clauses
}

/// ` OPTIONS (name 'value', …)`, or nothing, as foreign objects have them.
pub fn options_clause(fact: &Fact, attribute: Attribute) -> String {
    let options: Vec<String> = map(fact, attribute)
        .iter()
        .map(|(name, value)| format!("{} {}", quote(name), literal(value)))
        .collect();
    if options.is_empty() { String::new() } else { format!(" OPTIONS ({})", options.join(", ")) }
}

/// `OPTIONS (ADD …, SET …, DROP …)` between two lists.
pub fn options_changes(from: &Fact, to: &Fact, attribute: Attribute) -> Option<String> {
    let (before, after) = (map(from, attribute), map(to, attribute));
    let mut changes = Vec::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.push(format!("DROP {}", quote(name)));
    }
    for (name, value) in &after {
        match before.get(name) {
            Some(had) if had == value => {}
            had => {
                let verb = if had.is_some() { "SET" } else { "ADD" };
                changes.push(format!("{verb} {} {}", quote(name), literal(value)));
            }
        }
    }
    (!changes.is_empty()).then(|| format!("OPTIONS ({})", changes.join(", ")))
}

fn map(fact: &Fact, attribute: Attribute) -> BTreeMap<String, String> {
    fact.list(attribute)
        .iter()
        .map(|setting| {
            let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::with_list;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        let list = |settings: &[&str]| {
            with_list(&settings.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            list(&["fillfactor=70", "user_catalog_table=true"]),
            "fillfactor=70, user_catalog_table='true'"
        );
        assert_eq!(list(&["check_option=local"]), "check_option=local");
        assert_eq!(list(&["buffering=auto"]), "buffering=auto");
    }
}
