//! Rows that PostgreSQL refuses, found by the line of the COPY that its error names.

use common::{Error, ServerFacts};

use crate::clean::Rule;
use crate::keys::Key;
use crate::sink::Sink;
use crate::transform::Reject;

/// A row that passed every rule of ours, but not PostgreSQL's.
#[derive(Debug)]
pub struct Refusal {
    pub key: Key,
    pub reject: Reject,
    /// Whose constraint it violates, where it does.
    pub constraint: Option<String>,
}

impl Refusal {
    /// The source row that PostgreSQL refused on its way into `table`, where the error is about a
    /// row's values and names the line of the COPY.
    pub fn find(error: &Error, table: &str, sink: &Sink) -> Option<Refusal> {
        let server = of_a_row(error)?;
        let line = line_of(server.context.as_deref()?)?;
        Some(Refusal::of(server, table, sink.key_of_line(line)?))
    }

    /// The refusal of a row that is known.
    pub fn of(server: &ServerFacts, table: &str, key: &Key) -> Refusal {
        let column = server.context.as_deref().and_then(column_of);
        let reason = generic(&server.message, server.constraint.as_deref());
        let reject = Reject {
            target: table.to_owned(),
            column: column.unwrap_or_default().to_owned(),
            rule: Rule::Server,
            reason: format!("{table}: {reason}"),
            value: server.detail.clone(),
            sqlstate: Some(server.sqlstate.code().to_owned()),
        };
        Refusal { key: key.clone(), reject, constraint: server.constraint.clone() }
    }
}

/// What the server says, where it is about a row's values: data exceptions, constraints, the check
/// of a view, a trigger's RAISE EXCEPTION.
pub fn of_a_row(error: &Error) -> Option<&ServerFacts> {
    let server = error.server()?;
    let code = server.sqlstate.code();
    let is = code == "P0001" || ["22", "23", "44"].iter().any(|class| code.starts_with(class));
    is.then_some(server)
}

/// `COPY users, line 12, column email: "x"` → 12. Other lines may come before it, such as
/// `JSON data, line 1: …`.
fn line_of(context: &str) -> Option<usize> {
    let after = place_of(context)?;
    let digits = after.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn column_of(context: &str) -> Option<&str> {
    let after = place_of(context)?.split_once(", column ")?.1;
    Some(after.split(':').next().unwrap_or(after))
}

/// What follows `COPY users, line `.
fn place_of(context: &str) -> Option<&str> {
    let copy = context.lines().find(|line| line.starts_with("COPY "))?;
    Some(copy.split_once(", line ")?.1)
}

/// A reason that equal refusals share, so that they are counted together.
fn generic(message: &str, constraint: Option<&str>) -> String {
    match constraint {
        Some(constraint) => format!("violates {constraint}"),
        // The partitioned table that it names may be one beside the target.
        None if message.starts_with("no partition of relation ") => {
            "no partition is for the row".to_owned()
        }
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{column_of, line_of};

    #[test]
    fn the_refused_row_is_read_from_the_context() {
        let context = "COPY users, line 12, column email: \"x\"";
        assert_eq!(line_of(context), Some(12));
        assert_eq!(column_of(context), Some("email"));
        assert_eq!(line_of("COPY users, line 7"), Some(7));
        assert_eq!(line_of("JSON data, line 1: {\nCOPY users, line 9, column j"), Some(9));
        assert_eq!(line_of("SQL statement \"SELECT 1\""), None);
    }
}
