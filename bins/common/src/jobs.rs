//! How many at once: one flag and one default for all binaries.

use std::num::NonZero;
use std::thread;

use clap::Args;

/// More of them only wait for each other, and are felt by the server, which needs a processor for
/// each as well.
const MOST_BY_DEFAULT: usize = 8;

#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Jobs {
    /// How much is done at once, by a connection each [default: one per processor, 8 at most]
    #[arg(long, alias = "workers", value_name = "N", global = true,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
}

impl Jobs {
    /// Whether a number was asked for.
    pub fn is_given(self) -> bool {
        self.jobs.is_some()
    }

    /// As many as asked for, or the default.
    pub fn wanted(self) -> usize {
        self.jobs.map_or_else(
            || thread::available_parallelism().map_or(2, NonZero::get).min(MOST_BY_DEFAULT),
            usize::from,
        )
    }
}
