//! The rows of the mirrors: all of them into tables that are empty, or what changed since.

mod aside; //        keys and indexes that are away during a load
mod buckets; //      which rows are compared together
mod copy; //         COPY out of the source into the target
mod digest; //       what a table holds, bucket by bucket, as its server counts it
mod key; //          what tells a row from all others
mod load; //         --with-data
mod refresh; //      --with-data --refresh
mod sequences;
mod stage; //        the source's rows of what differs, beside the mirror's
mod table; //        a table of the source and its place

use common::{Result, note};

use crate::arguments::Args;
use crate::sides::{Sides, State};
use crate::target;
use table::Table;

pub use aside::recover;

/// Fills the tables that are empty in the mirrors; with --refresh brings over what changed in those
/// that are not.
///
/// # Errors
/// A table may not be read, rows would be lost, or what arrived is not what was read.
pub fn bring(sides: &mut Sides, state: &State, args: &Args) -> Result<()> {
    let (empty, filled) = tables(sides, state)?;
    if args.refresh && !filled.is_empty() {
        refresh::refresh(sides, empty.into_iter().chain(filled).collect(), args)?;
        sequences::set(sides, state)
    } else {
        for table in &filled {
            note(format_args!(
                "{} already holds rows and is left as it is; --refresh brings over what changed",
                table.path.join(".")
            ));
        }
        load::load(sides, state, &empty, args.jobs.wanted())?;
        // Where nothing was filled, the mirror's own may have gone on.
        if empty.is_empty() { Ok(()) } else { sequences::set(sides, state) }
    }
}

/// The tables that are empty in the mirrors, and those that are not.
fn tables(sides: &mut Sides, state: &State) -> Result<(Vec<Table>, Vec<Table>)> {
    let (mut empty, mut filled) = (Vec::new(), Vec::new());
    for table in table::readable(sides, state)? {
        match target::holds_rows(&mut sides.to, &table.path)? {
            true => filled.push(table),
            false => empty.push(table),
        }
    }
    Ok((empty, filled))
}
