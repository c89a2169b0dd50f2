//! The file system that a folder is on.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Bytes that may still be written there; `None` where the folder cannot be reached.
pub fn free(folder: &Path) -> Option<u64> {
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
