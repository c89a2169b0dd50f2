//! From a file's text to a revision: its header, and the marks of its two parts.

use std::ops::Range;

use common::Result;
use sql_script::{Header, Script};

use super::{Downgrade, Revision};
use crate::graph::Node;

const UPGRADE: &str = "+upgrade";
const DOWNGRADE: &str = "+downgrade";
const KEYS: [&str; 7] = [
    "revision",
    "down_revision",
    "branch_labels",
    "depends_on",
    "message",
    "transaction",
    "settings",
];
/// Words that mean a place in the graph, and so cannot name a revision.
const RESERVED: [&str; 4] = ["head", "heads", "base", "none"];
/// The width of Alembic's `version_num`.
const LONGEST_ID: usize = 32;

/// Takes the header and the two parts out of a file's text.
///
/// # Errors
/// Something is missing, misspelt or said twice; file and line are named.
pub(super) fn parse(script: Script) -> Result<Revision> {
    let headers = script.headers();
    refuse_unknown_or_repeated(&script, &headers)?;
    let value = |key: &str| headers.iter().find(|h| h.key == key).map(|h| h.value.as_str());
    let Some(id) = value("revision") else {
        return Err(script
            .refuse(1, "there is no `-- revision: …` at the top")
            .hint("A revision begins with the lines that `migrate_schema revision` writes."));
    };
    let transactional = match value("transaction") {
        None | Some("" | "on") => true,
        Some("off") => false,
        Some(other) => {
            let line = line_of(&headers, "transaction");
            return Err(script.refuse(line, format_args!("transaction is `{other}`"))
                .hint("It is `on` (all or nothing) or `off` (each statement on its own, for CREATE INDEX CONCURRENTLY and the like)."));
        }
    };
    if value("down_revision").is_none() {
        return Err(script
            .refuse(1, "there is no `-- down_revision: …` at the top")
            .hint("It names the revision that comes before, or `none`."));
    }
    let node = Node {
        id: id.to_owned(),
        down: list(value("down_revision")),
        depends_on: list(value("depends_on")),
        labels: list(value("branch_labels")),
        message: value("message").unwrap_or_default().to_owned(),
    };
    let settings = list(value("settings"));
    for (key, names) in [
        ("revision", std::slice::from_ref(&node.id)),
        ("branch_labels", &node.labels),
        ("settings", &settings),
    ] {
        for name in names {
            check_name(&script, line_of(&headers, key), name)?;
        }
    }
    check_file_name(&script, line_of(&headers, "revision"), &node.id)?;
    let (upgrade, downgrade) = parts(&script)?;
    Ok(Revision { script, node, transactional, settings, upgrade, downgrade, headers })
}

fn refuse_unknown_or_repeated(script: &Script, headers: &[Header]) -> Result<()> {
    for (index, header) in headers.iter().enumerate() {
        if !KEYS.contains(&header.key.as_str()) {
            return Err(script
                .refuse(
                    header.line,
                    format_args!("`{}` is not a setting of a revision", header.key),
                )
                .hint(format!(
                    "They are {}. Begin a comment with a capital letter.",
                    KEYS.join(", ")
                )));
        }
        if headers[..index].iter().any(|earlier| earlier.key == header.key) {
            return Err(
                script.refuse(header.line, format_args!("`{}` is set a second time", header.key))
            );
        }
    }
    Ok(())
}

fn check_name(script: &Script, line: usize, name: &str) -> Result<()> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain || name.is_empty() || name.len() > LONGEST_ID || RESERVED.contains(&name) {
        return Err(script.refuse(line, format_args!("`{name}` cannot name a revision")).hint(
            format!(
                "A name has at most {LONGEST_ID} letters, digits and `_`, and is not one of {}.",
                RESERVED.join(", ")
            ),
        ));
    }
    Ok(())
}

/// A file is found by its revision's id, and people see the id in the folder's listing.
fn check_file_name(script: &Script, line: usize, id: &str) -> Result<()> {
    let stem = script.path.file_stem().unwrap_or_default().to_string_lossy();
    let after = stem.strip_prefix(id);
    if after.is_some_and(|after| after.is_empty() || after.starts_with('_')) {
        return Ok(());
    }
    Err(script
        .refuse(line, format_args!("revision `{id}` does not match the file's name"))
        .hint(format!("The file's name is `{id}_WORDS.sql`, or the line names another revision.")))
}

/// The two parts, from the end of their marks.
fn parts(script: &Script) -> Result<(Range<usize>, Downgrade)> {
    let mut upgrade = None;
    let mut downgrade: Option<(usize, usize, &str)> = None;
    let mut start = 0;
    for line in script.text.split_inclusive('\n') {
        let end = start + line.len();
        let mark = line.trim().strip_prefix("--").map(str::trim).unwrap_or_default();
        let again = |what: &str| {
            script.refuse(script.line(start), format_args!("`-- {what}` stands here a second time"))
        };
        if mark == UPGRADE {
            if upgrade.replace(end).is_some() {
                return Err(again(UPGRADE));
            }
        } else if let Some(rest) = mark.strip_prefix(DOWNGRADE)
            && downgrade.replace((start, end, rest.trim())).is_some()
        {
            return Err(again(DOWNGRADE));
        }
        start = end;
    }
    let missing = |mark: &str, hint: &str| {
        let last = script.line(script.text.trim_end().len());
        script.refuse(last, format_args!("there is no `-- {mark}` line")).hint(hint)
    };
    let Some(upgrade) = upgrade else {
        return Err(missing(UPGRADE, "What the revision does stands below `-- +upgrade`."));
    };
    let Some((mark, end, rest)) = downgrade else {
        return Err(missing(
            DOWNGRADE,
            "What undoes the upgrade stands below it; or it says `-- +downgrade irreversible: REASON`.",
        ));
    };
    if mark < upgrade {
        return Err(script.refuse(script.line(mark), "the downgrade stands above the upgrade"));
    }
    let line = script.line(mark);
    let downgrade = match rest.strip_prefix("irreversible") {
        None if rest.is_empty() => Downgrade::Part(end..script.text.len()),
        None => {
            return Err(script
                .refuse(line, format_args!("`{rest}` after `-- +downgrade`"))
                .hint("It says nothing, or `irreversible: REASON`."));
        }
        Some(reason) => {
            let reason = reason.trim_start_matches(':').trim();
            if reason.is_empty() {
                return Err(script
                    .refuse(line, "irreversible without a reason")
                    .hint("Write it as `-- +downgrade irreversible: REASON`; whoever is refused will read it."));
            }
            Downgrade::Irreversible(reason.to_owned())
        }
    };
    Ok((upgrade..mark, downgrade))
}

pub(super) fn line_of(headers: &[Header], key: &str) -> usize {
    headers.iter().find(|header| header.key == key).map_or(1, |header| header.line)
}

/// `a, b` → a and b; `none` or nothing → nothing.
fn list(value: Option<&str>) -> Vec<String> {
    let names = value.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty() && *name != "none").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sql_script::Script;

    use super::parse as parse_script;
    use crate::graph::plan::Direction;
    use crate::revision::Revision;

    const HEADER: &str = "-- revision: a1\n-- down_revision: none\n-- branch_labels: none      depends_on: b, c\n-- message: make a\n-- Locks: nothing.\n";

    fn parse(text: &str) -> common::Result<Revision> {
        parse_script(Script::new(Path::new("a1_make_a.sql"), text))
    }

    #[test]
    fn a_revision_is_read() {
        let revision = parse(&format!(
            "{HEADER}\n-- +upgrade\nSELECT 1;\nSELECT 2;\n\n-- +downgrade\nSELECT 3;\n"
        ))
        .unwrap();
        assert_eq!(revision.node.id, "a1");
        assert_eq!(revision.node.down, [""; 0]);
        assert_eq!(revision.node.depends_on, ["b", "c"]);
        assert_eq!(revision.node.message, "make a");
        assert!(revision.transactional);
        let lines = |direction| {
            let statements = revision.statements(direction).unwrap();
            statements.iter().map(|statement| statement.line).collect::<Vec<_>>()
        };
        assert_eq!(lines(Direction::Upgrade), [8, 9]);
        assert_eq!(lines(Direction::Downgrade), [12]);
    }

    #[test]
    fn what_is_no_revision_is_named_by_file_and_line() {
        #[track_caller]
        fn case(text: &str, expected: &str) {
            assert_eq!(parse(text).unwrap_err().primary(), expected, "{text}");
        }
        case("SELECT 1;", "a1_make_a.sql:1: there is no `-- revision: …` at the top");
        case("-- revision: a1\n", "a1_make_a.sql:1: there is no `-- down_revision: …` at the top");
        case(
            "\n-- revision: b2\n-- down_revision: none\n",
            "a1_make_a.sql:2: revision `b2` does not match the file's name",
        );
        case(
            "-- revision: a-1\n-- down_revision: none\n",
            "a1_make_a.sql:1: `a-1` cannot name a revision",
        );
        case(
            "-- revision: a1\n-- down_revison: none\n",
            "a1_make_a.sql:2: `down_revison` is not a setting of a revision",
        );
        case(
            "-- revision: a1\n-- down_revision: none\n-- transaction: of\n",
            "a1_make_a.sql:3: transaction is `of`",
        );
        case(HEADER, "a1_make_a.sql:5: there is no `-- +upgrade` line");
        case(
            &format!("{HEADER}-- +upgrade\nSELECT 1;\n"),
            "a1_make_a.sql:7: there is no `-- +downgrade` line",
        );
        case(
            &format!("{HEADER}-- +downgrade\n-- +upgrade\n"),
            "a1_make_a.sql:6: the downgrade stands above the upgrade",
        );
        case(
            &format!("{HEADER}-- +upgrade\n-- +downgrade irreversible:\n"),
            "a1_make_a.sql:7: irreversible without a reason",
        );
    }

    #[test]
    fn what_ran_is_what_the_checksum_covers() {
        let sum = |header: &str, up: &str, down: &str| {
            parse(&format!("{header}-- +upgrade\n{up}\n-- +downgrade\n{down}\n"))
                .unwrap()
                .checksum()
        };
        let first = sum(HEADER, "SELECT 1;", "SELECT 2;");
        assert_eq!(first, sum(&HEADER.replace('\n', "\r\n"), "SELECT 1;\r\n\r\n", "SELECT 3;"));
        assert_eq!(first, sum(&HEADER.replace("make a", "make it"), "SELECT 1;", "SELECT 2;"));
        assert_ne!(first, sum(HEADER, "SELECT 11;", "SELECT 2;"));
        assert_ne!(first, sum(&HEADER.replace("none", "z"), "SELECT 1;", "SELECT 2;"));
        assert_ne!(first, sum(&HEADER.replace("b, c", "b"), "SELECT 1;", "SELECT 2;"));
    }
}
