//! Which of a project's two databases.

use clap::ValueEnum;
use common::Side;

/// One of the two databases.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Which {
    Old,
    New,
}

impl Which {
    pub fn side(self) -> Side {
        match self {
            Which::Old => Side::Old,
            Which::New => Side::New,
        }
    }
}
