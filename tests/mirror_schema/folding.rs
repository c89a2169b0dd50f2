//! The outside observer: what pg_dump says of both sides, with the source's names folded by a rule
//! of its own that knows nothing of the program's.

use std::process::Command;

use crate::harness::Lab;

/// pg_dump's own text of one schema.
pub fn dump(lab: &Lab, database: &str, schema: &str) -> String {
    let output = Command::new("pg_dump")
        .args(["--schema-only", "--no-owner", "--no-privileges", "--no-table-access-method"])
        .args(["--exclude-table=*.alembic_version", &format!("--schema=\"{schema}\"")])
        .arg(format!("--dbname={}", lab.url(database)))
        .output()
        .expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The statements about tables and what is theirs, in lower case and sorted; the schema is named
/// as the mirror.
pub fn folded(dump: &str, schema: &str, mirror: &str) -> Vec<String> {
    let mine = |line: &&str| !line.starts_with("--") && !line.starts_with('\\') && !line.is_empty();
    let text = dump.lines().filter(mine).collect::<Vec<_>>().join("\n");
    let mut statements: Vec<String> = text
        .split(";\n")
        .filter(|statement| is_mirrored(statement))
        .map(|statement| fold(statement, &schema.to_lowercase(), mirror))
        .collect();
    statements.sort();
    statements
}

/// A mirror holds tables, types and sequences; what needs a function stays behind.
fn is_mirrored(statement: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "SET ",
        "SELECT ",
        "CREATE SCHEMA",
        "CREATE VIEW",
        "CREATE FUNCTION",
        "CREATE TRIGGER",
        "ALTER SCHEMA",
        "COMMENT ON SCHEMA",
        "COMMENT ON EXTENSION",
    ];
    !OTHERS.iter().any(|other| statement.starts_with(other)) && !statement.contains("\"Shout\"")
}

/// Names lose their case and the quotes that only the case needed; strings stay, but for the name
/// in `nextval('…'::regclass)`.
fn fold(statement: &str, schema: &str, mirror: &str) -> String {
    let mut folded = String::new();
    let mut rest = statement;
    while let Some(at) = rest.find(['"', '\'']) {
        folded.push_str(&rest[..at]);
        let quote = &rest[at..=at];
        let mut end = at + 1;
        loop {
            end += rest[end..].find(quote).expect("a closing quote") + 1;
            if !rest[end..].starts_with(quote) {
                break;
            }
            end += 1;
        }
        let (token, after) = (&rest[at..end], &rest[end..]);
        if quote == "\"" {
            folded.push_str(&name(&token.to_lowercase()));
        } else if after.starts_with("::regclass") {
            folded.push_str(&format!("'{}'", fold(&token[1..token.len() - 1], schema, mirror)));
        } else {
            folded.push_str(token);
        }
        rest = after;
    }
    folded.push_str(rest);
    let folded = without_collations(&folded);
    qualified(&folded, schema, mirror)
}

fn name(quoted: &str) -> String {
    let inner = &quoted[1..quoted.len() - 1];
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if inner.chars().all(plain) { inner.to_owned() } else { quoted.to_owned() }
}

fn without_collations(text: &str) -> String {
    let mut parts = text.split(" COLLATE ");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(&part[part.find([' ', ',', ')', '\n']).unwrap_or(part.len())..]);
    }
    kept
}

/// `dbo.users` → `dw__so__dbo.users`, where the schema's name begins a word.
fn qualified(text: &str, schema: &str, mirror: &str) -> String {
    let prefix = format!("{schema}.");
    let mut parts = text.split(&prefix);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let begins = !whole.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        whole.push_str(if begins { mirror } else { schema });
        whole.push('.');
        whole.push_str(part);
    }
    whole
}
