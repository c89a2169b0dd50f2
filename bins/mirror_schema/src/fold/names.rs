//! Which name becomes which.

use std::collections::BTreeMap;

use common::Error;

/// PostgreSQL cuts longer names off, and two cut names may be one (NAMEDATALEN - 1).
const LONGEST: usize = 63;

/// Where the names of the source lead to in the target.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The source's schemas with their mirrors.
    mirrors: BTreeMap<String, String>,
    /// Names that lead out of the mirrors, such as an extension's types, with what they are in the
    /// target, as SQL.
    others: BTreeMap<(String, String), String>,
}

impl Names {
    pub fn new(mirrors: impl IntoIterator<Item = (String, String)>) -> Names {
        Names { mirrors: mirrors.into_iter().collect(), others: BTreeMap::new() }
    }

    /// The schema that a database's schema is mirrored into: `dw__stackoverflow2010__dbo`.
    pub fn schema(database: &str, schema: &str) -> String {
        format!("dw__{}__{}", fold(database), fold(schema))
    }

    pub fn mirror_of(&self, schema: &str) -> Option<&str> {
        self.mirrors.get(schema).map(String::as_str)
    }

    pub fn lead_out(&mut self, schema: &str, name: &str, sql: String) {
        self.others.insert((schema.to_owned(), name.to_owned()), sql);
    }

    /// What a qualified name is in the target, where it leads out of the mirrors.
    pub fn other(&self, schema: &str, name: &str) -> Option<&str> {
        self.others.get(&(schema.to_owned(), name.to_owned())).map(String::as_str)
    }
}

/// Lower case of every script: PostgreSQL itself folds ASCII only, and a name that needs quotes for
/// its case is what a mirror is there to end.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// What PostgreSQL would keep of a name: as many whole characters as fit.
pub fn cut(name: &str) -> &str {
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    &name[..end.unwrap_or(0)]
}

/// Two names of the source that are one in the mirror.
pub fn refuse_same(one: &str, other: &str, name: &str) -> Error {
    Error::usage(format!("{one} and {other} have the same name in the mirror"))
        .detail(format!("both would be `{name}`"))
        .hint("Rename one in the source, or leave it out of TABLES. Nothing was changed.")
}

/// A name that PostgreSQL would cut off.
pub fn refuse_long(what: &str, name: &str) -> Error {
    Error::usage(format!("the name of {what} has {} bytes in the mirror", name.len()))
        .detail(format!("`{name}`; PostgreSQL keeps {LONGEST}"))
        .hint("Rename it in the source, or leave it out of TABLES. Nothing was changed.")
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn names_are_cut_between_characters() {
        let case = |name: &str, kept: usize| assert_eq!(cut(name).len(), kept, "{name}");
        case("users", 5);
        case(&"a".repeat(63), 63);
        case(&"a".repeat(64), 63);
        case(&"ä".repeat(32), 62);
    }
}
