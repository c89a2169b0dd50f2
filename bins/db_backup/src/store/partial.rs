//! A backup while it is written: a hidden folder that gets its name last.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use common::{Context, Result};

use super::{Backup, Store, name_of, partial_name};
use crate::manifest::Manifest;
use crate::private_files::{create_private, create_private_folder, sync_folder};

/// What a folder in the making holds, so that it is told from somebody else's of such a name.
pub(super) const MARK: &str = ".db_backup";

/// The locked, hidden folder of a backup in the making; removed where it is not finished.
pub struct Partial {
    store: Store,
    /// The name that the backup gets.
    pub name: String,
    pub path: PathBuf,
    pub created: jiff::Timestamp,
    /// Locked as long as its process lives: so that a dead one's folder can be told.
    _lock: File,
    finished: bool,
}

impl Partial {
    /// Makes the folder, in the store that is made too where it is missing.
    ///
    /// # Errors
    /// The store cannot be written to.
    pub fn begin(store: &Store, database: &str) -> Result<Partial> {
        fs::create_dir_all(&store.folder)
            .context(|| format!("{} cannot be made", store.folder.display()))?;
        let _turn = take_turn(store)?;
        let (name, created) = free_name(store, database);
        let path = store.folder.join(partial_name(&name));
        create_private_folder(&path)?;
        create_private(&path.join(MARK))?;
        create_private_folder(&path.join("data"))?;
        let lock = File::open(&path)?;
        lock.lock()?;
        Ok(Partial { store: store.clone(), name, path, created, _lock: lock, finished: false })
    }

    /// The backup's path once it is finished, as messages name it.
    pub fn label(&self) -> String {
        self.store.folder.join(&self.name).display().to_string()
    }

    /// Writes the manifest, lets `prove` look at the backup, and gives it its name; from here on it
    /// is one. Each of its files must have been synced before.
    ///
    /// # Errors
    /// It does not stand its proof, or cannot be written; it is removed.
    pub fn finish(
        mut self,
        manifest: &Manifest,
        prove: impl FnOnce(&Backup) -> Result<()>,
    ) -> Result<Backup> {
        manifest.write(&self.path)?;
        prove(&Backup::in_the_making(&self.path)?)?;
        // From here on the manifest tells whose folder it is.
        let mark = self.path.join(MARK);
        fs::remove_file(&mark).context(|| format!("{} cannot be removed", mark.display()))?;
        sync_folder(&self.path.join("data"))?;
        sync_folder(&self.path)?;
        let path = self.store.folder.join(&self.name);
        fs::rename(&self.path, &path).context(|| format!("{} cannot be made", path.display()))?;
        self.finished = true;
        sync_folder(&self.store.folder)?;
        Backup::open(&path)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is swept by the next run.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// What a sweep has found, as messages name it.
#[derive(Default)]
pub struct Swept {
    pub removed: Vec<String>,
    /// Named as ours are, and not ours: they stay.
    pub foreign: Vec<String>,
}

/// Removes what processes that ended left behind, and names it.
pub fn sweep(store: &Store) -> Result<Swept> {
    let mut swept = Swept::default();
    if !store.folder.exists() {
        return Ok(swept);
    }
    let _turn = take_turn(store)?;
    for name in store.names(|name| name.starts_with('.') && name.ends_with(".partial"))? {
        let path = store.folder.join(&name);
        if !is_ours(&path) {
            swept.foreign.push(path.display().to_string());
        } else if is_abandoned(&path) {
            remove_all(&path).context(|| format!("{} cannot be removed", path.display()))?;
            swept.removed.push(path.display().to_string());
        }
    }
    Ok(swept)
}

/// Whether it is a folder, and holds our mark, or a manifest of ours as one that is being removed.
/// One that was killed before its mark was there is empty.
fn is_ours(path: &Path) -> bool {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let is_marked = fs::symlink_metadata(path.join(MARK)).is_ok_and(|found| found.is_file());
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let has_manifest = || Manifest::read(path, "").is_ok();
    is_folder && (is_marked || is_empty() || has_manifest())
}

/// Removes a finished backup: hides it first, so that it never looks whole while it goes.
///
/// # Errors
/// Somebody reads it at the moment, or the folder may not be changed.
pub fn remove(store: &Store, name: &str) -> Result<bool> {
    let _turn = take_turn(store)?;
    let path = store.folder.join(name);
    let lock = File::open(&path)?;
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        return Ok(false);
    }
    let hidden = store.folder.join(partial_name(name));
    fs::rename(&path, &hidden).context(|| format!("{} cannot be removed", path.display()))?;
    sync_folder(&store.folder)?;
    remove_all(&hidden).context(|| format!("{} cannot be removed", hidden.display()))?;
    Ok(true)
}

/// The mark goes last: what a kill in between leaves is still ours.
fn remove_all(hidden: &Path) -> io::Result<()> {
    let mark = hidden.join(MARK);
    if !mark.exists() {
        File::create(&mark)?;
    }
    for entry in fs::read_dir(hidden)? {
        let entry = entry?;
        if entry.file_name() == MARK {
        } else if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_file(&mark)?;
    fs::remove_dir(hidden)
}

fn is_abandoned(path: &Path) -> bool {
    File::open(path).is_ok_and(|folder| folder.try_lock().is_ok())
}

/// Keeps runs from sweeping each other's folder in the moment before it is locked.
fn take_turn(store: &Store) -> Result<File> {
    let path = store.folder.join(".lock");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = file.context(|| format!("{} cannot be written to", store.folder.display()))?;
    file.lock()?;
    Ok(file)
}

/// A name's time has whole seconds; where that is taken, the next one is waited for.
fn free_name(store: &Store, database: &str) -> (String, jiff::Timestamp) {
    loop {
        let created = jiff::Timestamp::now();
        let name = name_of(database, created);
        if !store.folder.join(&name).exists() && !store.folder.join(partial_name(&name)).exists() {
            return (name, created);
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}
