//! Where a proposal is written.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use common::{Context, Error, Result, note};

/// A file only where there is none: a mapping that somebody edited is not written over. `None` is
/// stdout, as is `-`.
///
/// # Errors
/// The file already exists.
pub fn new(path: Option<&Path>) -> Result<Option<&Path>> {
    let path = path.filter(|path| *path != Path::new("-"));
    if let Some(there) = path.filter(|path| path.exists()) {
        return Err(Error::usage(format!("{} already exists", there.display()))
            .hint("Name a file that does not exist yet. Nothing was written."));
    }
    Ok(path)
}

pub fn write(path: Option<&Path>, text: &str) -> Result<()> {
    let Some(path) = path else {
        print!("{text}");
        return Ok(());
    };
    let unwritable = || format!("{} cannot be written", path.display());
    File::create_new(path).context(unwritable)?.write_all(text.as_bytes()).context(unwritable)?;
    note(format_args!("wrote {}; `migrate_data dry-run` says what it would do", path.display()));
    Ok(())
}
