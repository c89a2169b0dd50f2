//! What a statement of a schema file is about, as far as its words tell.

use common::{Error, Result};
use sql_script::Statement;
use squawk_lexer::{TokenKind, tokenize};

use super::File;

/// What a statement does to roles, databases, tablespaces or the configuration would reach beyond
/// the shadow database, to the server that others live on.
pub fn refuse_cluster_wide(file: &File, statement: &Statement) -> Result<()> {
    let sql = file.script.sql(statement);
    let words = words(sql, 12);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let what = match words[..] {
        ["create" | "alter" | "drop", "user", "mapping", ..] => return Ok(()),
        [
            "create" | "alter" | "drop",
            kind @ ("role" | "user" | "group" | "database" | "tablespace" | "subscription"),
            ..,
        ] => {
            format!("{} {}", words[0], kind)
        }
        ["alter", "system", ..] => "alter system".to_owned(),
        ["comment", "on", kind @ ("role" | "database" | "tablespace" | "subscription"), ..] => {
            format!("comment on {kind}")
        }
        ["drop" | "reassign", "owned", ..] => format!("{} owned", words[0]),
        // GRANT role TO role; a grant on an object says ON.
        ["grant" | "revoke", ..] if !words_all(sql).any(|word| word == "on") => {
            format!("{} of a role", words[0])
        }
        _ => return Ok(()),
    };
    let start = statement.range.start;
    let text = &file.script.text;
    let column =
        1 + text[text[..start].rfind('\n').map_or(0, |newline| newline + 1)..start].chars().count();
    Err(Error::usage(format!(
        "{}:{}:{column}: {} concerns the whole server, not this database",
        file.script.path.display(),
        statement.line,
        what.to_uppercase()
    ))
    .hint("Such statements belong to whoever runs the server; schema files describe one database. Nothing was run."))
}

/// CREATE SCHEMA of one that is there for an extension's sake.
pub fn is_given(sql: &str, given: &[String]) -> bool {
    let words = words(sql, 3);
    words.len() == 3 && words[..2] == ["create", "schema"] && given.contains(&words[2])
}

/// Whether the statement leaves the meaning of those after it as it is, which SET does not.
pub fn makes_objects(sql: &str) -> bool {
    let words = words(sql, 1);
    matches!(words.first().map(String::as_str), Some("create" | "alter" | "comment" | "grant"))
}

/// DO and CALL may end transactions; those of a schema file do not.
pub fn is_routine(sql: &str) -> bool {
    words(sql, 1).first().is_some_and(|word| word == "do" || word == "call")
}

/// The first words of a statement, names and keywords alike, in lower case and without quotes.
pub fn words(sql: &str, most: usize) -> Vec<String> {
    words_all(sql).take(most).collect()
}

pub fn words_all(sql: &str) -> impl Iterator<Item = String> {
    tokens(sql).filter_map(|(kind, token)| match kind {
        TokenKind::Ident => Some(token.to_lowercase()),
        TokenKind::QuotedIdent { .. } => Some(token.trim_matches('"').to_owned()),
        _ => None,
    })
}

fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, &str)> {
    let mut at = 0;
    tokenize(text).map(move |token| {
        let start = at;
        at += token.len as usize;
        (token.kind, &text[start..at])
    })
}
