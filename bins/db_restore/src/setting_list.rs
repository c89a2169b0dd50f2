//! A list as settings such as `search_path` store it: names, quoted where they must be, with commas
//! between them.

/// The names of a list; `None` where it is not one.
///
/// Source: `SplitGUCList` in PostgreSQL's `dumputils.c`, by which pg_dump reads the same values. A name
/// without quotes ends at a comma or a blank, and its case is kept.
pub fn split(list: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = list.trim_start_matches(is_blank);
    if rest.is_empty() {
        return Some(names);
    }
    loop {
        let (name, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_name(quoted)?,
            None => {
                let end = rest.find(|c| c == ',' || is_blank(c)).unwrap_or(rest.len());
                if end == 0 {
                    return None;
                }
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        names.push(name);
        let behind = behind.trim_start_matches(is_blank);
        match behind.strip_prefix(',') {
            Some(next) => rest = next.trim_start_matches(is_blank),
            None if behind.is_empty() => return Some(names),
            None => return None,
        }
    }
}

/// A name up to its closing quote, and what follows; two quotes stand for one.
fn quoted_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

/// Source: `scanner_isspace`.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn lists_are_split_as_pg_dump_splits_them() {
        #[track_caller]
        fn case(list: &str, expected: Option<&[&str]>) {
            let expected = expected.map(|names| names.iter().map(ToString::to_string).collect());
            assert_eq!(split(list), expected, "{list}");
        }
        case("", Some(&[]));
        case("public", Some(&["public"]));
        case("\"$user\", public", Some(&["$user", "public"]));
        case("Shop , \"a, \"\"b\"\"\",c", Some(&["Shop", "a, \"b\"", "c"]));
        case("\"\"", Some(&[""]));
        // One odd name each, and no statement.
        let attack = "public;alter/**/role/**/eve/**/superuser";
        case(attack, Some(&[attack]));
        case("a;b", Some(&["a;b"]));
        case("a b", None);
        case("a,", None);
        case(",a", None);
        case("\"a", None);
        case("\"a\"b", None);
    }
}
