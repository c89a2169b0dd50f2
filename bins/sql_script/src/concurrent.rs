//! REINDEX and DETACH PARTITION, CONCURRENTLY: like an index build they work in several
//! transactions, and what is killed between two of them must be found again.

use squawk_lexer::TokenKind;

use crate::token::Token;

/// Names as SQL spells them, for `to_regclass`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concurrent {
    /// Of an index, or of all indexes of a table.
    Reindex(String),
    Detach {
        parent: String,
        partition: String,
    },
}

/// `REINDEX [(…)] INDEX|TABLE CONCURRENTLY name`, and
/// `ALTER TABLE [IF EXISTS] parent DETACH PARTITION name CONCURRENTLY`.
pub(crate) fn concurrent(text: &str, tokens: &[Token]) -> Option<Concurrent> {
    let concurrently = tokens.iter().position(|token| token.is(text, "concurrently"))?;
    if tokens[0].is(text, "reindex") {
        let kind = tokens.get(concurrently.checked_sub(1)?)?;
        let one = kind.is(text, "index") || kind.is(text, "table");
        return one.then(|| Concurrent::Reindex(name(text, &tokens[concurrently + 1..])));
    }
    if !(tokens[0].is(text, "alter") && tokens.get(1)?.is(text, "table")) {
        return None;
    }
    let detach = tokens.iter().position(|token| token.is(text, "detach"))?;
    let from = if tokens.get(2)?.is(text, "if") { 4 } else { 2 };
    let parent = name(text, tokens.get(from..detach)?);
    let partition = name(text, tokens.get(detach + 2..concurrently)?);
    Some(Concurrent::Detach { parent, partition })
}

fn name(text: &str, tokens: &[Token]) -> String {
    let is_part = |token: &&Token| {
        let kind = token.kind;
        matches!(kind, TokenKind::Dot | TokenKind::QuotedIdent { .. } | TokenKind::Ident)
    };
    tokens.iter().take_while(is_part).map(|token| &text[token.range.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Concurrent;
    use crate::Script;

    #[test]
    fn what_works_concurrently_is_recognised() {
        #[track_caller]
        fn case(sql: &str, expected: Option<Concurrent>) {
            let statements = Script::new(Path::new("a.sql"), sql).statements().unwrap();
            assert_eq!(statements[0].concurrent, expected, "{sql}");
        }
        let reindex = |name: &str| Some(Concurrent::Reindex(name.to_owned()));
        case("REINDEX INDEX CONCURRENTLY s.\"I\"", reindex("s.\"I\""));
        case("reindex (verbose) table concurrently /* all */ t", reindex("t"));
        case("REINDEX INDEX i", None);
        case("REINDEX SCHEMA CONCURRENTLY s", None);
        let detach = |parent: &str, partition: &str| {
            let (parent, partition) = (parent.to_owned(), partition.to_owned());
            Some(Concurrent::Detach { parent, partition })
        };
        case("ALTER TABLE p DETACH PARTITION s . c CONCURRENTLY", detach("p", "s.c"));
        case("alter table if exists s.p detach partition c concurrently", detach("s.p", "c"));
        case("ALTER TABLE p DETACH PARTITION c", None);
        case("CREATE INDEX CONCURRENTLY i ON t (a)", None);
    }
}
