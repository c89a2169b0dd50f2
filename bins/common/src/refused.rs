//! Why a connection failed, in the user's terms, and what to do.

use std::io::ErrorKind;

use postgres::error::{DbError, SqlState};
use tokio_postgres::config::{ChannelBinding, TargetSessionAttrs};

use crate::{Database, Error, identifier};

/// What the server says of a startup option that it does not take: no such setting, no such value,
/// not the form, not this role's, not at this time; PgBouncer's word for any option is the last.
const OPTION_REFUSED: [SqlState; 7] = [
    SqlState::UNDEFINED_OBJECT,
    SqlState::INVALID_PARAMETER_VALUE,
    SqlState::SYNTAX_ERROR,
    SqlState::INVALID_NAME,
    SqlState::INSUFFICIENT_PRIVILEGE,
    SqlState::CANT_CHANGE_RUNTIME_PARAM,
    SqlState::PROTOCOL_VIOLATION,
];

pub(crate) fn explain(error: &postgres::Error, database: &Database) -> Error {
    match error.as_db_error() {
        Some(server) => explain_server(server, database),
        None => explain_connection(error, database),
    }
}

/// No word from the server.
fn explain_connection(error: &postgres::Error, database: &Database) -> Error {
    let cause = deepest(error);
    let refused =
        Error::new(cause.to_string()).context(format!("cannot connect to the database {database}"));
    if database.private {
        return refused.hint("`make dev-up` starts the private server.");
    }
    let place = |name| database.place_of(name).unwrap_or(&database.origin);
    let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    // The driver's way to say it of a server that answers.
    let wants_other = database.config.get_target_session_attrs() != TargetSessionAttrs::Any;
    if wants_other && io == Some(ErrorKind::PermissionDenied) {
        let place = place("target_session_attrs");
        return refused.hint(format!(
            "The server answers, but target_session_attrs, which comes from {place}, asks for another kind of server."
        ));
    }
    if database.config.get_channel_binding() == ChannelBinding::Require && io.is_none() {
        let place = place("channel_binding");
        return refused.hint(format!(
            "channel_binding=require, which comes from {place}, needs TLS and a password that is checked by SCRAM."
        ));
    }
    let origin = &database.origin;
    refused.hint(format!("Is the server running there? The address comes from {origin}."))
}

fn explain_server(server: &DbError, database: &Database) -> Error {
    let origin = &database.origin;
    let said = format!("PostgreSQL says: {} ({})", server.message(), server.code().code());
    let code = server.code();
    if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code) {
        return Error::new(format!(
            "the server at {} refuses user `{}`",
            database.address, database.user
        ))
        .detail(said)
        .hint(format!("User and password come from {origin}, PGPASSWORD or the password file."));
    }
    if *code == SqlState::UNDEFINED_DATABASE {
        let create = if database.private {
            "`make dev-up` creates it.".to_owned()
        } else {
            format!(
                "Create it with `psql -c {}` on that server, or correct {origin}.",
                quote_for_shell(&format!("CREATE DATABASE {}", identifier::quote(&database.name)))
            )
        };
        return Error::new(format!(
            "the database `{}` does not exist at {}",
            database.name, database.address
        ))
        .detail(said)
        .hint(create);
    }
    let refused = Error::from(server).context(format!("cannot connect to the database {database}"));
    match database.place_of("options") {
        Some(place) if OPTION_REFUSED.contains(code) && place.starts_with("PG") => {
            refused.hint(format!("The settings of the session come from {place}."))
        }
        Some(place) if OPTION_REFUSED.contains(code) => {
            refused.hint(format!("The settings of the session come from `options` in {place}."))
        }
        _ => refused,
    }
}

fn quote_for_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// The driver says "error connecting to server: Connection refused (os error 111)".
fn deepest(error: &postgres::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::quote_for_shell;

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(quote_for_shell("it's"), "'it'\\''s'");
    }
}
