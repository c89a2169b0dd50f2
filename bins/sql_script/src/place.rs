//! From the server's position in a statement to a place in the file that a person can find.

use common::Error;

use crate::{Script, Statement};

/// Longer source lines are cut around the caret.
const WIDTH: usize = 96;

pub(crate) fn locate(script: &Script, statement: &Statement, error: Error) -> Error {
    let position = error.server().and_then(|facts| facts.position);
    let path = script.path.display();
    match position.and_then(|position| offset(script.sql(statement), position)) {
        None => error.at(format_args!("{path}:{}", statement.line), None),
        Some(offset) => {
            let offset = statement.range.start + offset;
            let line = script.line(offset);
            let start = script.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
            let column = script.text[start..offset].chars().count();
            let source = script.text[start..].lines().next().unwrap_or_default();
            error.at(
                format_args!("{path}:{line}:{}", column + 1),
                Some(excerpt(line, source, column)),
            )
        }
    }
}

/// The byte at the server's position, which counts characters from 1. One past the end is the
/// end of input.
fn offset(sql: &str, position: u32) -> Option<usize> {
    let index = usize::try_from(position).ok()?.checked_sub(1)?;
    sql.char_indices().map(|(at, _)| at).chain([sql.len()]).nth(index)
}

/// The source line, numbered, with a caret under the column (from 0).
fn excerpt(line: usize, source: &str, column: usize) -> String {
    let characters: Vec<char> =
        source.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let from = if characters.len() <= WIDTH { 0 } else { column.saturating_sub(WIDTH / 2) };
    let to = characters.len().min(from + WIDTH);
    let shown: String = characters[from..to].iter().collect();
    let before = if from > 0 { "… " } else { "" };
    let after = if to < characters.len() { " …" } else { "" };
    let number = line.to_string();
    let indent = " ".repeat(column - from + before.chars().count());
    format!("{number} | {before}{shown}{after}\n{} | {indent}^", " ".repeat(number.len()))
}

#[cfg(test)]
mod tests {
    use super::{excerpt, offset};

    #[test]
    fn a_caret_stands_under_the_character() {
        assert_eq!(excerpt(14, "  FROM \torder", 8), "14 |   FROM  order\n   |         ^");
        assert_eq!(excerpt(1, "é✓ x", 3), "1 | é✓ x\n  |    ^");
        let long = format!("{}x{}", "a".repeat(200), "b".repeat(200));
        let shown = excerpt(7, &long, 200);
        let (source, caret) = shown.split_once('\n').unwrap();
        assert_eq!(source.chars().count(), 4 + 2 + 96 + 2, "{shown}");
        assert_eq!(source.chars().nth(caret.chars().count() - 1), Some('x'));
    }

    #[test]
    fn positions_count_characters_from_one() {
        assert_eq!(offset("é✓x", 1), Some(0));
        assert_eq!(offset("é✓x", 3), Some(5));
        assert_eq!(offset("é✓x", 4), Some(6));
        assert_eq!(offset("é✓x", 5), None);
        assert_eq!(offset("é✓x", 0), None);
    }
}
