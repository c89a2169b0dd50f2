//! Functions and procedures.

use crate::step::{Alter, Changed, Step};
use crate::{Attribute, Fact};

pub fn create(fact: &Fact) -> Vec<Step> {
    let definition = fact.text(Attribute::Definition);
    vec![Step::new(definition.replacen("CREATE OR REPLACE ", "CREATE ", 1))]
}

/// Replaced where its signature stays, so that whatever uses it stays, too.
pub fn alter(from: &Fact, to: &Fact, changed: &Changed) -> Alter {
    let replaceable = !changed.has(Attribute::Result)
        && keeps_arguments(from.text(Attribute::Arguments), to.text(Attribute::Arguments));
    if replaceable {
        Alter::InPlace(vec![Step::new(to.text(Attribute::Definition))])
    } else {
        Alter::Rebuild
    }
}

/// Names and types must stay; a default may change or come, not go.
fn keeps_arguments(from: &str, to: &str) -> bool {
    let (from, to) = (arguments(from), arguments(to));
    from.len() == to.len()
        && from.iter().zip(&to).all(|((name, default), (new_name, new_default))| {
            name == new_name && (default.is_none() || new_default.is_some())
        })
}

/// Each argument with its default, cut at the commas that stand outside of parentheses and quotes.
fn arguments(list: &str) -> Vec<(&str, Option<&str>)> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0, None);
    for (index, character) in list.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(&list[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
        .into_iter()
        .map(|part| match part.trim().split_once(" DEFAULT ") {
            Some((argument, default)) => (argument, Some(default)),
            None => (part.trim(), None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::keeps_arguments;

    #[test]
    fn a_default_may_come_and_change_but_not_go() {
        #[track_caller]
        fn case(from: &str, to: &str, keeps: bool) {
            assert_eq!(keeps_arguments(from, to), keeps, "{from} → {to}");
        }
        case("a integer", "a integer DEFAULT 1", true);
        case("a integer DEFAULT 1", "a integer DEFAULT 2", true);
        case("a integer DEFAULT 1", "a integer", false);
        case("a integer", "b integer", false);
        case("a text DEFAULT 'x,y'::text, b integer", "a text DEFAULT ','::text, b integer", true);
        case("", "", true);
    }
}
