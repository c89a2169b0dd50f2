//! Quoting of names and literals, and names as people write them.

use std::fmt;

/// `name` as a quoted identifier: `my"col` → `"my""col"`.
///
/// Always quoted: the list of reserved words changes between versions of PostgreSQL.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `text` as a string literal that reads the same whatever `standard_conforming_strings` is.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!(" E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// Several names, quoted, separated by commas.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// A table or other object, with its schema where one was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QualifiedName {
    pub schema: Option<String>,
    pub name: String,
}

impl QualifiedName {
    /// Reads `users`, `shop.users` or `"My Schema"."My.Table"`. Unlike in SQL, an unquoted name
    /// keeps its case, since it comes from a configuration file that names what is there.
    pub fn parse(text: &str) -> Option<QualifiedName> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        loop {
            let (part, after) = match rest.strip_prefix('"') {
                Some(quoted) => read_quoted(quoted)?,
                None => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            if part.is_empty() {
                return None;
            }
            parts.push(part);
            if after.is_empty() {
                break;
            }
            rest = after.strip_prefix('.')?;
        }
        let name = parts.pop()?;
        let schema = parts.pop();
        parts.is_empty().then_some(QualifiedName { schema, name })
    }

    /// Quoted for SQL.
    pub fn sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quote(schema), quote(&self.name)),
            None => quote(&self.name),
        }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// The text up to the closing quote, doubled quotes undone, and what follows it.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Some((name, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{QualifiedName, literal, quote};

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(quote("my\"col"), "\"my\"\"col\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), " E'a\\\\b'");
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        #[track_caller]
        fn case(text: &str, sql: Option<&str>) {
            let name = QualifiedName::parse(text).map(|name| name.sql());
            assert_eq!(name.as_deref(), sql, "{text}");
        }
        case("users", Some("\"users\""));
        case("shop.users", Some("\"shop\".\"users\""));
        case("\"a.b\".\"c\"\"d\"", Some("\"a.b\".\"c\"\"d\""));
        case("", None);
        case("a.b.c", None);
        case("a.", None);
        case("\"open", None);
    }
}
