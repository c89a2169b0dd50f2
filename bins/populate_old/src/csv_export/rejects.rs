//! Records that cannot be loaded, and why.

use std::fs::File;
use std::path::{Path, PathBuf};

use common::{Error, Result};
use csv::Writer;

use super::files::ExportFile;
use super::records::Record;

/// Why a record cannot be loaded, and what would help.
#[derive(Debug)]
pub struct Reason {
    text: String,
    way_out: Option<String>,
}

impl Reason {
    pub fn new(text: impl Into<String>) -> Reason {
        Reason { text: text.into(), way_out: None }
    }

    pub fn encoding(byte: u8, encoding: &str, column: &str, others: &str) -> Reason {
        Reason {
            text: format!("byte 0x{byte:02X} in column `{column}` is not {encoding}"),
            way_out: Some(format!("If the file is in another encoding, say --encoding {others}.")),
        }
    }

    /// The error that stops the load.
    pub fn at(self, file: &ExportFile, line: u64) -> Error {
        let mut hint =
            String::from("Nothing was loaded. --rejects FILE puts such records aside and goes on.");
        if let Some(way_out) = self.way_out {
            hint = format!("{way_out}\n{hint}");
        }
        Error::new(format!("{}:{line}: {}", file.path.display(), self.text)).hint(hint)
    }
}

/// The file of `--rejects`: file, line, reason, and the record's raw bytes.
pub struct Rejects {
    path: PathBuf,
    writer: Writer<File>,
    count: i64,
}

impl Rejects {
    /// Begins the file anew, so that it never holds the rejects of another load.
    ///
    /// # Errors
    /// The file cannot be written, or is one of those to be loaded. Nothing was changed.
    pub fn create(path: &Path, inputs: &[ExportFile]) -> Result<Rejects> {
        let same = |input: &ExportFile| match (path.canonicalize(), input.path.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        };
        if inputs.iter().any(same) {
            return Err(Error::usage(format!(
                "--rejects {} is one of the files to be loaded",
                path.display()
            ))
            .hint("Name another file, best in another folder. Nothing was changed."));
        }
        let unwritable = |error: &dyn std::fmt::Display| {
            Error::usage(format!("--rejects {}: {error}", path.display()))
                .hint("Nothing was changed.")
        };
        let file = File::create(path).map_err(|error| unwritable(&error))?;
        let mut writer = Writer::from_writer(file);
        writer
            .write_record(["file", "line", "reason", "record"])
            .map_err(|error| unwritable(&error))?;
        Ok(Rejects { path: path.to_owned(), writer, count: 0 })
    }

    pub fn add(&mut self, file: &str, record: &Record, reason: &Reason) -> Result<()> {
        self.count += 1;
        let line = record.line.to_string();
        let fields = [file.as_bytes(), line.as_bytes(), reason.text.as_bytes(), record.raw];
        self.writer.write_record(fields).map_err(|error| unwritten(&self.path, &error))
    }

    /// The number of records, once all are on disk.
    pub fn finish(mut self) -> Result<i64> {
        self.writer.flush().map_err(|error| unwritten(&self.path, &error))?;
        Ok(self.count)
    }
}

fn unwritten(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::new(format!("--rejects {}: {error}", path.display())).hint("Nothing was loaded.")
}
