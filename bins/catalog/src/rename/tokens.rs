//! Names inside of definitions, found token by token, so that a string or a longer name that
//! merely holds a name stays as it is.

use squawk_lexer::{TokenKind, tokenize};

use crate::name::{list_with, quote};

/// What is called otherwise.
pub enum Renaming<'a> {
    /// `shop.users`, and `users.` as the alias that PostgreSQL prints for it.
    Qualified { from: &'a [String], to: &'a [String] },
    /// Everything in a schema.
    Schema { from: &'a str, to: &'a str },
    /// A bare name, such as a column's, alone or after a dot.
    Bare { from: &'a str, to: &'a str },
}

/// The text with the new names in it.
pub fn rename(text: &str, renaming: &Renaming) -> String {
    let old = match renaming {
        Renaming::Qualified { from, .. } => from.last().map_or("", String::as_str),
        Renaming::Schema { from, .. } | Renaming::Bare { from, .. } => from,
    };
    if !text.contains(old) {
        return text.to_owned();
    }
    let tokens = tokens(text);
    let mut result = String::with_capacity(text.len());
    let mut index = 0;
    while index < tokens.len() {
        let (new, used) = replacement(&tokens[index..], &tokens[..index], renaming);
        match new {
            Some(new) => result.push_str(&new),
            None => result.push_str(tokens[index].text),
        }
        index += used;
    }
    result
}

struct Token<'a> {
    text: &'a str,
    /// The name, unquoted, where it is one.
    name: Option<String>,
    /// What stands between the quotes of a string.
    string: Option<&'a str>,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    for token in tokenize(text) {
        let end = start + token.len as usize;
        let part = &text[start..end];
        let name = match token.kind {
            TokenKind::Ident => Some(part.to_owned()),
            TokenKind::QuotedIdent { .. } => Some(part[1..part.len() - 1].replace("\"\"", "\"")),
            _ => None,
        };
        let string = matches!(token.kind, TokenKind::Literal { .. })
            .then(|| part.strip_prefix('\'').and_then(|part| part.strip_suffix('\'')))
            .flatten();
        tokens.push(Token { text: part, name, string });
        start = end;
    }
    tokens
}

/// What the next tokens become, and how many they are.
fn replacement(next: &[Token], before: &[Token], renaming: &Renaming) -> (Option<String>, usize) {
    let is = |index: usize, name: &str| {
        next.get(index).is_some_and(|token| token.name.as_deref() == Some(name))
    };
    let dot = |index: usize| next.get(index).is_some_and(|token| token.text == ".");
    let after_dot = before.last().is_some_and(|token| token.text == ".");
    match renaming {
        Renaming::Qualified { from, to } => {
            let [schema, name] = from else { return (None, 1) };
            if is(0, schema) && dot(1) && is(2, name) {
                return (Some(list_with(to.iter(), ".")), 3);
            }
            if is(0, name) && dot(1) && !after_dot {
                return (to.last().map(|name| quote(name)), 1);
            }
            if next[0].string == Some(list_with(from.iter(), ".").as_str()) {
                return (Some(format!("'{}'", list_with(to.iter(), "."))), 1);
            }
            (None, 1)
        }
        Renaming::Schema { from, to } => {
            if is(0, from) && dot(1) && !after_dot {
                return (Some(quote(to)), 1);
            }
            let prefix = format!("{}.", quote(from));
            let rest = next[0].string.and_then(|text| text.strip_prefix(prefix.as_str()));
            (rest.map(|rest| format!("'{}.{rest}'", quote(to))), 1)
        }
        Renaming::Bare { from, to } => {
            if is(0, from) && !dot(1) {
                (Some(quote(to)), 1)
            } else {
                (None, 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Renaming, rename};

    #[test]
    fn only_whole_names_are_renamed() {
        #[track_caller]
        fn case(text: &str, renaming: &Renaming, expected: &str) {
            assert_eq!(rename(text, renaming), expected);
        }
        let from = ["s".to_owned(), "users".to_owned()];
        let to = ["s".to_owned(), "People".to_owned()];
        let table = Renaming::Qualified { from: &from, to: &to };
        case("SELECT users.id FROM s.users", &table, "SELECT \"People\".id FROM s.\"People\"");
        case(
            "nextval('s.users'::regclass) || 'users'",
            &table,
            "nextval('s.\"People\"'::regclass) || 'users'",
        );
        case("s.users_old, t.users", &table, "s.users_old, t.users");
        let column = Renaming::Bare { from: "mail", to: "email" };
        case(
            "((mail)::text <> 'mail') AND new.mail = mailbox",
            &column,
            "((email)::text <> 'mail') AND new.email = mailbox",
        );
        let schema = Renaming::Schema { from: "s", to: "shop" };
        case("s.f(s.s) 's.q'", &schema, "shop.f(shop.s) 'shop.q'");
    }
}
