//! Whether the backup fits.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use common::progress::bytes;
use common::{Error, Result};

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

fn free(folder: &Path) -> Option<u64> {
    let path = CString::new(folder.as_os_str().as_bytes()).ok()?;
    // SAFETY: an all-zero statvfs is a valid value, and the call fills it or fails.
    let facts = unsafe {
        let mut facts: libc::statvfs = std::mem::zeroed();
        if libc::statvfs(path.as_ptr(), &raw mut facts) != 0 {
            return None;
        }
        facts
    };
    // These are 32 bits wide on some systems.
    #[allow(clippy::useless_conversion)]
    Some(u64::from(facts.f_bavail) * u64::from(facts.f_frsize))
}
