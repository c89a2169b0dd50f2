//! An error is a small letter to a tired person: what, where, why, what now.
//!
//! The shape is PostgreSQL's own (primary, detail, hint), after its Error Message Style Guide.

use std::fmt;

use postgres::error::{DbError, ErrorPosition, SqlState};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Primary line, details, and a hint where the way out is known.
#[derive(Debug)]
pub struct Error(Box<Letter>);

#[derive(Debug)]
struct Letter {
    primary: String,
    excerpt: Option<String>,
    details: Vec<String>,
    hint: Option<String>,
    exit_code: u8,
    server: Option<ServerFacts>,
}

/// What PostgreSQL said of a failed statement, for callers that act on it.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    pub message: String,
    pub sqlstate: SqlState,
    /// In characters, from 1, into the statement as sent.
    pub position: Option<u32>,
    /// PostgreSQL's CONTEXT, such as `COPY users, line 12`.
    pub context: Option<String>,
    pub constraint: Option<String>,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

impl Error {
    /// Work that failed (exit code 1). `primary`: lower case, one line, no full stop.
    pub fn new(primary: impl Into<String>) -> Error {
        Error(Box::new(Letter {
            primary: primary.into(),
            excerpt: None,
            details: Vec::new(),
            hint: None,
            exit_code: 1,
            server: None,
        }))
    }

    /// Asked wrongly: configuration or usage (exit code 2).
    pub fn usage(primary: impl Into<String>) -> Error {
        let mut error = Error::new(primary);
        error.0.exit_code = 2;
        error
    }

    /// Done, and a check did not hold (exit code 3).
    pub fn fell_short(primary: impl Into<String>) -> Error {
        let mut error = Error::new(primary);
        error.0.exit_code = 3;
        error
    }

    /// Adds a fact.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Error {
        self.0.details.push(detail.into());
        self
    }

    /// Sets the way out. Where data is at stake it says what changed and what did not.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says what was being done; the former primary line becomes the first detail.
    #[must_use]
    pub fn context(mut self, primary: impl Into<String>) -> Error {
        let cause = std::mem::replace(&mut self.0.primary, primary.into());
        self.0.details.insert(0, cause);
        self
    }

    /// Names the place in a file, with the source line and a caret where they are known. A hint
    /// so far, the server's own, becomes a detail.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display, excerpt: Option<String>) -> Error {
        self.0.primary = format!("{place}: {}", self.0.primary);
        self.0.excerpt = excerpt;
        self.0.details.extend(self.0.hint.take().map(|hint| format!("PostgreSQL hints: {hint}")));
        self
    }

    /// Moves the server's position to where it is in the statement alone, in front of which so
    /// many characters were sent in the same message.
    #[must_use]
    pub fn after(mut self, characters: usize) -> Error {
        if let Some(server) = &mut self.0.server {
            let before = u32::try_from(characters).unwrap_or(u32::MAX);
            server.position = server.position.and_then(|position| position.checked_sub(before));
        }
        self
    }

    pub fn primary(&self) -> &str {
        &self.0.primary
    }

    pub fn exit_code(&self) -> u8 {
        self.0.exit_code
    }

    /// What the server said, where the error came from it.
    pub fn server(&self) -> Option<&ServerFacts> {
        self.0.server.as_ref()
    }

    /// Whether the server refused with this SQLSTATE.
    pub fn is(&self, sqlstate: &SqlState) -> bool {
        self.server().is_some_and(|facts| facts.sqlstate == *sqlstate)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.primary)?;
        for line in self.0.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n  {line}")?;
        }
        for detail in &self.0.details {
            for (index, line) in detail.lines().enumerate() {
                let label = if index == 0 { "detail: " } else { "        " };
                write!(f, "\n  {label}{line}")?;
            }
        }
        if let Some(hint) = &self.0.hint {
            for (index, line) in hint.lines().enumerate() {
                let label = if index == 0 { "hint: " } else { "      " };
                write!(f, "\n  {label}{line}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<&DbError> for Error {
    fn from(server: &DbError) -> Error {
        let mut error = Error::new(format!("{} ({})", server.message(), server.code().code()));
        error.0.details.extend(server.detail().map(str::to_owned));
        error.0.details.extend(server.where_().map(str::to_owned));
        error.0.hint = server.hint().map(str::to_owned);
        error.0.server = Some(ServerFacts {
            message: server.message().to_owned(),
            sqlstate: server.code().clone(),
            position: match server.position() {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
            context: server.where_().map(str::to_owned),
            constraint: server.constraint().map(str::to_owned),
            detail: server.detail().map(str::to_owned),
            hint: server.hint().map(str::to_owned),
        });
        error
    }
}

impl From<postgres::Error> for Error {
    /// `postgres::Error` prints only "db error", so the server's own words are taken out of it.
    fn from(error: postgres::Error) -> Error {
        if let Some(server) = error.as_db_error() {
            return Error::from(server);
        }
        Error::new(in_full(&error))
    }
}

impl From<std::io::Error> for Error {
    /// The COPY writers and readers of the `postgres` crate wrap the server's error in an I/O error.
    fn from(error: std::io::Error) -> Error {
        let server = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<postgres::Error>())
            .and_then(postgres::Error::as_db_error);
        match server {
            Some(server) => Error::from(server),
            None => Error::new(in_full(&error)),
        }
    }
}

/// An error and its causes, each once.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

/// Adds what was being done to an error on its way up.
pub trait Context<T> {
    /// See [`Error::context`].
    fn context(self, primary: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for std::result::Result<T, E> {
    fn context(self, primary: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| error.into().context(primary()))
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn a_source_line_stands_below_the_primary() {
        let error = Error::new("cause").hint("Cast it.");
        let error = error.at("a.sql:1:3", Some("1 | a b\n  |   ^".to_owned())).hint("Undone.");
        assert_eq!(
            error.to_string(),
            "a.sql:1:3: cause\n  1 | a b\n    |   ^\n  detail: PostgreSQL hints: Cast it.\n  hint: Undone."
        );
    }

    #[test]
    fn prints_primary_detail_and_hint_each_on_its_own_line() {
        let error = Error::new("cause").context("what").detail("a\nb").hint("Do this.");
        assert_eq!(
            error.to_string(),
            "what\n  detail: cause\n  detail: a\n          b\n  hint: Do this."
        );
    }
}
