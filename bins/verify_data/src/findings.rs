//! What does not hold, gathered so that one run tells all of it.

use common::progress::count;
use common::{Outcome, note};

/// Of one kind of thing that is wrong, only the first few are shown; all are counted.
pub const SHOWN: usize = 3;

#[derive(Debug, Default)]
pub struct Findings {
    lines: Vec<String>,
    accounts_differ: bool,
}

impl Findings {
    pub fn add(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    /// Something about a source row's fate.
    pub fn add_account(&mut self, line: impl Into<String>) {
        self.accounts_differ = true;
        self.add(line);
    }

    pub fn accounts(&self) -> String {
        if self.accounts_differ {
            "NOT every source row is accounted for".to_owned()
        } else {
            "every source row accounted for".to_owned()
        }
    }

    pub fn print(&self) -> Outcome {
        if self.lines.is_empty() {
            return Outcome::Done;
        }
        for line in &self.lines {
            note(line);
        }
        note(format_args!(
            "{} found",
            count(i64::try_from(self.lines.len()).unwrap_or(i64::MAX), "difference")
        ));
        Outcome::FellShort
    }
}
