//! Where a mark stands in a file, and what it speaks of there.

use std::ops::Range;

use common::Result;
use common::identifier::QualifiedName;
use sql_script::Script;
use squawk_lexer::{TokenKind, tokenize};

const MARK: &str = "@rename";

/// One mark and what it speaks of.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark {
    pub line: usize,
    /// `None`: the object is new, whatever it looks like.
    pub from: Option<QualifiedName>,
    /// The kind in SQL's words, and the name as it is written after it.
    pub object: Named,
    /// A column, constraint or label of it.
    pub part: Option<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub keyword: String,
    pub schema: Option<String>,
    pub name: String,
    /// The table of an index, trigger or policy.
    pub on: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Column(String),
    Constraint(String),
    Label(String),
}

#[derive(Clone, Debug)]
struct Token {
    kind: TokenKind,
    range: Range<usize>,
    line: usize,
}

/// The marks of a file, in order.
///
/// # Errors
/// One is misspelt, or no definition follows it.
pub fn marks(script: &Script) -> Result<Vec<Mark>> {
    let (mut tokens, mut comments) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    for token in tokenize(&script.text) {
        let range = at..at + token.len as usize;
        at = range.end;
        let text = &script.text[range.clone()];
        match token.kind {
            TokenKind::LineComment if text.contains(MARK) => comments.push((line, range)),
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {}
            kind => tokens.push(Token { kind, range, line }),
        }
        line += text.matches('\n').count();
    }
    comments.into_iter().map(|(line, range)| mark(script, &tokens, line, range)).collect()
}

fn mark(script: &Script, tokens: &[Token], line: usize, comment: Range<usize>) -> Result<Mark> {
    let text = &script.text;
    let said = text[comment.clone()].trim_start_matches('-').trim();
    let name = said.strip_prefix(MARK).and_then(|rest| rest.trim_start().strip_prefix("from:"));
    let from = match name.map(str::trim) {
        Some("none") => Some(None),
        Some(name) => QualifiedName::parse(name).map(Some),
        None => None,
    };
    let Some(from) = from else {
        return Err(script
            .refuse(line, "this is not a rename")
            .hint("The form is `-- @rename from: old_name`, or `from: none` for what is new. Nothing was written."));
    };
    let nothing = || {
        script.refuse(line, "no definition follows this rename").hint(
            "It stands above a definition on a line of its own, or after it on the same line. Nothing was written.",
        )
    };
    // Behind something on its line it speaks of that, else of what comes next.
    let next = tokens.partition_point(|token| token.range.start < comment.start);
    let behind = next.checked_sub(1).filter(|index| tokens[*index].line == line);
    let about = match behind {
        Some(index) if is(text, &tokens[index], ",") || is(text, &tokens[index], ";") => {
            index.checked_sub(1)
        }
        Some(index) => Some(index),
        None => (next < tokens.len()).then_some(next),
    };
    let about = about.ok_or_else(nothing)?;
    let start =
        tokens[..about].iter().rposition(|token| is(text, token, ";")).map_or(0, |at| at + 1);
    let object = named(text, &tokens[start..]).ok_or_else(nothing)?;
    let part = element(text, &tokens[start..], about - start);
    Ok(Mark { line, from, object, part })
}

/// The object that a statement makes or alters, by the words after its first.
fn named(text: &str, tokens: &[Token]) -> Option<Named> {
    const PASSED: [&str; 16] = [
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "unique",
        "recursive",
        "materialized",
        "foreign",
        "constraint",
        "event",
        "concurrently",
        "if",
        "not",
        "exists",
        "only",
    ];
    const KINDS: [&str; 16] = [
        "table",
        "view",
        "index",
        "sequence",
        "type",
        "domain",
        "function",
        "procedure",
        "aggregate",
        "schema",
        "trigger",
        "policy",
        "statistics",
        "rule",
        "collation",
        "publication",
    ];
    let word =
        |index: usize| tokens.get(index).map(|token| text[token.range.clone()].to_lowercase());
    if !matches!(word(0)?.as_str(), "create" | "alter") {
        return None;
    }
    let mut at = 1;
    while PASSED.contains(&word(at)?.as_str()) {
        at += 1;
    }
    let keyword = word(at).filter(|word| KINDS.contains(&word.as_str()))?;
    at += 1;
    while PASSED.contains(&word(at)?.as_str()) {
        at += 1;
    }
    let mut names = vec![identifier(text, tokens.get(at)?)?];
    while tokens.get(at + 1).is_some_and(|token| is(text, token, ".")) {
        names.push(identifier(text, tokens.get(at + 2)?)?);
        at += 2;
    }
    let name = names.pop()?;
    let schema = names.pop();
    let on =
        tokens[at..].iter().position(|token| text[token.range.clone()].eq_ignore_ascii_case("on"));
    let on = on.and_then(|on| {
        let rest = &tokens[at + on + 1..];
        let qualified = rest.get(1).is_some_and(|token| is(text, token, "."));
        identifier(text, rest.get(if qualified { 2 } else { 0 })?)
    });
    Some(Named { keyword, schema, name, on })
}

/// The column, constraint or label that the token at `about` belongs to: what stands between two
/// commas of the statement's outermost parentheses. Of ALTER TABLE … ADD CONSTRAINT: that one.
fn element(text: &str, tokens: &[Token], about: usize) -> Option<Part> {
    let (mut depth, mut first) = (0_i32, None);
    for (index, token) in tokens.iter().enumerate().take(about + 1) {
        match &text[token.range.clone()] {
            "(" => {
                depth += 1;
                if depth == 1 {
                    first = Some(index + 1);
                }
            }
            ")" => depth -= 1,
            "," if depth == 1 => first = Some(index + 1),
            word if depth == 0 && word.eq_ignore_ascii_case("add") => first = Some(index + 1),
            _ => {}
        }
        if depth == 0 && first.is_some_and(|first| is(text, &tokens[first - 1], "(")) {
            first = None;
        }
    }
    // A mark behind the comma of an element speaks of the element.
    let first = first.filter(|first| *first <= about)?;
    let token = tokens.get(first)?;
    let word = &text[token.range.clone()];
    if let TokenKind::Literal { .. } = token.kind {
        return Some(Part::Label(word.trim_matches('\'').replace("''", "'")));
    }
    if word.eq_ignore_ascii_case("constraint") {
        return Some(Part::Constraint(identifier(text, tokens.get(first + 1)?)?));
    }
    let first = if word.eq_ignore_ascii_case("column") { first + 1 } else { first };
    Some(Part::Column(identifier(text, tokens.get(first)?)?))
}

fn is(text: &str, token: &Token, what: &str) -> bool {
    &text[token.range.clone()] == what
}

/// A name as the catalog has it: folded, unless it is quoted.
fn identifier(text: &str, token: &Token) -> Option<String> {
    let word = &text[token.range.clone()];
    match token.kind {
        TokenKind::Ident => Some(word.to_lowercase()),
        TokenKind::QuotedIdent { .. } => Some(word.get(1..word.len() - 1)?.replace("\"\"", "\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sql_script::Script;

    use super::{Mark, marks};

    fn read(text: &str) -> Vec<Mark> {
        marks(&Script::new(Path::new("a.sql"), text)).unwrap()
    }

    #[track_caller]
    fn case(text: &str, expected: &[&str]) {
        let said: Vec<String> = read(text)
            .iter()
            .map(|mark| {
                let from = mark.from.as_ref().map_or("none".to_owned(), ToString::to_string);
                let schema = mark.object.schema.as_ref().map_or(String::new(), |s| format!("{s}."));
                let part = mark.part.as_ref().map_or(String::new(), |part| format!(" {part:?}"));
                format!("{} {schema}{}{part} was {from}", mark.object.keyword, mark.object.name)
            })
            .collect();
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn a_mark_speaks_of_what_is_beside_or_below_it() {
        case(
            "-- @rename from: people\nCREATE TABLE members (id int);",
            &["table members was people"],
        );
        case(
            "CREATE TABLE IF NOT EXISTS shop.\"My T\" ( -- @rename from: old\n id int);",
            &["table shop.My T was old"],
        );
        case(
            "CREATE TABLE t (\n  a int,\n  b numeric(3, 2), -- @rename from: c\n  d text -- @rename from: none\n);",
            &["table t Column(\"b\") was c", "table t Column(\"d\") was none"],
        );
        case(
            "CREATE TABLE t (\n  -- @rename from: \"Old A\"\n  a int,\n  -- @rename from: k\n  CONSTRAINT c CHECK (a > 0)\n);",
            &["table t Column(\"a\") was Old A", "table t Constraint(\"c\") was k"],
        );
        case(
            "CREATE TYPE s AS ENUM ('a', -- @rename from: b\n'it''s');",
            &["type s Label(\"a\") was b"],
        );
        case(
            "SELECT 1;\n-- @rename from: i\nCREATE UNIQUE INDEX j ON t (a);\nCREATE VIEW v AS SELECT 1; -- @rename from: w\n",
            &["index j was i", "view v was w"],
        );
        case(
            "-- @rename from: f\nCREATE OR REPLACE FUNCTION g(a int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;",
            &["function g was f"],
        );
        case("-- rename it some day\nCREATE TABLE t (id int);", &[]);
    }

    #[test]
    fn what_is_no_mark_is_named_by_file_and_line() {
        #[track_caller]
        fn refused(text: &str, expected: &str) {
            let error = marks(&Script::new(Path::new("a.sql"), text)).unwrap_err();
            assert_eq!(error.primary(), expected);
        }
        refused("\n-- @rename to: b\nCREATE TABLE t ();", "a.sql:2: this is not a rename");
        refused("-- @rename from:\nCREATE TABLE t ();", "a.sql:1: this is not a rename");
        refused("SELECT 1;\n-- @rename from: b", "a.sql:2: no definition follows this rename");
        refused("-- @rename from: b\nSELECT 1;", "a.sql:1: no definition follows this rename");
    }
}
