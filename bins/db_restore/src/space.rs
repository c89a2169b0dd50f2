//! Whether the restored database fits on the server's disk, asked before anything is made.

use common::progress::bytes;
use common::{Error, Result, note};

use crate::plan::{Part, Plan};
use crate::server::Server;

/// For a restore of everything into a database of its own; what an earlier run made of it is there
/// already. The restored one is rarely larger than the one backed up, whose size the manifest
/// tells, and rarely half of it: where dead rows took the rest.
///
/// # Errors
/// Not even half of that is free.
pub fn require(plan: &Plan, server: &mut Server, scratch: &str) -> Result<()> {
    let size = plan.backup.manifest.database_bytes;
    let whole = plan.backup.manifest.options.is_whole();
    if !whole || plan.part != Part::Everything || !plan.chosen.is_empty() {
        return Ok(());
    }
    let needed = size.saturating_sub(server.size_of(scratch)?);
    let address = server.database.address.clone();
    let Some(free) = server.free_space() else {
        note(format_args!(
            "the disk of the server at {address} cannot be seen from here; the restored database needs about {}",
            bytes(needed)
        ));
        return Ok(());
    };
    if free < needed / 2 {
        return Err(Error::new(format!(
            "no space for the restore on the server at {address}: about {} are needed, {} are free",
            bytes(needed),
            bytes(free)
        ))
        .detail(format!("The database took {} on disk when it was backed up.", bytes(size)))
        .hint("`db_restore drop-old` drops the former databases that restores have kept; or restore to another server. Nothing was changed."));
    }
    if free < needed {
        note(format_args!(
            "space may run out on the server at {address}: about {} are needed, {} are free",
            bytes(needed),
            bytes(free)
        ));
    }
    Ok(())
}
