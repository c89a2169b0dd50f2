//! What is set, and where: flag > environment > `.env` > default.

use std::env;
use std::time::Duration;

use crate::{Error, Result};

/// Reads `.env` of this folder or the nearest above it; what the environment sets already wins.
pub(crate) fn load_dotenv() -> Result<()> {
    match dotenvy::dotenv() {
        Err(dotenvy::Error::LineParse(line, _)) => {
            // The line is not shown: it may well be the password.
            let name = line.split('=').next().unwrap_or_default().trim().to_owned();
            Err(Error::usage(format!(".env: the value of {name} cannot be read"))
                .hint("Put the value in single quotes, as in .env.example."))
        }
        Err(dotenvy::Error::Io(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::usage(format!(".env cannot be read: {error}")))
        }
        _ => Ok(()),
    }
}

/// A setting that is present and not empty.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether every statement is printed with its time (`ENABLE_QUERY_LOGGING`).
pub fn query_logging() -> bool {
    variable("ENABLE_QUERY_LOGGING")
        .is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}

/// Size and patience of the connection pool.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// `DATABASE_POOL_SIZE` + `DATABASE_MAX_OVERFLOW`.
    pub connections: u32,
    /// `DATABASE_POOL_TIMEOUT`, in seconds.
    pub timeout: Duration,
}

impl PoolSettings {
    /// # Errors
    /// A setting is not a whole number.
    pub fn load() -> Result<PoolSettings> {
        let size = whole_number("DATABASE_POOL_SIZE", 5)?;
        let overflow = whole_number("DATABASE_MAX_OVERFLOW", 10)?;
        let timeout = whole_number("DATABASE_POOL_TIMEOUT", 30)?;
        Ok(PoolSettings {
            connections: (size.saturating_add(overflow)).max(1),
            timeout: Duration::from_secs(u64::from(timeout.max(1))),
        })
    }
}

fn whole_number(name: &str, default: u32) -> Result<u32> {
    match variable(name) {
        None => Ok(default),
        Some(value) => value.parse().map_err(|error| {
            Error::usage(format!("{name} is not a whole number: `{value}` ({error})"))
        }),
    }
}
