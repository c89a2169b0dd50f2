//! Files and folders of a backup on disk: made for their owner alone, and read only where they are
//! plain files, since whoever may write to the folder may have put anything there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use common::{Context, Result};

/// Ends the names of files that went through a filter.
pub const FILTERED: &str = ".filtered";

/// A new file that only its owner may read.
pub fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).context(|| format!("{} cannot be written", path.display()))
}

/// A new folder that only its owner may enter.
pub fn create_private_folder(path: &Path) -> Result<()> {
    let created = fs::DirBuilder::new().mode(0o700).create(path);
    created.context(|| format!("{} cannot be made", path.display()))
}

/// Makes the names in a folder last through a power failure.
pub fn sync_folder(path: &Path) -> Result<()> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.context(|| format!("{} cannot be synced", path.display()))
}

/// Opens a plain file for reading. A link would lead out of the backup; a pipe or a device may have
/// no end.
///
/// # Errors
/// It is missing, may not be read, or is no plain file.
pub fn open_plain(path: &Path) -> io::Result<File> {
    // Without O_NONBLOCK, opening a pipe would wait for somebody who writes to it.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = match opened {
        Err(error) if error.raw_os_error() == Some(libc::ELOOP) => return Err(not_plain()),
        opened => opened?,
    };
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_plain()) }
}

fn not_plain() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not a plain file")
}
