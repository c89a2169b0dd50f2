//! Which names mean the same: old_users and users, reg_date and registered_at.

/// Words that say the same of a column.
const SYNONYMS: [&[&str]; 12] = [
    &["at", "on", "date", "time", "day", "when", "timestamp", "datetime", "ts"],
    &["id", "no", "nr", "num", "number", "key"],
    &["email", "mail"],
    &["phone", "tel", "telephone", "mobile"],
    &["quantity", "qty", "count", "pieces"],
    &["zip", "postal", "postcode", "plz"],
    &["address", "addr"],
    &["amount", "amt", "sum", "total"],
    &["description", "desc"],
    &["note", "comment", "remark"],
    &["category", "cat"],
    &["customer", "client", "cust"],
];
const BEFORE: [&str; 9] =
    ["old_", "legacy_", "tbl_", "t_", "raw_", "src_", "stg_", "import_", "new_"];
const AFTER: [&str; 6] = ["_old", "_legacy", "_raw", "_flat", "_import", "_table"];

/// The words of a name, small and singular.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_small = false;
    let mut open = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open || (after_small && character.is_uppercase()) {
            words.push(String::new());
        }
        open = true;
        after_small = character.is_lowercase();
        words.last_mut().expect("one was just begun").extend(character.to_lowercase());
    }
    words.iter().map(|word| singular(word)).collect()
}

/// A table's words without what says only that it is a table of old.
pub fn table_words(name: &str) -> Vec<String> {
    let mut bare = name.to_lowercase();
    for prefix in BEFORE {
        bare = bare.strip_prefix(prefix).unwrap_or(&bare).to_owned();
    }
    for suffix in AFTER {
        bare = bare.strip_suffix(suffix).unwrap_or(&bare).to_owned();
    }
    words(&bare)
}

fn singular(word: &str) -> String {
    match word {
        _ if word.len() < 4 || word.ends_with("ss") => word.to_owned(),
        _ if word.ends_with("ies") => format!("{}y", &word[..word.len() - 3]),
        _ if ["sses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end)) => {
            word[..word.len() - 2].to_owned()
        }
        _ => word
            .strip_suffix('s')
            .filter(|rest| !rest.ends_with('u') && !rest.ends_with('i'))
            .unwrap_or(word)
            .to_owned(),
    }
}

fn same(one: &str, other: &str) -> bool {
    let short = one.len().min(other.len());
    one == other
        || (short >= 3 && one.as_bytes()[..short] == other.as_bytes()[..short])
        || SYNONYMS.iter().any(|group| group.contains(&one) && group.contains(&other))
}

/// From 0, nothing in common, to 1: each word of one has its like in the other.
pub fn likeness(one: &[String], other: &[String]) -> f64 {
    let alike =
        one.iter().filter(|word| other.iter().any(|candidate| same(word, candidate))).count();
    let longer = one.len().max(other.len());
    if longer == 0 { 0.0 } else { count(alike.min(other.len())) / count(longer) }
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{likeness, table_words, words};

    #[test]
    fn names_of_old_tables_are_recognised() {
        for (name, expected) in [
            ("old_users", vec!["user"]),
            ("tbl_OrderItems", vec!["orderitem"]),
            ("categories", vec!["category"]),
            ("addresses", vec!["address"]),
            ("status", vec!["status"]),
        ] {
            assert_eq!(table_words(name), expected, "{name}");
        }
        assert_eq!(words("orderDate"), ["order", "date"]);
    }

    #[test]
    fn columns_are_alike_by_their_words() {
        let case = |one: &str, other: &str, expected: f64| {
            let found = likeness(&words(one), &words(other));
            assert!((found - expected).abs() < 0.01, "{one} {other}: {found}");
        };
        case("registered_at", "reg_date", 1.0);
        case("email", "user_email", 0.5);
        case("unit_price", "price", 0.5);
        case("qty", "quantity", 1.0);
        case("street", "price", 0.0);
    }
}
