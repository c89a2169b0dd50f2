//! Names inside SQL that PostgreSQL printed: a default, a check, the definition of an index.
//!
//! PostgreSQL quotes a name where its case matters and qualifies it where it is not built in, so
//! only quoted names and the source's schemas change. The text is cut by a lexer: a name may stand
//! inside of a string, and a string may look like a name.

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

use super::names::{Names, fold};

/// The text with its names folded, the source's schemas replaced by their mirrors, and COLLATE
/// clauses left out.
pub fn text(sql: String, names: &Names) -> String {
    // A word alone, such as a type's name, is left as it is: most texts are.
    if !sql.contains(['"', '.']) && !sql.contains("COLLATE") {
        return sql;
    }
    let tokens = tokens(&sql);
    let mut folded = String::with_capacity(sql.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let rest = &tokens[index + 1..];
        index += 1;
        match token.kind {
            TokenKind::Ident if token.text == "COLLATE" => {
                folded.truncate(folded.trim_end().len());
                index += collation(rest);
            }
            TokenKind::Ident | TokenKind::QuotedIdent { .. } => {
                let (sql, taken) = name(token, rest, names);
                folded.push_str(&sql);
                index += taken;
            }
            TokenKind::Literal { kind: LiteralKind::Str { .. } } if is_regclass(rest) => {
                let inner = token.text[1..token.text.len() - 1].replace("''", "'");
                folded.push_str(&catalog::literal(&text(inner, names)));
            }
            _ => folded.push_str(token.text),
        }
    }
    folded
}

struct Token<'a> {
    kind: TokenKind,
    text: &'a str,
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut at = 0;
    let cut = tokenize(sql).map(|token| {
        let text = &sql[at..at + token.len as usize];
        at += text.len();
        Token { kind: token.kind, text }
    });
    cut.collect()
}

/// A name in the mirror, and how many of the tokens after it went into it.
fn name(token: &Token, rest: &[Token], names: &Names) -> (String, usize) {
    let name = unquoted(token.text);
    if let [dot, next, ..] = rest
        && dot.text == "."
    {
        if let Some(other) = names.other(&name, &unquoted(next.text)) {
            return (other.to_owned(), 2);
        }
        if let Some(mirror) = names.mirror_of(&name) {
            return (catalog::quote(mirror), 0);
        }
    }
    match token.kind {
        TokenKind::QuotedIdent { .. } => (catalog::quote(&fold(&name)), 0),
        _ => (token.text.to_owned(), 0),
    }
}

/// How many tokens name the collation that follows: ` pg_catalog."C"`.
fn collation(rest: &[Token]) -> usize {
    let blanks = rest.iter().take_while(|token| token.kind == TokenKind::Whitespace).count();
    match rest.get(blanks + 1) {
        Some(token) if token.text == "." => blanks + 3,
        _ => blanks + 1,
    }
}

/// `'…'::regclass` holds a name, as in the default of a serial column.
fn is_regclass(rest: &[Token]) -> bool {
    rest.iter().take(3).map(|token| token.text).collect::<String>() == "::regclass"
}

fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::fold::names::Names;

    #[test]
    fn names_are_folded_and_nothing_else() {
        let mut names = Names::new([("dbo".to_owned(), "dw__so__dbo".to_owned())]);
        names.lead_out("dbo", "citext", "text".to_owned());
        let case =
            |sql: &str, folded: &str| assert_eq!(text(sql.to_owned(), &names), folded, "{sql}");
        case("(\"Age\" > 0)", "(age > 0)");
        case("(\"Order\" IS NOT NULL)", "(\"order\" IS NOT NULL)");
        case(
            "nextval('dbo.\"Users_Id_seq\"'::regclass)",
            "nextval('dw__so__dbo.users_id_seq'::regclass)",
        );
        case("'Open'::dbo.\"State\"", "'Open'::dw__so__dbo.state");
        case("(\"Name\" ~~ '%\"Q\"%'::text)", "(name ~~ '%\"Q\"%'::text)");
        case("\"Name\" COLLATE pg_catalog.\"de-x-icu\" DESC", "name DESC");
        case("lower((\"Name\" COLLATE \"C\"))", "lower((name))");
        case("CHECK ((dbo > 1))", "CHECK ((dbo > 1))");
        case("E'a\\'\"B\"'::text", "E'a\\'\"B\"'::text");
        case("dbo.citext[]", "text[]");
    }
}
