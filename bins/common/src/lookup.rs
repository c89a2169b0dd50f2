//! Where a parameter's value is found: the connection string before its service, the service before
//! the environment. What is refused is named and never shown: a password may stand in the wrong place.

use std::str::FromStr;

use crate::connection_string::Parameters;
use crate::settings::variable;
use crate::{Error, Result, pgpass};

/// Every parameter that is honoured, and the variable that libpq reads for it.
const PARAMETERS: [(&str, Option<&str>); 24] = [
    ("service", Some("PGSERVICE")),
    ("user", Some("PGUSER")),
    ("password", Some("PGPASSWORD")),
    ("passfile", Some("PGPASSFILE")),
    ("host", Some("PGHOST")),
    ("hostaddr", Some("PGHOSTADDR")),
    ("port", Some("PGPORT")),
    ("dbname", Some("PGDATABASE")),
    ("application_name", Some("PGAPPNAME")),
    ("fallback_application_name", None),
    ("options", Some("PGOPTIONS")),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT")),
    ("sslmode", Some("PGSSLMODE")),
    ("sslrootcert", Some("PGSSLROOTCERT")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS")),
    ("channel_binding", Some("PGCHANNELBINDING")),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS")),
    ("gssencmode", Some("PGGSSENCMODE")),
    // PGCLIENTENCODING means the terminal that psql writes to; we speak UTF-8.
    ("client_encoding", None),
    ("keepalives", None),
    ("keepalives_idle", None),
    ("keepalives_interval", None),
    ("keepalives_count", None),
    ("tcp_user_timeout", None),
];

/// Whether the caller's `PG*` fill what was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    Read,
    /// The private cluster is not what they mean.
    Ignored,
}

/// Where parameters are looked up.
pub struct Lookup<'a> {
    origin: &'a str,
    given: Parameters,
    service: Option<(String, Parameters)>,
    environment: Environment,
}

struct Found {
    value: String,
    /// `DATABASE_URL`, `PGOPTIONS`, or the service.
    place: String,
}

impl<'a> Lookup<'a> {
    /// # Errors
    /// A parameter is none that is honoured, or there is no such service.
    pub fn new(origin: &'a str, given: Parameters, environment: Environment) -> Result<Lookup<'a>> {
        let mut lookup = Lookup { origin, given, service: None, environment };
        if let Some(service) = lookup.value("service") {
            let parameters = pgpass::service(&service).map_err(|reason| {
                Error::usage(format!("{origin} uses the service `{service}`, which {reason}"))
            })?;
            lookup.service = Some((service, parameters));
        }
        lookup.refuse_unknown()?;
        Ok(lookup)
    }

    pub fn value(&self, key: &str) -> Option<String> {
        self.find(key).map(|found| found.value)
    }

    pub fn reads_environment(&self) -> bool {
        self.environment == Environment::Read
    }

    /// Where what the server may refuse came from.
    pub fn places(&self) -> Vec<(&'static str, String)> {
        let names = ["options", "target_session_attrs", "channel_binding"];
        let places = names.into_iter().filter_map(|name| Some((name, self.find(name)?.place)));
        places.collect()
    }

    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<Option<T>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let found = choices.iter().find(|(word, _)| *word == value);
        found.map(|(_, choice)| Some(*choice)).ok_or_else(|| {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.refuse(key, &format!("a {key} that is not one of {}", words.join(", ")))
        })
    }

    pub fn number(&self, key: &str, what: &str) -> Result<Option<i64>> {
        let number = self.value(key).map(|value| value.trim().parse());
        number
            .transpose()
            .map_err(|error| self.refuse(key, &format!("a {key} that is not {what} ({error})")))
    }

    pub fn list<T: FromStr>(&self, key: &str, refusal: &str) -> Result<Vec<T>>
    where
        T::Err: std::fmt::Display,
    {
        let value = self.value(key).unwrap_or_default();
        let parts = value.split(',').filter(|_| !value.is_empty());
        let parts = parts.map(str::parse).collect::<Result<_, _>>();
        parts.map_err(|error| self.refuse(key, &format!("{refusal} ({error})")))
    }

    /// `what` is what the place of the parameter has.
    pub fn refuse(&self, key: &str, what: &str) -> Error {
        let place = self.find(key).map_or_else(|| self.origin.to_owned(), |found| found.place);
        Error::usage(format!("{place} has {what}"))
    }

    /// A parameter that is silently ignored may be the one that was meant to protect the connection.
    fn refuse_unknown(&self) -> Result<()> {
        let honoured = |key: &str| PARAMETERS.iter().any(|(known, _)| *known == key);
        let places = std::iter::once((self.origin.to_owned(), &self.given));
        let service = self.service.iter().map(|(name, of)| (service_place(name), of));
        for (place, parameters) in places.chain(service) {
            if let Some((key, _)) = parameters.iter().find(|(key, _)| !honoured(key)) {
                return Err(Error::usage(format!(
                    "{place} has the parameter `{key}`, which is not supported"
                )));
            }
        }
        Ok(())
    }

    pub fn given_value(&self, key: &str) -> Option<String> {
        let service = self.service.iter().flat_map(|(_, parameters)| parameters);
        let found = self.given.iter().chain(service).find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone())
    }

    fn find(&self, key: &str) -> Option<Found> {
        let of = |parameters: &Parameters| {
            let found = parameters.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.clone())
        };
        let given = of(&self.given).map(|value| Found { value, place: self.origin.to_owned() });
        let service = || {
            let (name, parameters) = self.service.as_ref()?;
            Some(Found { value: of(parameters)?, place: service_place(name) })
        };
        let environment = || {
            let (_, name) = PARAMETERS.iter().find(|(known, _)| *known == key)?;
            let name = name.filter(|_| self.reads_environment())?;
            Some(Found { value: variable(name)?, place: name.to_owned() })
        };
        given.or_else(service).or_else(environment)
    }
}

fn service_place(name: &str) -> String {
    format!("the service `{name}`")
}
