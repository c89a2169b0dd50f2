//! `-- key: value` lines at the top of a SQL file.

/// One setting of a file's header. Keys are of lower-case letters and `_`; prose that begins with
/// a capital, such as `-- Why: …`, is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub key: String,
    pub value: String,
    pub line: usize,
}

/// Reads up to the first line that is neither a comment nor blank, or to a `-- +section` mark.
/// Several settings may share a line, two or more blanks apart.
pub(crate) fn read(text: &str) -> Vec<Header> {
    let mut headers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix("--") else {
            if line.is_empty() {
                continue;
            }
            break;
        };
        let comment = comment.trim();
        if comment.starts_with('+') {
            break;
        }
        let mut rest = comment;
        while let Some((key, after)) = setting(rest) {
            let (value, next) = until_next_setting(after);
            let (key, value) = (key.to_owned(), value.trim().to_owned());
            headers.push(Header { key, value, line: index + 1 });
            rest = next;
        }
    }
    headers
}

fn setting(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_key && (value.is_empty() || value.starts_with(char::is_whitespace))).then_some((key, value))
}

fn until_next_setting(value: &str) -> (&str, &str) {
    for (at, _) in value.match_indices("  ") {
        let rest = value[at..].trim_start();
        if at > 0 && setting(rest).is_some() {
            return (&value[..at], rest);
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[track_caller]
    fn case(text: &str, expected: &[(&str, &str, usize)]) {
        let headers = read(text);
        let found: Vec<_> =
            headers.iter().map(|h| (h.key.as_str(), h.value.as_str(), h.line)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn settings_are_the_comments_at_the_top_that_name_a_key() {
        case(
            "-- kind: once\n\n-- What: makes things\nSELECT 1;\n-- kind: online",
            &[("kind", "once", 1)],
        );
        case("--kind:  repeatable  \r\n", &[("kind", "repeatable", 1)]);
        case("-- kind:\n", &[("kind", "", 1)]);
        case("-- What and why: prose\n-- see https://example.org\n", &[]);
        case(
            "-- branch_labels: none      depends_on: none",
            &[("branch_labels", "none", 1), ("depends_on", "none", 1)],
        );
        case(
            "-- message: ratio is 1:2  or so\n-- +upgrade\n-- kind: x",
            &[("message", "ratio is 1:2  or so", 1)],
        );
        case("", &[]);
    }
}
