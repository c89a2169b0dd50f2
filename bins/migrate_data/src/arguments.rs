//! What the command line says.

use std::path::PathBuf;
use std::thread;

use clap::Parser;
use common::{Error, Pool, Result};
use migrate_data::mapping::{Mapping, MaxRejects};
use migrate_data::plan::Plan;
use migrate_data::report::Form;
use migrate_data::route::Route;
use migrate_data::{only, progress, throttle};

/// Moves every row of the old database into the new one, as the project's mapping.toml says:
/// loaded, merged into another, or quarantined with a reason; never anything else.
///
/// A run that was killed goes on where it stopped. A finished run that is run again carries over
/// what changed in the old database since, and writes nothing where nothing did. Exit codes: 0 done, 1 failed, 2 asked wrongly, 3 more rows quarantined than allowed.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {
    /// The project's folder
    #[arg(long, env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    pub project: PathBuf,
    /// Workers, each with a connection to either database [default: one per processor]
    #[arg(long, value_name = "N")]
    pub workers: Option<usize>,
    /// Stop with exit code 3 when more rows of one source are quarantined; wins over the mapping
    #[arg(long, value_name = "ROWS")]
    pub max_rejects: Option<i64>,
    /// Count what would become of every row; write nothing
    #[arg(long, conflicts_with_all = ["restart", "export", "explain"])]
    pub dry_run: bool,
    /// Show what a table of the old database holds, column by column, and what would take it
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["restart", "export", "explain", "dry_run"])]
    pub profile: Option<String>,
    /// Write a mapping to start from, out of both databases, to stdout or to a file that does not exist yet
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-",
          conflicts_with_all = ["restart", "export", "explain", "dry_run", "profile"])]
    pub suggest: Option<PathBuf>,
    /// Try the quarantined rows again, once a rule of the mapping is mended
    #[arg(long, conflicts_with_all = ["restart", "export", "explain", "dry_run", "profile", "suggest"])]
    pub replay: bool,
    /// In a later run, delete the rows that nothing in the old database makes any more
    #[arg(long, conflicts_with_all = ["restart", "export", "explain", "dry_run", "profile", "suggest"])]
    pub prune: bool,
    /// Show the quarantined rows of the last run by reason, three of each
    #[arg(long, conflicts_with_all = ["restart", "export", "explain", "dry_run", "profile", "suggest", "replay", "prune"])]
    pub rejects: bool,
    /// Only this target or source, with the sources that it looks up
    #[arg(long, value_name = "TABLE", conflicts_with_all = ["restart", "replay", "export", "explain", "profile", "suggest", "rejects"])]
    pub only: Option<String>,
    /// Read no more rows than this per second from the old database, all workers together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_rows_per_second: Option<u32>,
    /// Print results as JSON, and progress as lines of JSON on stderr
    #[arg(long)]
    pub json: bool,
    /// Show one source row's way, column by column
    #[arg(long, value_names = ["SOURCE", "KEY"], num_args = 2, conflicts_with_all = ["restart", "export"])]
    pub explain: Option<Vec<String>>,
    /// Write the quarantined rows of the last run to a CSV file
    #[arg(long, value_name = "FILE", conflicts_with = "restart")]
    pub export: Option<PathBuf>,
    /// Empty the mapped tables and begin anew
    #[arg(long)]
    pub restart: bool,
    /// Do not ask before --restart empties tables
    #[arg(long, requires = "restart")]
    pub yes: bool,
}

impl Arguments {
    pub fn form(&self) -> Form {
        if self.json { Form::Machines } else { Form::People }
    }

    /// What holds for all that the process reads and says.
    pub fn set_out(&self) {
        if self.json {
            progress::as_json();
        }
        if let Some(rows) = self.max_rows_per_second {
            throttle::limit(rows);
        }
    }

    pub fn narrow(&self, plan: &mut Plan) -> Result<()> {
        self.only.as_ref().map_or(Ok(()), |name| only::narrow(plan, name))
    }

    pub fn override_settings(&self, mapping: &mut Mapping) -> Result<()> {
        match self.max_rejects {
            Some(rows) if rows < 0 => Err(Error::usage("--max-rejects is below zero")),
            Some(rows) => {
                mapping.settings.max_rejects = Some(MaxRejects::Rows(rows));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// As many workers as asked for, within what the pools can serve: each worker holds a
    /// connection, and the coordinator up to five.
    pub fn route<'a>(&self, old: &'a Pool, new: &'a Pool) -> Result<Route<'a>> {
        let most = old.size().min(new.size()).saturating_sub(5) as usize;
        let wanted = self.wanted_workers()?;
        if most == 0 {
            return Err(Error::usage(
                "the connection pool is too small: at least 6 connections are needed",
            )
            .hint("DATABASE_POOL_SIZE and DATABASE_MAX_OVERFLOW set the limit."));
        }
        Ok(Route { old, new, workers: wanted.min(most) })
    }

    /// Of readers alone, within what one pool can serve.
    pub fn readers(&self, pool: &Pool) -> Result<usize> {
        let most = pool.size().saturating_sub(1).max(1) as usize;
        self.wanted_workers().map(|wanted| wanted.min(most))
    }

    fn wanted_workers(&self) -> Result<usize> {
        match self.workers {
            Some(0) => Err(Error::usage("--workers is 0")),
            Some(workers) => Ok(workers),
            None => Ok(thread::available_parallelism().map_or(2, std::num::NonZero::get)),
        }
    }
}
