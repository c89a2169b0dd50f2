//! Statements and transactions: what a file must not say, and what cannot be inside of one.

use common::Result;

use crate::Script;
use crate::token::Token;

/// Savepoints are the file's own business; the transaction around them is not.
pub(crate) fn refuse_control(script: &Script, line: usize, tokens: &[Token]) -> Result<()> {
    let text = script.text.as_str();
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(text, word));
    let to_savepoint = word(1, "to") || word(2, "to");
    let found = match tokens.first() {
        Some(first) if ["begin", "commit", "end", "abort"].iter().any(|w| first.is(text, w)) => {
            &text[first.range.clone()]
        }
        Some(first) if first.is(text, "rollback") && !to_savepoint => &text[first.range.clone()],
        Some(_) if (word(0, "start") || word(0, "prepare")) && word(1, "transaction") => {
            &text[tokens[0].range.start..tokens[1].range.end]
        }
        _ => return Ok(()),
    };
    Err(script
        .refuse(line, format_args!("`{found}`: the file must not begin or end a transaction"))
        .hint("Remove the line: pgrefit begins and ends the transaction around the file. Nothing was run."))
}

/// Source: the callers of `PreventInTransactionBlock` in PostgreSQL. CALL and DO are among them
/// as their bodies may COMMIT.
pub(crate) fn must_come_alone(text: &str, tokens: &[Token]) -> bool {
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(text, word));
    let pair = |first: &str, second: &str| word(0, first) && word(1, second);
    let concurrently = tokens.iter().any(|token| token.is(text, "concurrently"));
    let index = word(1, "index") || pair("create", "unique");
    word(0, "vacuum")
        || word(0, "call")
        || word(0, "do")
        || word(0, "reindex")
        || (word(0, "cluster") && tokens.len() == 1)
        || pair("alter", "system")
        || ((word(0, "create") || word(0, "drop"))
            && (word(1, "database") || word(1, "tablespace")))
        || ((word(0, "create") || word(0, "drop")) && index && concurrently)
        || (pair("alter", "table") && concurrently)
        || ((word(0, "create") || word(0, "drop") || word(0, "alter")) && word(1, "subscription"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::Script;

    #[test]
    fn statements_that_must_come_alone_are_recognised() {
        #[track_caller]
        fn case(sql: &str, expected: bool) {
            let statements = Script::new(Path::new("a.sql"), sql).statements().unwrap();
            assert_eq!(statements[0].alone, expected, "{sql}");
        }
        case("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", true);
        case("drop /* later */ index concurrently if exists i", true);
        case("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", true);
        case("VACUUM (ANALYZE) t", true);
        case("DO $$ BEGIN COMMIT; END $$", true);
        case("CREATE UNIQUE INDEX i ON t (a)", false);
        case("REFRESH MATERIALIZED VIEW CONCURRENTLY v", false);
        case("ALTER TABLE t ADD COLUMN a int", false);
        case("CREATE TABLE vacuum_log (a int)", false);
    }
}
