//! Names of people, streets and things.

use fake::locales::{Data, EN};

/// People whose names are harder to get right; each is written as it should be.
const HARDER_FIRST: [&str; 6] = ["José", "Zoë", "Anne-Marie", "Łukasz", "Søren", "Chloé"];
const HARDER_LAST: [&str; 6] =
    ["O'Connor", "Müller", "García-López", "D'Angelo", "Ångström", "Novák"];

/// Domains that no one can own, as RFC 2606 keeps them free.
pub const DOMAINS: [&str; 6] = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "post.example.com",
    "web.example",
];
pub const CITIES: [(&str, &str); 12] = [
    ("Springfield", "US"),
    ("New York", "US"),
    ("Portland", "US"),
    ("San José", "CR"),
    ("London", "GB"),
    ("Leeds", "GB"),
    ("Berlin", "DE"),
    ("Köln", "DE"),
    ("Lyon", "FR"),
    ("Saint-Denis", "FR"),
    ("Madrid", "ES"),
    ("Zürich", "SWITZERLAND"),
];
pub const ADJECTIVES: [&str; 16] = [
    "Rustic",
    "Sleek",
    "Handmade",
    "Gorgeous",
    "Practical",
    "Tiny",
    "Heavy",
    "Foldable",
    "Vintage",
    "Modern",
    "Ergonomic",
    "Quiet",
    "Bright",
    "Soft",
    "Robust",
    "Classic",
];
pub const MATERIALS: [&str; 12] = [
    "Steel", "Wooden", "Cotton", "Granite", "Rubber", "Leather", "Glass", "Bamboo", "Wool",
    "Paper", "Copper", "Linen",
];
pub const THINGS: [&str; 20] = [
    "Chair",
    "Lamp",
    "Keyboard",
    "Jacket",
    "Novel",
    "Kettle",
    "Shovel",
    "Puzzle",
    "Racket",
    "Chocolate",
    "Table",
    "Camera",
    "Gloves",
    "Atlas",
    "Blanket",
    "Rake",
    "Kite",
    "Helmet",
    "Tea",
    "Clock",
];
/// Notes on orders; none is a null word.
pub const NOTES: [&str; 8] = [
    "Leave at the door",
    "Ring twice",
    "Gift wrap, please",
    "Call before delivery",
    "Second floor, left",
    "Née Dupont on the bell",
    "Do not bend",
    "Back entrance",
];
/// What clerks type where they have nothing to type; mapping.toml lists the same.
pub const NULL_WORDS: [&str; 8] = ["", "n/a", "N/A", "null", "None", "-", "?", "unknown"];

/// First and last names whose spelling title case keeps: fake's, less those like `McClure`.
pub struct Names {
    pub first: Vec<&'static str>,
    pub last: Vec<&'static str>,
}

impl Names {
    pub fn new() -> Names {
        Names {
            first: plain(EN::NAME_FIRST_NAME, &HARDER_FIRST),
            last: plain(EN::NAME_LAST_NAME, &HARDER_LAST),
        }
    }
}

pub fn street_suffixes() -> &'static [&'static str] {
    EN::ADDRESS_STREET_SUFFIX
}

fn plain(fakes: &[&'static str], harder: &[&'static str]) -> Vec<&'static str> {
    let one_capital = |name: &str| {
        name.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
            && name.starts_with(|first: char| first.is_ascii_uppercase())
    };
    fakes.iter().copied().filter(|name| one_capital(name)).chain(harder.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn there_are_enough_names_and_no_inner_capitals() {
        let names = Names::new();
        assert!(names.first.len() > 1_000 && names.last.len() > 300);
        assert!(!names.last.contains(&"McClure"));
        assert!(names.last.contains(&"O'Connor"));
    }
}
