//! Text into statements, by psql's own rule: a semicolon ends a statement outside of
//! parentheses and of a BEGIN ATOMIC body. The tokens come from a lexer that follows
//! PostgreSQL's; a whole parser would refuse what a newer server accepts.
//!
//! Source: PostgreSQL, `src/fe_utils/psqlscan.l`. Known limit: a backslash-escaped quote in the
//! second line of a string continued as `E'…'` newline `'…'` is read as the string's end.

use std::ops::Range;

use common::{Error, Result};
use squawk_lexer::{LiteralKind, TokenKind, tokenize};

use crate::token::Token;
use crate::{Concurrent, ConcurrentIndex, Script, concurrent, index, transaction};

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Bytes of the script's text, without the semicolon and the comments around it.
    pub range: Range<usize>,
    /// The line, from 1, on which it begins.
    pub line: usize,
    /// The index it builds, where it is a CREATE INDEX CONCURRENTLY.
    pub concurrent_index: Option<ConcurrentIndex>,
    /// What else it does CONCURRENTLY.
    pub concurrent: Option<Concurrent>,
    /// Whether it must come alone: the server refuses it inside of a transaction block, or it may
    /// end transactions of its own.
    pub alone: bool,
}

/// Reads the statements of one part of a script.
pub(crate) fn statements(script: &Script, part: Range<usize>) -> Result<Vec<Statement>> {
    let text = script.text.as_str();
    let mut found = Vec::new();
    let mut tokens: Vec<Token> = Vec::new();
    let (mut parentheses, mut blocks) = (0_usize, 0_usize);
    let mut at = part.start;
    for token in tokenize(&text[part]) {
        let range = at..at + token.len as usize;
        at = range.end;
        refuse_unclosed(script, token.kind, range.start)?;
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {
                continue;
            }
            TokenKind::Semi if parentheses == 0 && blocks == 0 => {
                found.extend(statement(script, &tokens)?);
                tokens.clear();
                continue;
            }
            TokenKind::Unknown if text[range.clone()].starts_with('\\') => {
                return Err(meta_command(script, range.start));
            }
            TokenKind::OpenParen => parentheses += 1,
            TokenKind::CloseParen => parentheses = parentheses.saturating_sub(1),
            _ => {}
        }
        tokens.push(Token { kind: token.kind, range });
        if parentheses == 0 {
            blocks = depth_after(text, &tokens, blocks);
        }
    }
    found.extend(statement(script, &tokens)?);
    Ok(found)
}

/// BEGIN ATOMIC opens a body; inside one, CASE opens and END closes.
fn depth_after(text: &str, tokens: &[Token], depth: usize) -> usize {
    let Some((last, before)) = tokens.split_last() else { return depth };
    let opens = if depth == 0 {
        last.is(text, "atomic")
            && before.last().is_some_and(|token| token.is(text, "begin"))
            && is_routine(text, tokens)
    } else {
        last.is(text, "case")
    };
    if opens {
        depth + 1
    } else if depth > 0 && last.is(text, "end") {
        depth - 1
    } else {
        depth
    }
}

/// CREATE [OR REPLACE] FUNCTION or PROCEDURE.
fn is_routine(text: &str, tokens: &[Token]) -> bool {
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(text, word));
    let kind = if word(1, "or") { 3 } else { 1 };
    word(0, "create") && (word(kind, "function") || word(kind, "procedure"))
}

fn statement(script: &Script, tokens: &[Token]) -> Result<Option<Statement>> {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Ok(None) };
    let line = script.line(first.range.start);
    transaction::refuse_control(script, line, tokens)?;
    refuse_copy_with_data(script, line, tokens)?;
    Ok(Some(Statement {
        range: first.range.start..last.range.end,
        line,
        concurrent_index: index::concurrent_index(&script.text, tokens),
        concurrent: concurrent::concurrent(&script.text, tokens),
        alone: transaction::must_come_alone(&script.text, tokens),
    }))
}

fn refuse_unclosed(script: &Script, kind: TokenKind, start: usize) -> Result<()> {
    let what = match kind {
        TokenKind::BlockComment { terminated: false } => "the comment",
        TokenKind::QuotedIdent { terminated: false, .. } => "the quoted name",
        TokenKind::Literal { kind: LiteralKind::DollarQuotedString { terminated: false } } => {
            "the dollar-quoted string"
        }
        TokenKind::Literal {
            kind:
                LiteralKind::Str { terminated: false }
                | LiteralKind::NationalStr { terminated: false }
                | LiteralKind::ByteStr { terminated: false }
                | LiteralKind::BitStr { terminated: false }
                | LiteralKind::UnicodeEscStr { terminated: false }
                | LiteralKind::EscStr { terminated: false },
        } => "the string",
        _ => return Ok(()),
    };
    Err(script
        .refuse(script.line(start), format_args!("{what} that begins here is not closed"))
        .hint("Nothing was run."))
}

fn meta_command(script: &Script, start: usize) -> Error {
    let command: String =
        script.text[start..].chars().take_while(|c| !c.is_whitespace() && *c != ';').collect();
    script
        .refuse(script.line(start), format_args!("`{command}` is a command of psql, not SQL"))
        .hint("Write what it does as SQL; each file is run on its own, by name order or revision. Nothing was run.")
}

fn refuse_copy_with_data(script: &Script, line: usize, tokens: &[Token]) -> Result<()> {
    let text = script.text.as_str();
    if !tokens.first().is_some_and(|token| token.is(text, "copy")) {
        return Ok(());
    }
    for pair in tokens.windows(2) {
        let from = pair[0].is(text, "from") && pair[1].is(text, "stdin");
        let to = pair[0].is(text, "to") && pair[1].is(text, "stdout");
        if from || to {
            let found = &text[pair[0].range.start..pair[1].range.end];
            return Err(script
                .refuse(line, format_args!("`COPY … {found}` needs a client on the other end"))
                .hint("Write the rows as INSERT … VALUES. Nothing was run."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::Script;

    #[track_caller]
    fn case(text: &str, expected: &[(usize, &str)]) {
        let script = Script::new(Path::new("a.sql"), text);
        let statements = script.statements().unwrap();
        let found: Vec<_> = statements.iter().map(|s| (s.line, script.sql(s))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Script::new(Path::new("a.sql"), text).statements().unwrap_err();
        assert_eq!(error.primary(), expected, "{text}");
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn a_semicolon_ends_a_statement() {
        case("", &[]);
        case(" ;; -- nothing\n;", &[]);
        case("SELECT 1; SELECT 2", &[(1, "SELECT 1"), (1, "SELECT 2")]);
        case(
            "-- why\n\nSELECT 1 -- one\n;\n/* two */ SELECT 2;\n-- end",
            &[(3, "SELECT 1"), (5, "SELECT 2")],
        );
        case("SELECT 'größer; ✓';\r\nSELECT 2;", &[(1, "SELECT 'größer; ✓'"), (2, "SELECT 2")]);
    }

    #[test]
    fn a_semicolon_inside_of_something_does_not() {
        for sql in [
            "SELECT 'a;''b;', E'\\';', \"c;\"\"d\", U&'\\003b;', $$e;$$, $x$f;$$;$x$",
            "SELECT 1 /* ; /* nested; */ ; */ + 2",
            "SELECT 1 -- ;\n+ 2",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)",
            "DO $body$ BEGIN PERFORM 1; END $body$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
            "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT 3; END",
            "create or replace procedure p() begin atomic; select (case when true then 1 end); end",
            "SELECT a[1:2], $1, b$c$d FROM t",
        ] {
            case(
                &format!("{sql}; SELECT 2;"),
                &[(1, sql), (1 + sql.matches('\n').count(), "SELECT 2")],
            );
        }
    }

    #[test]
    fn words_that_look_like_a_block_are_no_block() {
        case(
            "SELECT 1 AS atomic; CREATE TABLE begin_atomic (\"begin\" int); SELECT 2",
            &[
                (1, "SELECT 1 AS atomic"),
                (1, "CREATE TABLE begin_atomic (\"begin\" int)"),
                (1, "SELECT 2"),
            ],
        );
        case(
            "SELECT CASE WHEN true THEN 1 END; SAVEPOINT a; ROLLBACK TO SAVEPOINT a",
            &[
                (1, "SELECT CASE WHEN true THEN 1 END"),
                (1, "SAVEPOINT a"),
                (1, "ROLLBACK TO SAVEPOINT a"),
            ],
        );
        case(
            "COPY t TO '/tmp/x'; PREPARE q AS SELECT 1",
            &[(1, "COPY t TO '/tmp/x'"), (1, "PREPARE q AS SELECT 1")],
        );
    }

    #[test]
    fn what_only_psql_or_the_binary_may_say_is_refused() {
        let transaction = |word: &str, line: usize| {
            format!("a.sql:{line}: `{word}`: the file must not begin or end a transaction")
        };
        refused("SELECT 1;\nBEGIN;", &transaction("BEGIN", 2));
        refused("start transaction", &transaction("start transaction", 1));
        refused("\n\nCommit;", &transaction("Commit", 3));
        refused("ROLLBACK;", &transaction("ROLLBACK", 1));
        refused("\\i other.sql\n", "a.sql:1: `\\i` is a command of psql, not SQL");
        refused("SELECT 1;\n\\copy t from 'x'", "a.sql:2: `\\copy` is a command of psql, not SQL");
        refused(
            "COPY t FROM stdin;\n1\n\\.\n",
            "a.sql:1: `COPY … FROM stdin` needs a client on the other end",
        );
    }

    #[test]
    fn what_is_not_closed_is_named_by_the_line_where_it_begins() {
        for (text, what) in [
            ("'abc;\n", "the string"),
            ("E'abc\\';", "the string"),
            ("\"abc;", "the quoted name"),
            ("$$abc;", "the dollar-quoted string"),
            ("/* /* */", "the comment"),
        ] {
            refused(
                &format!("SELECT 1;\nSELECT {text}"),
                &format!("a.sql:2: {what} that begins here is not closed"),
            );
        }
    }
}
