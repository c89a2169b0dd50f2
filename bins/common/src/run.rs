//! How every binary starts, ends and speaks.

use std::process::ExitCode;
use std::sync::OnceLock;

use crate::{Result, command_line, settings};

static NAME: OnceLock<&'static str> = OnceLock::new();

/// How work that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 3: the work was done but a check fell short (rejects over the limit, drift found).
    FellShort,
}

/// Runs one binary: reads `.env`, parses the arguments, does the work, prints the error.
///
/// Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration, 3 done but a
/// check fell short.
pub fn run<A>(
    name: &'static str,
    parse: impl FnOnce() -> Result<A, clap::Error>,
    work: impl FnOnce(A) -> Result<Outcome>,
) -> ExitCode {
    NAME.get_or_init(|| name);
    die_quietly_when_the_reader_leaves();
    let outcome = settings::load_dotenv()
        .and_then(|()| parse().map_err(|error| command_line::explain(&error, name)))
        .and_then(work);
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::FellShort) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// The name of the running binary, which prefixes its messages and names its connections.
pub fn name() -> &'static str {
    NAME.get().copied().unwrap_or("pgrefit")
}

/// Prints a result to stdout, after the binary's name. Say it only after it is true.
pub fn say(text: impl std::fmt::Display) {
    println!("{}: {text}", name());
}

/// Prints what is not a result (what goes on, what to look at) to stderr, after the binary's name.
pub fn note(text: impl std::fmt::Display) {
    eprintln!("{}: {text}", name());
}

/// `migrate_schema history | head` must end like any other Unix program, without a panic.
fn die_quietly_when_the_reader_leaves() {
    #[cfg(unix)]
    // SAFETY: sets a signal's disposition to the default before any thread exists.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}
