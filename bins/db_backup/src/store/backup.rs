//! One finished backup.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use common::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::gzip;
use crate::manifest::{self, Chunk, Filter, Manifest, hex};
use crate::private_files::{FILTERED, open_plain};
use crate::reading::{self, ChunkReader, Plain};

/// Beside the manifest; not counted among the files.
pub const VERIFIED: &str = "verified.json";

/// A finished backup with a manifest that holds.
#[derive(Clone, Debug)]
pub struct Backup {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// The command that undoes the filter. Never one that the manifest names.
    unfilter: Option<String>,
}

/// Keeps a backup from being pruned while it is read; ends with the process at the latest.
#[derive(Debug)]
pub struct Lease(#[expect(dead_code, reason = "held for its lock")] File);

/// That a backup was proved, and how.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Verified {
    /// RFC 3339, UTC.
    pub verified: String,
    /// Whether it was restored, beyond reading its files.
    pub restored: bool,
    /// Of the manifest that held then.
    manifest: String,
}

impl Backup {
    /// Opens a backup; its files are not read yet.
    ///
    /// # Errors
    /// It is still being written, or its manifest is missing, damaged or too new.
    pub fn open(path: &Path) -> Result<Backup> {
        let label = label(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name.ends_with(".partial") {
            return Err(unfinished(path, &label));
        }
        Backup::in_the_making(path)
    }

    /// The same before it has its name, by the process that writes it.
    pub(super) fn in_the_making(path: &Path) -> Result<Backup> {
        let label = label(path);
        let manifest = Manifest::read(path, &label)?;
        refuse_links(path, &label)?;
        Ok(Backup { path: path.to_owned(), manifest, unfilter: None })
    }

    /// Reads filtered files through this command.
    #[must_use]
    pub fn with_unfilter(mut self, command: Option<String>) -> Backup {
        if self.manifest.options.filter.is_some() && command.is_some() {
            self.unfilter = command;
        }
        self
    }

    /// As messages name it: `backups/shop_2026-11-21T220000Z`.
    pub fn label(&self) -> String {
        label(&self.path)
    }

    /// The folder's name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The COPY text of a chunk of a table or of the large objects; see [`ChunkReader`].
    ///
    /// # Errors
    /// The file is missing, or is filtered and nothing says how to undo that.
    pub fn read_chunk(&self, chunk: &Chunk) -> Result<ChunkReader> {
        let stored = self.file(&chunk.file)?;
        ChunkReader::open(&self.label(), &self.path, chunk, stored.bytes, self.unfilter()?)
    }

    /// The same at once, where it fits in memory and goes through no filter; its SHA-256 must have
    /// been checked.
    ///
    /// # Errors
    /// The file is missing, or is not what the manifest says.
    pub fn read_whole_chunk(&self, chunk: &Chunk) -> Result<Option<Vec<u8>>> {
        let stored = self.file(&chunk.file)?.bytes;
        let fits = chunk.bytes <= gzip::WHOLE as u64 && stored <= gzip::MEMBER as u64;
        if !fits || self.manifest.options.filter.is_some() {
            return Ok(None);
        }
        reading::whole(&self.label(), &self.path, chunk, stored).map(Some)
    }

    /// The path of `schema.dump`, or another file that is no chunk, checked, and decoded where
    /// the backup is filtered.
    ///
    /// # Errors
    /// The file is missing or damaged, or cannot be decoded.
    pub fn plain(&self, file: &str) -> Result<Plain> {
        reading::plain(&self.label(), &self.path, self.file(file)?, self.unfilter()?)
    }

    /// Whether the backup holds this file, filtered or not.
    pub fn holds(&self, file: &str) -> bool {
        self.file(file).is_ok()
    }

    fn file(&self, path: &str) -> Result<&manifest::File> {
        let files = &self.manifest.files;
        let found = files.iter().find(|file| {
            file.path.strip_suffix(FILTERED).unwrap_or(&file.path)
                == path.strip_suffix(FILTERED).unwrap_or(path)
        });
        found.ok_or_else(|| {
            Error::new(format!("{}: the manifest does not list {path}", self.label()))
        })
    }

    fn unfilter(&self) -> Result<Option<&str>> {
        match (&self.manifest.options.filter, &self.unfilter) {
            (None, _) => Ok(None),
            (Some(_), Some(command)) => Ok(Some(command)),
            (Some(filter), None) => Err(self.needs_unfilter(filter)),
        }
    }

    /// A command that comes with a backup may be anybody's: it is shown, and never run.
    fn needs_unfilter(&self, filter: &Filter) -> Error {
        let error = Error::usage(format!(
            "{}: its files were filtered, and no command to undo that is known",
            self.label()
        ))
        .detail(format!("Written through `{}`.", filter.write.escape_debug()));
        let error = match &filter.read {
            None => error,
            Some(read) => error.detail(format!(
                "The manifest says that `{}` reads them; look at it before you run it.",
                read.escape_debug()
            )),
        };
        error.hint("--unfilter CMD, or BACKUP_UNFILTER_CMD, names the command that reads them.")
    }

    /// Whether its chunks can be decoded here.
    pub(super) fn is_decodable(&self) -> bool {
        self.unfilter().is_ok()
    }

    /// Holds the backup: prune leaves it alone as long as the lease lives.
    pub fn hold(&self) -> Result<Lease> {
        let folder = File::open(&self.path)?;
        match folder.try_lock_shared() {
            Ok(()) => Ok(Lease(folder)),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new(format!("{}: is being removed", self.label())))
            }
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// When and how this backup was last proved; `None` too where its manifest is another since.
    pub fn verified(&self) -> Option<Verified> {
        let mut text = String::new();
        open_plain(&self.path.join(VERIFIED)).ok()?.read_to_string(&mut text).ok()?;
        let verified: Verified = serde_json::from_str(&text).ok()?;
        (verified.manifest == self.seal()).then_some(verified)
    }

    /// Remembers that the backup was proved. A proof by restoring is not forgotten for one by
    /// reading.
    pub fn remember_verified(&self, restored: bool) -> Result<()> {
        let restored = restored || self.verified().is_some_and(|before| before.restored);
        let verified = Verified {
            verified: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            restored,
            manifest: self.seal(),
        };
        let text = serde_json::to_string_pretty(&verified).expect("plain fields") + "\n";
        let path = self.path.join(VERIFIED);
        let write = || -> Result<()> {
            let mut file = tempfile::Builder::new().prefix(".verified").tempfile_in(
                self.path
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty())
                    .unwrap_or(Path::new(".")),
            )?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| Error::from(error.error))?;
            Ok(())
        };
        write().context(|| format!("{} cannot be written", path.display()))
    }

    fn seal(&self) -> String {
        hex(&Sha256::digest(self.manifest.sealed()))
    }
}

/// Files are not read through links, and neither is the folder that holds them.
fn refuse_links(path: &Path, label: &str) -> Result<()> {
    let data = path.join("data");
    match fs::symlink_metadata(&data) {
        Ok(folder) if !folder.is_dir() => Err(Error::new(format!("{label}: data is not a folder"))
            .hint("Do not use this backup. Nothing was read or changed.")),
        _ => Ok(()),
    }
}

fn label(path: &Path) -> String {
    path.display().to_string()
}

fn unfinished(path: &Path, label: &str) -> Error {
    let held = File::open(path)
        .is_ok_and(|folder| matches!(folder.try_lock_shared(), Err(TryLockError::WouldBlock)));
    if held {
        Error::new(format!("{label}: the backup is still being written"))
            .hint("It gets its name when it is whole; wait for its db_backup to end.")
    } else {
        Error::new(format!("{label}: the backup was not finished"))
            .hint("Its db_backup ended too early; the next one removes what is left of it.")
    }
}
