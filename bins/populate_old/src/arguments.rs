//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};
use common::Jobs;

/// Builds the legacy database: from CSV exports, or from fake rows with an answer key.
///
/// Without --csv, fills old_users, old_products and old_orders with the rows of a badly built
/// shop, and schema `truth` with what a right migration makes of each.
#[derive(Debug, Parser)]
#[command(name = "populate_old", version)]
pub struct Arguments {
    /// Project folder; names the old database in the private cluster and holds legacy/*.sql.
    #[arg(long, value_name = "DIR", env = "PROJECT", default_value = common::project::DEFAULT_DIRECTORY)]
    pub project: PathBuf,

    /// Succeed quietly where the tables already hold rows, instead of refusing.
    #[arg(long)]
    pub if_empty: bool,

    /// For fake rows. Not among them, as clap forgets what conflicts with a group that holds another.
    #[command(flatten)]
    pub jobs: Jobs,

    #[command(flatten)]
    pub fake: Fake,

    #[command(flatten)]
    pub export: Export,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Fake rows")]
pub struct Fake {
    /// Rows of old_users.
    #[arg(long, value_name = "N", default_value_t = 20_000, conflicts_with = "csv",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000_000))]
    pub users: u32,

    /// Rows of old_products.
    #[arg(long, value_name = "N", default_value_t = 1_000, conflicts_with = "csv",
          value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub products: u32,

    /// Rows of old_orders.
    #[arg(long, value_name = "N", default_value_t = 100_000, conflicts_with = "csv",
          value_parser = clap::value_parser!(u64).range(0..=1_000_000_000_000))]
    pub orders: u64,

    /// The same seed gives the same rows, whatever the number of workers.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "csv")]
    pub seed: u64,

    /// Share of rows, 0 to 1, that are quarantined, merged, or misspelled.
    #[arg(long, value_name = "RATE", default_value_t = 0.12, conflicts_with = "csv", value_parser = rate)]
    pub dirt: f64,

    /// Write the answer key into schema `truth` (the default).
    #[arg(long, overrides_with = "no_truth", conflicts_with = "csv")]
    pub truth: bool,

    /// Write no answer key.
    #[arg(long, overrides_with = "truth", conflicts_with = "csv")]
    pub no_truth: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "CSV exports")]
pub struct Export {
    /// A CSV file, or a folder of them with one common header; .gz too.
    #[arg(long, value_name = "PATH")]
    pub csv: Option<PathBuf>,

    /// The table to make [default: the name of the file or folder].
    #[arg(long, value_name = "NAME", requires = "csv", conflicts_with = "Fake")]
    pub table: Option<String>,

    /// One character, or `tab`.
    #[arg(long, value_name = "CHAR", requires = "csv", conflicts_with = "Fake", default_value = ",", value_parser = delimiter)]
    pub delimiter: u8,

    /// One character, or `none`.
    #[arg(long, value_name = "CHAR", requires = "csv", conflicts_with = "Fake", default_value = "\"", value_parser = quote)]
    pub quote: Quote,

    /// How the bytes are to be read.
    #[arg(long, value_enum, requires = "csv", conflicts_with = "Fake", default_value_t = Encoding::Utf8)]
    pub encoding: Encoding,

    /// A field that is exactly this text becomes NULL; all others stay as they are.
    #[arg(long, value_name = "TEXT", requires = "csv", conflicts_with = "Fake")]
    pub null: Option<String>,

    /// The first line is a record; the columns are called c1, c2, …
    #[arg(long, requires = "csv", conflicts_with = "Fake")]
    pub no_header: bool,

    /// Put records that cannot be loaded into this CSV file and go on, instead of stopping.
    #[arg(long, value_name = "FILE", requires = "csv", conflicts_with = "Fake")]
    pub rejects: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    Utf8,
    Latin1,
    Cp1252,
}

/// The character around fields that hold delimiters or line ends, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote(pub Option<u8>);

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("a share of rows is a number from 0 to 1".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n' | 0) => Ok(*byte),
        _ => Err("one ASCII character, or `tab`".to_owned()),
    }
}

fn quote(text: &str) -> Result<Quote, String> {
    match text {
        "none" => Ok(Quote(None)),
        _ => delimiter(text)
            .map(|byte| Quote(Some(byte)))
            .map_err(|why| why.replace("`tab`", "`none`")),
    }
}
