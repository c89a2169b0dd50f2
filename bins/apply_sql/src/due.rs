//! Which scripts have to run, and why.

use common::{Error, Outcome, Result};

use crate::log::Log;
use crate::scripts::{Kind, NumberedScript};

#[derive(Debug, PartialEq, Eq)]
enum State {
    New,
    UpToDate,
    Edited,
    /// Edited, but it may run only once.
    Refused,
    /// Rows were loaded since.
    Outdated,
}

/// The scripts to run, in order.
///
/// # Errors
/// A `once` script was edited after it ran: the database and the file no longer tell the same
/// story, and only a person knows which of the two is meant.
pub fn due<'a>(scripts: &'a [NumberedScript], log: &Log) -> Result<Vec<&'a NumberedScript>> {
    let mut due = Vec::new();
    for script in scripts {
        match state(script, log) {
            State::UpToDate => {}
            State::Refused => return Err(edited_after_it_ran(script, log)),
            State::New | State::Edited | State::Outdated => due.push(script),
        }
    }
    Ok(due)
}

/// Prints each script with its state; a refused one makes the exit code 3.
pub fn list(scripts: &[NumberedScript], log: &Log) -> Result<Outcome> {
    let width = scripts.iter().map(|script| script.name.len()).max().unwrap_or(0);
    let mut outcome = Outcome::Done;
    for script in scripts {
        let when = log.runs.get(&script.name).map_or("", |run| run.when.as_str());
        let state = match state(script, log) {
            State::New => "due: never applied".to_owned(),
            State::UpToDate => format!("applied {when}"),
            State::Edited => format!("due: edited since {when}"),
            State::Outdated => format!("due: rows were loaded since {when}"),
            State::Refused => {
                outcome = Outcome::FellShort;
                format!("refused: edited after it ran on {when}")
            }
        };
        println!("{:width$}  {:10}  {state}", script.name, script.kind.word());
    }
    Ok(outcome)
}

fn state(script: &NumberedScript, log: &Log) -> State {
    let Some(run) = log.runs.get(&script.name) else { return State::New };
    if run.checksum != script.script.checksum() {
        return if script.kind == Kind::Once { State::Refused } else { State::Edited };
    }
    let loaded_since = log.loaded_at.is_some_and(|loaded| loaded > run.started_at);
    if script.after_load && loaded_since { State::Outdated } else { State::UpToDate }
}

fn edited_after_it_ran(script: &NumberedScript, log: &Log) -> Error {
    let when = log.runs.get(&script.name).map_or("", |run| run.when.as_str());
    Error::usage(format!("{}: edited after it ran", script.script.path.display()))
        .detail(format!("It is `kind: once` and was applied on {when} in another version."))
        .hint("Put the file back as it was and write the change as a new script with the next number. Nothing was applied.")
}
