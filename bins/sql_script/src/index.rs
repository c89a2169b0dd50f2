//! CREATE INDEX CONCURRENTLY, which may leave an invalid index behind: who runs one must look
//! for the index by name, as IF NOT EXISTS succeeds over an invalid one.

use squawk_lexer::TokenKind;

use crate::token::Token;

/// What a CREATE INDEX CONCURRENTLY builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcurrentIndex {
    /// As the catalog spells it; `None` where the server is left to choose, so that a former try
    /// cannot be found again.
    pub name: Option<String>,
    /// The table as SQL spells it, for `to_regclass`.
    pub table: String,
    pub unique: bool,
    /// What follows the table: method, columns, options, predicate.
    pub definition: String,
}

/// `CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] [name] ON [ONLY] table`.
pub(crate) fn concurrent_index(text: &str, tokens: &[Token]) -> Option<ConcurrentIndex> {
    let mut rest = tokens;
    let mut skip = |word: &str| match rest.split_first() {
        Some((first, after)) if first.is(text, word) => {
            rest = after;
            true
        }
        _ => false,
    };
    if !skip("create") {
        return None;
    }
    let unique = skip("unique");
    if !(skip("index") && skip("concurrently")) {
        return None;
    }
    let _ = skip("if") && skip("not") && skip("exists");
    let name = if skip("on") {
        None
    } else {
        let (first, after) = rest.split_first()?;
        rest = after;
        let (on, after) = rest.split_first()?;
        if !on.is(text, "on") {
            return None;
        }
        rest = after;
        Some(catalog_name(&text[first.range.clone()]))
    };
    if rest.first()?.is(text, "only") {
        rest = &rest[1..];
    }
    let is_part = |token: &Token| {
        matches!(token.kind, TokenKind::Dot | TokenKind::QuotedIdent { .. })
            || (token.kind == TokenKind::Ident && !token.is(text, "using"))
    };
    let end = rest.iter().position(|token| !is_part(token)).unwrap_or(rest.len());
    let (table, after) = rest.split_at(end);
    let table = table.iter().map(|token| &text[token.range.clone()]).collect::<String>();
    let definition = match (after.first(), after.last()) {
        (Some(first), Some(last)) => text[first.range.start..last.range.end].to_owned(),
        _ => String::new(),
    };
    Some(ConcurrentIndex { name, table, unique, definition })
}

/// A name as the server folds it.
fn catalog_name(sql: &str) -> String {
    match sql.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => sql.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ConcurrentIndex;
    use crate::Script;

    #[test]
    fn concurrent_index_builds_are_recognised() {
        #[track_caller]
        fn case(sql: &str, expected: Option<(Option<&str>, &str, bool, &str)>) {
            let statements = Script::new(Path::new("a.sql"), sql).statements().unwrap();
            let expected = expected.map(|(name, table, unique, definition)| ConcurrentIndex {
                name: name.map(str::to_owned),
                table: table.to_owned(),
                unique,
                definition: definition.to_owned(),
            });
            assert_eq!(statements[0].concurrent_index, expected, "{sql}");
        }
        case(
            "CREATE INDEX CONCURRENTLY Users_I ON users (a) WITH (fillfactor = 80)",
            Some((Some("users_i"), "users", false, "(a) WITH (fillfactor = 80)")),
        );
        case(
            "create unique index concurrently if not exists \"My\"\"I\" on only shop . \"T\" using btree (a)",
            Some((Some("My\"I"), "shop.\"T\"", true, "using btree (a)")),
        );
        case(
            "CREATE INDEX CONCURRENTLY ON t USING gin (a);",
            Some((None, "t", false, "USING gin (a)")),
        );
        case("CREATE INDEX i ON t (a)", None);
        case("CREATE TABLE t (a int)", None);
    }
}
