//! Names as PostgreSQL itself prints them: quoted only where they must be, since people read what
//! is generated.

use crate::Kind;

/// Every keyword that quote_ident() quotes in PostgreSQL 14 to 18: all but the unreserved.
const KEYWORDS: &str = " all analyse analyze and any array as asc asymmetric authorization between \
bigint binary bit boolean both case cast char character check coalesce collate collation column \
concurrently constraint create cross current_catalog current_date current_role current_schema \
current_time current_timestamp current_user dec decimal default deferrable desc distinct do else \
end except exists extract false fetch float for foreign freeze from full grant greatest group \
grouping having ilike in initially inner inout int integer intersect interval into is isnull join \
json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar \
json_serialize json_table json_value lateral leading least left like limit localtime \
localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric \
offset on only or order out outer overlaps overlay placing position precision primary real \
references returning right row select session_user setof similar smallint some substring symmetric \
system_user table tablesample then time timestamp to trailing treat trim true union unique user \
using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement \
xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable ";

/// As quote_ident() of the server.
pub fn quote(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !KEYWORDS.contains(&format!(" {name} "));
    if plain { name.to_owned() } else { common::identifier::quote(name) }
}

pub fn literal(text: &str) -> String {
    common::identifier::literal(text).trim_start().to_owned()
}

/// Names, quoted and joined.
pub fn list_with<'a>(names: impl IntoIterator<Item = &'a String>, separator: &str) -> String {
    names.into_iter().map(|name| quote(name)).collect::<Vec<_>>().join(separator)
}

/// A path as one name. A routine's arguments and an operator's sign are taken as they are.
pub fn qualified(kind: Kind, path: &[String]) -> String {
    match (kind, path) {
        (Kind::Function | Kind::Procedure | Kind::Aggregate, [schema, signature]) => {
            let (routine, arguments) = split_signature(signature);
            format!("{}.{}({arguments})", quote(schema), quote(routine))
        }
        (Kind::Operator, [schema, signature]) => {
            let (sign, arguments) = split_signature(signature);
            format!("{}.{sign} ({arguments})", quote(schema))
        }
        (Kind::OperatorClass | Kind::OperatorFamily, [schema, method, name]) => {
            format!("{}.{} USING {}", quote(schema), quote(name), quote(method))
        }
        (Kind::Cast, [source, target]) => format!("({source} AS {target})"),
        _ => list_with(path, "."),
    }
}

/// The names of a path as [`list_with`] wrote it: `shop."Odd.name"` → `shop`, `Odd.name`.
pub fn parse(sql: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let (mut quoted, mut characters) = (false, sql.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                names.last_mut().expect("never empty").push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            other => names.last_mut().expect("never empty").push(other),
        }
    }
    names
}

/// `total(integer, text)` → `total` and `integer, text`. A name may hold parentheses itself, so
/// the arguments begin at the parenthesis that the last one closes.
pub fn split_signature(signature: &str) -> (&str, &str) {
    let Some(inner) = signature.strip_suffix(')') else { return (signature, "") };
    let mut depth = 0;
    for (index, character) in inner.char_indices().rev() {
        match character {
            ')' => depth += 1,
            '(' if depth == 0 => return (&inner[..index], &inner[index + 1..]),
            '(' => depth -= 1,
            _ => {}
        }
    }
    (signature, "")
}

#[cfg(test)]
mod tests {
    use super::{parse, quote, split_signature};

    #[test]
    fn names_are_quoted_where_the_server_quotes_them() {
        #[track_caller]
        fn case(name: &str, sql: &str) {
            assert_eq!(quote(name), sql);
        }
        case("users", "users");
        case("order", "\"order\"");
        case("Users", "\"Users\"");
        case("a b", "\"a b\"");
        case("1a", "\"1a\"");
        case("a$b", "\"a$b\"");
        case("name", "name");
        case("say \"x\"", "\"say \"\"x\"\"\"");
    }

    #[test]
    fn paths_are_read_back() {
        assert_eq!(parse("shop.users"), ["shop", "users"]);
        assert_eq!(parse("\"a.b\".\"c\"\"d\""), ["a.b", "c\"d"]);
    }

    #[test]
    fn arguments_begin_at_the_last_open_parenthesis() {
        #[track_caller]
        fn case(signature: &str, name: &str, arguments: &str) {
            assert_eq!(split_signature(signature), (name, arguments));
        }
        case("f()", "f", "");
        case("f(integer, numeric)", "f", "integer, numeric");
        case("od(d)(text)", "od(d)", "text");
        case("f(character varying, bit(3))", "f", "character varying, bit(3)");
    }
}
