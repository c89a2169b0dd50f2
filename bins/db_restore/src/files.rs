//! The backup's files against their SHA-256, before anything is restored from them.

use std::collections::HashMap;

use common::{Result, progress};
use db_backup::manifest::Chunk;
use db_backup::store::Backup;
use rows::workers;

/// Reads every file by `jobs` threads.
///
/// # Errors
/// A file is missing or is not what the manifest says; the message names it.
pub fn check(backup: &Backup, jobs: usize, target: &str) -> Result<()> {
    let manifest = &backup.manifest;
    let chunks: HashMap<&str, &Chunk> =
        manifest.chunks().map(|(_, chunk)| (chunk.file.as_str(), chunk)).collect();
    let filtered = manifest.options.filter.is_some();
    let bar = progress::bar(manifest.stored_bytes(), "check of the files");
    let outcome = workers::each(
        jobs,
        &manifest.files,
        || Ok(()),
        |(), file| {
            match chunks.get(file.path.as_str()) {
                // What a filter wrote is decoded on the way, not beside the backup.
                Some(chunk) if filtered => backup.read_chunk(chunk)?.check()?,
                _ => backup.plain(&file.path).map(drop)?,
            }
            bar.inc(file.bytes);
            Ok(())
        },
    );
    bar.finish_and_clear();
    outcome.map_err(|error| {
        error.hint(format!(
            "Nothing was restored; the database `{target}` is unchanged. `db_restore list` shows the other backups."
        ))
    })
}
