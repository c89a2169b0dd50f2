//! The text of a mapping and the places in it.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use common::{Error, Result};
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file that errors point into.
#[derive(Debug)]
pub struct MappingFile {
    pub path: PathBuf,
    pub text: String,
}

impl MappingFile {
    /// # Errors
    /// The file cannot be read.
    pub fn open(path: PathBuf) -> Result<MappingFile> {
        match fs::read_to_string(&path) {
            Ok(text) => Ok(MappingFile { path, text }),
            Err(error) => Err(Error::usage(format!("{}: {error}", path.display()))
                .hint("A project's mapping.toml says what becomes what; sql/shop/mapping.toml is one to start from.")),
        }
    }

    /// An error at a line of this file. Asking wrongly, so exit code 2.
    pub fn error(&self, line: usize, problem: impl std::fmt::Display) -> Error {
        Error::usage(format!("{}:{line}: {problem}", self.path.display()))
    }

    pub fn line(&self, span: &Range<usize>) -> usize {
        self.text[..span.start.min(self.text.len())].matches('\n').count() + 1
    }

    /// SHA-256 of what decides the rows, in hexadecimal: line ends and `max_rejects` do not.
    pub fn checksum(&self) -> String {
        let mut hash = Sha256::new();
        for line in self.text.lines().filter(|line| !line.starts_with("max_rejects")) {
            hash.update(line.trim_end());
            hash.update(b"\n");
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A value of the file together with the file.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub file: &'a MappingFile,
    pub value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Node<'a> {
    pub fn line(&self) -> usize {
        self.file.line(&self.value.span())
    }

    pub fn error(&self, problem: impl std::fmt::Display) -> Error {
        self.file.error(self.line(), problem)
    }

    pub fn string(&self, name: &str) -> Result<&'a str> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.error(format!("`{name}` is not a string"))),
        }
    }

    pub fn boolean(&self, name: &str) -> Result<bool> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.error(format!("`{name}` is neither true nor false"))),
        }
    }

    pub fn integer(&self, name: &str) -> Result<i64> {
        match self.value.get_ref() {
            DeValue::Integer(value) => i64::from_str_radix(value.as_str(), value.radix())
                .map_err(|error| self.error(format!("`{name}` is not a whole number ({error})"))),
            _ => Err(self.error(format!("`{name}` is not a whole number"))),
        }
    }

    /// The elements of an array, or the one value where no array is written.
    pub fn list(&self) -> Vec<Node<'a>> {
        match self.value.get_ref() {
            DeValue::Array(values) => {
                values.iter().map(|value| Node { file: self.file, value }).collect()
            }
            _ => vec![*self],
        }
    }

    pub fn strings(&self, name: &str) -> Result<Vec<String>> {
        self.list().iter().map(|node| node.string(name).map(str::to_owned)).collect()
    }

    pub fn table(&self, name: &str) -> Result<&'a DeTable<'a>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(table),
            _ => Err(self.error(format!("`{name}` is not a table"))),
        }
    }

    /// The entries of a table, in the order they are written.
    pub fn entries(&self, name: &str) -> Result<Vec<Entry<'a>>> {
        Ok(entries(self.file, self.table(name)?))
    }
}

/// A key, the line it stands on, and its value.
pub struct Entry<'a> {
    pub key: &'a str,
    pub line: usize,
    pub node: Node<'a>,
}

pub fn entries<'a>(file: &'a MappingFile, table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref(),
            line: file.line(&key.span()),
            node: Node { file, value },
        })
        .collect();
    entries.sort_by_key(|entry| entry.line);
    entries
}
