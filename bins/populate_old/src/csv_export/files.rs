//! Which files, in which order, through gzip or not.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use common::{Error, Result, note, progress};
use flate2::bufread::MultiGzDecoder;

const BOM: &[u8] = b"\xef\xbb\xbf";
const ENDINGS: [&str; 3] = [".csv", ".tsv", ".txt"];

/// One file of an export.
pub struct ExportFile {
    pub path: PathBuf,
    /// Without its folder, as the column `file` names it.
    pub name: String,
    /// In bytes, as it lies there.
    pub size: u64,
}

/// A file itself, or the exports in a folder, sorted by name.
///
/// # Errors
/// There is no such file or folder, or no export in it.
pub fn list(path: &Path) -> Result<Vec<ExportFile>> {
    let unreadable = |error: std::io::Error| {
        Error::usage(format!("{}: {error}", path.display())).hint("Nothing was changed.")
    };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok(vec![ExportFile::new(path)?]);
    }
    let mut paths = Vec::new();
    let mut others = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !entry.path().is_file() {
            continue;
        }
        if is_export(&name) { paths.push(entry.path()) } else { others.push(name) }
    }
    if paths.is_empty() {
        return Err(Error::usage(format!("{} holds no CSV file", path.display()))
            .hint("Its files are those named *.csv, *.tsv or *.txt, with or without .gz. Nothing was changed."));
    }
    if !others.is_empty() {
        others.sort();
        let left = progress::count(others.len() as i64, "other file");
        note(format_args!("{left} in {} left out: {}", path.display(), others.join(", ")));
    }
    paths.sort();
    paths.iter().map(|path| ExportFile::new(path)).collect()
}

/// The name without its folder and endings: `by-day`, `orders` for `orders.csv.gz`.
pub fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if path.is_dir() {
        return name;
    }
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem).to_owned()
}

impl ExportFile {
    fn new(path: &Path) -> Result<ExportFile> {
        let size = fs::metadata(path).map_err(|error| at(path, &error))?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(ExportFile { path: path.to_owned(), name, size })
    }

    /// The bytes, unzipped, without a byte order mark.
    pub fn open(&self) -> Result<Box<dyn BufRead>> {
        let file = BufReader::with_capacity(
            256 * 1024,
            File::open(&self.path).map_err(|error| at(&self.path, &error))?,
        );
        let mut reader: Box<dyn BufRead> = if self.name.ends_with(".gz") {
            Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        let mut head = Vec::new();
        reader
            .by_ref()
            .take(BOM.len() as u64)
            .read_to_end(&mut head)
            .map_err(|error| self.unreadable(&error))?;
        if head == BOM {
            head.clear();
        }
        Ok(Box::new(Cursor::new(head).chain(reader)))
    }

    pub fn unreadable(&self, error: &std::io::Error) -> Error {
        at(&self.path, error)
    }
}

fn at(path: &Path, error: &std::io::Error) -> Error {
    Error::new(format!("{}: {error}", path.display())).hint("Nothing was changed.")
}

fn is_export(name: &str) -> bool {
    let name = name.to_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}
