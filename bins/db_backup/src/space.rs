//! Whether the backup fits.

use std::path::Path;

use common::progress::bytes;
use common::{Error, Result};
use db_backup::disk::free;

/// COPY text under gzip is rarely smaller than this part of the tables on disk.
const BEST_RATIO: u64 = 10;

/// Refuses where not even a well-compressed backup would fit; whether a badly compressed one does
/// is found out while it is written, and then nothing is left behind.
pub fn require(folder: &Path, size: u64, level: u32) -> Result<()> {
    let needed = if level == 0 { size / 2 } else { size / BEST_RATIO };
    match free(folder) {
        Some(free) if free < needed => Err(Error::new(format!(
            "no space for the backup in {}: at least {} are needed, {} are free",
            folder.display(),
            bytes(needed),
            bytes(free)
        ))
        .detail(format!("The tables take {} on disk.", bytes(size)))
        .hint("`db_backup prune --keep N` removes old backups; --dir or BACKUP_DIR names another folder. Nothing was written.")),
        _ => Ok(()),
    }
}

/// Says what is missing where the disk filled up in the middle.
pub fn explain(error: Error, folder: &Path, size: u64, done: u64) -> Error {
    let text = error.to_string();
    let full = [libc::ENOSPC, libc::EDQUOT, libc::EFBIG];
    if !full.iter().any(|code| text.contains(&std::io::Error::from_raw_os_error(*code).to_string()))
    {
        return error;
    }
    error
        .context(format!("no space left for the backup in {}", folder.display()))
        .detail(format!(
            "{} of about {} of tables were copied.",
            bytes(done.min(size)),
            bytes(size)
        ))
        .hint("`db_backup prune --keep N` removes old backups; --dir or BACKUP_DIR names another folder. What was written is removed.")
}
