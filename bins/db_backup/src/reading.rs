//! Reading a file of a backup, with everything that the manifest says of it proved on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::thread::JoinHandle;

use common::progress::grouped;
use common::{Error, Result};
use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use crate::filter;
use crate::manifest::{self, Chunk, hex};
use crate::private_files::open_plain;
use rows::Tally;

/// Block size of the streams: what the driver's COPY writer likes to be handed.
const BLOCK: usize = 128 * 1024;

/// The COPY text of one chunk, in blocks. A block may hold the end of one row and the beginning
/// of another; rows end with `\n`.
pub struct ChunkReader {
    backup: String,
    chunk: Chunk,
    stored_bytes: u64,
    decoder: Option<GzDecoder<BufReader<Source>>>,
    tally: Tally,
    buffer: Vec<u8>,
}

impl ChunkReader {
    pub(crate) fn open(
        backup: &str,
        folder: &Path,
        chunk: &Chunk,
        stored_bytes: u64,
        unfilter: Option<&str>,
    ) -> Result<ChunkReader> {
        let source = Source::open(backup, &folder.join(&chunk.file), &chunk.file, unfilter)?;
        Ok(ChunkReader {
            backup: backup.to_owned(),
            chunk: chunk.clone(),
            stored_bytes,
            decoder: Some(GzDecoder::new(BufReader::with_capacity(BLOCK, source))),
            tally: Tally::default(),
            buffer: vec![0; BLOCK],
        })
    }

    /// The next block, or `None` after the last: then the file's SHA-256, its gzip checksum, that
    /// it is one gzip member, its rows, bytes and content hash have all been found right. Do not
    /// end a COPY before.
    ///
    /// # Errors
    /// The file is not what the manifest says; the message names it.
    pub fn next_block(&mut self) -> Result<Option<&[u8]>> {
        let Some(decoder) = &mut self.decoder else { return Ok(None) };
        let mut length = 0;
        while length < self.buffer.len() {
            match decoder.read(&mut self.buffer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.broken(&error)),
            }
        }
        if length == 0 {
            self.check_end()?;
            return Ok(None);
        }
        self.tally.update(&self.buffer[..length]);
        Ok(Some(&self.buffer[..length]))
    }

    /// Reads to the end and throws the text away.
    ///
    /// # Errors
    /// As [`ChunkReader::next_block`].
    pub fn check(mut self) -> Result<()> {
        while self.next_block()?.is_some() {}
        Ok(())
    }

    /// The stored bytes' own mismatch says more than how the decoder stumbled over them.
    fn broken(&mut self, error: &io::Error) -> Error {
        let decoder = self.decoder.take().expect("the error came from the decoder");
        let source = decoder.into_inner().into_inner();
        match source.finish(&self.chunk, self.stored_bytes) {
            Err(stored) => self.named(stored),
            Ok(()) => self.named(Flaw::new("is not a complete gzip file").because(error)),
        }
    }

    fn check_end(&mut self) -> Result<()> {
        let decoder = self.decoder.take().expect("the end is reached once");
        let mut reader = decoder.into_inner();
        let more = reader.fill_buf().map(|rest| !rest.is_empty());
        let source = reader.into_inner();
        source.finish(&self.chunk, self.stored_bytes).map_err(|flaw| self.named(flaw))?;
        if more? {
            return Err(self.named(Flaw::new("has bytes after its one gzip member")));
        }
        let (tally, chunk) = (&self.tally, &self.chunk);
        if tally.is_cut() {
            return Err(self.named(Flaw::new("ends in the middle of a row")));
        }
        if (tally.rows, tally.bytes) != (chunk.rows, chunk.bytes) {
            return Err(self.named(Flaw::new(format!(
                "holds {} rows of {} bytes; the manifest says {} of {}",
                grouped(tally.rows.cast_signed()),
                grouped(tally.bytes.cast_signed()),
                grouped(chunk.rows.cast_signed()),
                grouped(chunk.bytes.cast_signed())
            ))));
        }
        if tally.hash() != chunk.hash {
            return Err(self.named(Flaw::new("holds rows that do not match the manifest")));
        }
        Ok(())
    }

    fn named(&self, flaw: Flaw) -> Error {
        flaw.of(&self.backup, &self.chunk.file)
    }
}

/// The COPY text of a chunk at once, in a third of the time: for files whose SHA-256 was checked a
/// moment ago. gzip's own checksum and the rows are looked at again.
///
/// # Errors
/// The file is not what the manifest says.
pub(crate) fn whole(
    backup: &str,
    folder: &Path,
    chunk: &Chunk,
    stored_bytes: u64,
) -> Result<Vec<u8>> {
    let mut member = Vec::with_capacity(usize::try_from(stored_bytes).unwrap_or_default());
    Stored::open(backup, &folder.join(&chunk.file), &chunk.file)?.file.read_to_end(&mut member)?;
    let mut text = vec![0; usize::try_from(chunk.bytes).unwrap_or_default()];
    let read = libdeflater::Decompressor::new().gzip_decompress(&member, &mut text);
    if read.as_ref().is_ok_and(|length| *length == text.len()) {
        let mut tally = Tally::default();
        tally.update(&text);
        if (tally.rows, tally.hash()) == (chunk.rows, chunk.hash) && !tally.is_cut() {
            return Ok(text);
        }
        return Err(Flaw::new("holds rows that do not match the manifest").of(backup, &chunk.file));
    }
    let flaw = Flaw::new("is not a complete gzip file of the size in the manifest");
    Err(match read {
        Ok(_) => flaw,
        Err(error) => flaw.because(error),
    }
    .of(backup, &chunk.file))
}

/// What is wrong with a file, as the end of a sentence that begins with its name.
struct Flaw {
    what: String,
    why: Option<String>,
}

impl Flaw {
    fn new(what: impl Into<String>) -> Flaw {
        Flaw { what: what.into(), why: None }
    }

    fn because(mut self, why: impl ToString) -> Flaw {
        self.why = Some(why.to_string());
        self
    }

    fn of(self, backup: &str, file: &str) -> Error {
        let error = Error::new(format!("{backup}: {file} {}", self.what));
        match self.why {
            Some(why) => error.detail(why),
            None => error,
        }
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Flaw {
        Flaw::new("cannot be read").because(error)
    }
}

/// A file as stored, through the inverse of the filter where there is one.
enum Source {
    Plain(Stored),
    Filtered {
        command: String,
        child: Child,
        output: ChildStdout,
        /// Feeds the command, and hands back what was read.
        feeder: JoinHandle<io::Result<Stored>>,
    },
}

impl Source {
    fn open(backup: &str, path: &Path, name: &str, unfilter: Option<&str>) -> Result<Source> {
        let stored = Stored::open(backup, path, name)?;
        let Some(command) = unfilter else { return Ok(Source::Plain(stored)) };
        let mut child = filter::spawn(command, Stdio::piped())?;
        let input = child.stdin.take().expect("its stdin is piped");
        let output = child.stdout.take().expect("its stdout is piped");
        let feeder = std::thread::spawn(move || {
            let mut stored = stored;
            filter::feed(&mut stored, input).map(|()| stored)
        });
        Ok(Source::Filtered { command: command.to_owned(), child, output, feeder })
    }

    /// Size and SHA-256 as stored, and the command's exit code.
    fn finish(self, chunk: &Chunk, bytes: u64) -> Result<(), Flaw> {
        match self {
            Source::Plain(stored) => stored.finish(bytes, &chunk.sha256),
            Source::Filtered { command, mut child, mut output, feeder } => {
                // Read to its end, so that the command does not fail for the lack of a reader.
                io::copy(&mut output, &mut io::sink())?;
                let stored = feeder.join().expect("feeding does not panic")?;
                let exit = filter::wait(&command, &mut child);
                stored.finish(bytes, &chunk.sha256)?;
                exit.map_err(|error| Flaw::new("cannot be decoded").because(error))
            }
        }
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::Plain(stored) => stored.read(buffer),
            Source::Filtered { output, .. } => output.read(buffer),
        }
    }
}

/// A file's own bytes, hashed as they are read.
struct Stored {
    file: File,
    sha256: Sha256,
    bytes: u64,
}

impl Stored {
    fn open(backup: &str, path: &Path, name: &str) -> Result<Stored> {
        let file = open_plain(path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                Error::new(format!("{backup}: {name} is missing"))
            } else {
                Error::new(format!("{backup}: {name} cannot be read: {error}"))
            }
        })?;
        Ok(Stored { file, sha256: Sha256::new(), bytes: 0 })
    }

    /// What was not read yet is read here.
    fn finish(mut self, bytes: u64, sha256: &str) -> Result<(), Flaw> {
        io::copy(&mut self, &mut io::sink())?;
        if self.bytes != bytes {
            return Err(Flaw::new(format!(
                "is {} bytes long, not {}",
                grouped(self.bytes.cast_signed()),
                grouped(bytes.cast_signed())
            )));
        }
        if hex(&self.sha256.finalize()) != sha256 {
            return Err(Flaw::new("does not match its SHA-256"));
        }
        Ok(())
    }
}

impl Read for Stored {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.sha256.update(&buffer[..length]);
        self.bytes += length as u64;
        Ok(length)
    }
}

/// Checks size and SHA-256 of a file as stored.
pub(crate) fn check_stored(backup: &str, folder: &Path, file: &manifest::File) -> Result<()> {
    let stored = Stored::open(backup, &folder.join(&file.path), &file.path)?;
    stored.finish(file.bytes, &file.sha256).map_err(|flaw| flaw.of(backup, &file.path))
}

/// A file of the backup in its plain form, for programs that want a path.
pub struct Plain {
    pub path: PathBuf,
    /// Removed with this value; `None` where the stored file is plain itself.
    _decoded: Option<tempfile::NamedTempFile>,
}

/// Checks a file and gives it in its plain form; a filtered one is decoded beside the others of
/// the machine's temporary folder, readable by its owner only.
pub(crate) fn plain(
    backup: &str,
    folder: &Path,
    file: &manifest::File,
    unfilter: Option<&str>,
) -> Result<Plain> {
    check_stored(backup, folder, file)?;
    let path = folder.join(&file.path);
    let Some(command) = unfilter else { return Ok(Plain { path, _decoded: None }) };
    let decoded = tempfile::NamedTempFile::new()?;
    let mut child = filter::spawn(command, Stdio::from(decoded.reopen()?))?;
    let input = child.stdin.take().expect("its stdin is piped");
    filter::feed(&mut open_plain(&path)?, input)?;
    filter::wait(command, &mut child)
        .map_err(|error| error.context(format!("{backup}: {} cannot be decoded", file.path)))?;
    Ok(Plain { path: decoded.path().to_owned(), _decoded: Some(decoded) })
}
