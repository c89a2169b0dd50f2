//! One file: its headers, statements and checksum.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use common::{Error, Result};
use sha2::{Digest, Sha256};

use crate::{Header, Statement, header, place, split};

/// One SQL file that psql could run as well.
#[derive(Clone, Debug)]
pub struct Script {
    pub path: PathBuf,
    /// Without a byte order mark, and with `\n` at the end of every line: what an editor or a
    /// checkout on another system changes is no difference, neither to the checksum nor to the
    /// strings in it.
    pub text: String,
}

impl Script {
    /// # Errors
    /// The file cannot be read, or is not UTF-8; the line where it stops being so is named.
    pub fn read(path: &Path) -> Result<Script> {
        let bytes =
            fs::read(path).map_err(|error| Error::new(format!("{}: {error}", path.display())))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Script::new(path, &text)),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
                Err(Error::usage(format!("{}:{line}: is not UTF-8", path.display()))
                    .hint("Save the file as UTF-8. Nothing was run."))
            }
        }
    }

    pub fn new(path: &Path, text: &str) -> Script {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        Script { path: path.to_owned(), text }
    }

    /// The `-- key: value` lines above the first line that is neither a comment nor blank.
    pub fn headers(&self) -> Vec<Header> {
        header::read(&self.text)
    }

    /// The statements of the file.
    ///
    /// # Errors
    /// As [`Script::statements_in`].
    pub fn statements(&self) -> Result<Vec<Statement>> {
        self.statements_in(0..self.text.len())
    }

    /// The statements of a part of the file, such as a revision's upgrade.
    ///
    /// # Errors
    /// Named by file and line: a quote or comment that is not closed, and what only psql or only
    /// the binary itself may say: `\` commands, COPY with data, BEGIN and COMMIT.
    pub fn statements_in(&self, part: Range<usize>) -> Result<Vec<Statement>> {
        split::statements(self, part)
    }

    /// A statement's text as it is sent, without the semicolon and the comments around it.
    pub fn sql(&self, statement: &Statement) -> &str {
        &self.text[statement.range.clone()]
    }

    /// The line, from 1, that holds this byte.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.text[..offset].bytes().filter(|byte| *byte == b'\n').count()
    }

    /// Refuses what the file says on one line (exit code 2).
    pub fn refuse(&self, line: usize, what: impl std::fmt::Display) -> Error {
        Error::usage(format!("{}:{line}: {what}", self.path.display()))
    }

    /// Puts the place in the file in front of the server's error: `file:line:column: …` with the
    /// source line and a caret where the server gave a position, else the statement's first line.
    /// A hint of the server becomes a detail, so that the caller's hint can say what was undone.
    #[must_use]
    pub fn locate(&self, statement: &Statement, error: Error) -> Error {
        place::locate(self, statement, error)
    }

    /// SHA-256 of the whole text, in hexadecimal.
    pub fn checksum(&self) -> String {
        checksum(&self.text)
    }
}

/// SHA-256 in hexadecimal of a part of a script's text. Blanks at its two ends do not count.
pub fn checksum(text: &str) -> String {
    Sha256::digest(text.trim()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Script, checksum};

    #[test]
    fn line_ends_and_byte_order_mark_are_no_edit() {
        let sum = |text: &str| Script::new(Path::new("a.sql"), text).checksum();
        let plain = sum("SELECT 1;\nSELECT 2;\n");
        assert_eq!(plain, sum("\u{feff}SELECT 1;\r\nSELECT 2;\r\n"));
        assert_eq!(plain, sum("\nSELECT 1;\nSELECT 2;"));
        assert_ne!(plain, sum("SELECT 1;\nSELECT  2;\n"));
        assert_ne!(plain, sum("SELECT 1;\n\nSELECT 2;\n"));
        assert_eq!(
            checksum(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
