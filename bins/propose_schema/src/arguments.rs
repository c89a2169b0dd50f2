//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use common::{Jobs, Pool};
use migrate_data::throttle;

/// Looks at the databases before there is a mapping, and proposes what to begin with. Writes to
/// neither.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY, global = true)]
    pub project: PathBuf,
    #[command(flatten)]
    jobs: Jobs,
    /// Read no more rows than this per second from the old database, all readers together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), global = true)]
    max_rows_per_second: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what tables of the old database hold, column by column, and what would take it
    Profile {
        #[arg(required = true, value_name = "TABLE")]
        tables: Vec<String>,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write a mapping to start from, out of both databases
    Mapping {
        /// A file that does not exist yet [default: stdout]
        file: Option<PathBuf>,
    },
}

impl Arguments {
    /// What holds for all that the process reads.
    pub fn set_out(&self) {
        if let Some(rows) = self.max_rows_per_second {
            throttle::limit(rows);
        }
    }

    /// As many as asked for, within what the pool can serve beside the coordinator.
    pub fn readers(&self, pool: &Pool) -> usize {
        self.jobs.wanted().min((pool.size().saturating_sub(1) as usize).max(1))
    }
}
