//! Proves a backup's files against its manifest, without a server.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Error, Result};
use indicatif::ProgressBar;

use super::Backup;
use super::backup::VERIFIED;
use super::partial::MARK;
use crate::manifest::{self, Chunk, File};
use crate::reading;
use rows::RowsHash;

/// What reading a whole backup showed.
#[derive(Default)]
pub struct Findings {
    pub files: usize,
    /// As stored.
    pub bytes: u64,
    pub rows: u64,
    /// Each names a file of the backup.
    pub flaws: Vec<Error>,
    /// Whether only size and SHA-256 were looked at, since the files are filtered and nothing
    /// says how to read them.
    pub only_stored: bool,
}

/// Reads every file: SHA-256, one whole gzip member, rows and content hash per chunk and table;
/// none missing, extra, doubled or swapped. `bar` counts stored bytes.
///
/// # Errors
/// The folder cannot be listed. What is wrong with the backup is among the findings.
pub fn verify_files(backup: &Backup, jobs: usize, bar: &ProgressBar) -> Result<Findings> {
    let manifest = &backup.manifest;
    let mut findings = Findings {
        files: manifest.files.len(),
        bytes: manifest.stored_bytes(),
        rows: manifest.rows(),
        only_stored: !backup.is_decodable(),
        flaws: contradictions(backup),
    };
    findings.flaws.extend(unexpected(backup)?);

    let chunks: HashMap<&str, &Chunk> =
        manifest.chunks().map(|(_, chunk)| (chunk.file.as_str(), chunk)).collect();
    let (next, flaws) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(file) = manifest.files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(flaw) = prove(backup, file, chunks.get(file.path.as_str()).copied())
                    {
                        flaws.lock().expect("no holder panics").push(flaw);
                    }
                    bar.inc(file.bytes);
                }
            });
        }
    });
    findings.flaws.extend(flaws.into_inner().expect("no holder panics"));
    Ok(findings)
}

fn prove(backup: &Backup, file: &File, chunk: Option<&Chunk>) -> Result<()> {
    match chunk {
        Some(chunk) if backup.is_decodable() => backup.read_chunk(chunk)?.check(),
        _ => reading::check_stored(&backup.label(), &backup.path, file),
    }
}

/// What the manifest says in two places and not alike.
fn contradictions(backup: &Backup) -> Vec<Error> {
    let (manifest, label) = (&backup.manifest, backup.label());
    let mut flaws = Vec::new();
    let mut listed: HashMap<&str, &File> = HashMap::new();
    for file in &manifest.files {
        if listed.insert(&file.path, file).is_some() {
            flaws.push(Error::new(format!("{label}: the manifest lists {} twice", file.path)));
        }
    }
    let mut used = HashSet::new();
    for (of, chunk) in manifest.chunks() {
        if !used.insert(chunk.file.clone()) {
            flaws.push(Error::new(format!("{label}: {} is also used by {of}", chunk.file)));
        }
        if listed.get(chunk.file.as_str()).is_none_or(|file| file.sha256 != chunk.sha256) {
            flaws.push(Error::new(format!(
                "{label}: the manifest contradicts itself about {}",
                chunk.file
            )));
        }
    }
    for table in &manifest.tables {
        let sums = table.chunks.iter().fold((0, 0, RowsHash::default()), |sum, chunk| {
            (sum.0 + chunk.rows, sum.1 + chunk.bytes, sum.2.and(chunk.hash))
        });
        if sums != (table.rows, table.bytes, table.hash) {
            flaws.push(Error::new(format!(
                "{label}: the chunks of {}.{} do not add up to the table",
                table.schema, table.name
            )));
        }
    }
    flaws
}

/// Files that the manifest does not know.
fn unexpected(backup: &Backup) -> Result<Vec<Error>> {
    let mut known: HashSet<&str> =
        backup.manifest.files.iter().map(|file| file.path.as_str()).collect();
    known.extend([manifest::FILE, VERIFIED, MARK]);
    let mut found = Vec::new();
    walk(&backup.path, "", &mut found)?;
    found.retain(|path| !known.contains(path.as_str()));
    found.sort();
    let label = backup.label();
    Ok(found
        .into_iter()
        .map(|path| Error::new(format!("{label}: {path} is not in the manifest")))
        .collect())
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
