//! Writing a file of a backup: through the user's filter where there is one, hashed on its way.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::thread::JoinHandle;

use common::{Context, Error, Result};
use sha2::{Digest, Sha256};

use crate::filter;
use crate::manifest::{self, hex};
use crate::private_files::create_private;

/// A file being written.
pub struct Sink {
    path: String,
    to: Target,
}

enum Target {
    Plain(Stored),
    Filtered {
        command: String,
        child: Child,
        input: ChildStdin,
        /// Stores what the command puts out.
        collector: JoinHandle<io::Result<Stored>>,
    },
}

impl Sink {
    /// `path` is relative to the folder; nobody but the owner may read the file.
    pub fn create(folder: &Path, path: &str, filter: Option<&str>) -> Result<Sink> {
        let file = create_private(&folder.join(path))?;
        let stored = Stored { file, sha256: Sha256::new(), bytes: 0 };
        let to = match filter {
            None => Target::Plain(stored),
            Some(command) => {
                filter::survive_broken_pipes();
                let mut child = filter::spawn(command, Stdio::piped())?;
                let input = child.stdin.take().expect("its stdin is piped");
                let output = child.stdout.take().expect("its stdout is piped");
                let collector = std::thread::spawn(move || collect(output, stored));
                Target::Filtered { command: command.to_owned(), child, input, collector }
            }
        };
        Ok(Sink { path: path.to_owned(), to })
    }

    /// The manifest's entry, and the file itself, which is still to be synced.
    ///
    /// # Errors
    /// The filter failed.
    pub fn finish(self) -> Result<(manifest::File, File)> {
        let stored = match self.to {
            Target::Plain(stored) => stored,
            Target::Filtered { command, mut child, input, collector } => {
                drop(input);
                let stored = collector.join().expect("collecting does not panic");
                filter::wait(&command, &mut child)
                    .context(|| format!("{} could not be written", self.path))?;
                let stored = stored?;
                if stored.bytes == 0 {
                    return Err(Error::new(format!("{} could not be written", self.path)).detail(
                        format!("`{command}` wrote nothing, although its exit code was 0"),
                    ));
                }
                stored
            }
        };
        let sha256 = hex(&stored.sha256.finalize());
        Ok((manifest::File { path: self.path, bytes: stored.bytes, sha256 }, stored.file))
    }
}

impl Write for Sink {
    /// A filter that ended early is no error here: `finish` says how it ended.
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            Target::Plain(stored) => stored.write(buffer),
            Target::Filtered { input, .. } => match input.write(buffer) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(buffer.len()),
                other => other,
            },
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Stored {
    file: File,
    sha256: Sha256,
    bytes: u64,
}

impl Write for Stored {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write_all(buffer)?;
        self.sha256.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where the file cannot be written, the command's output is read on, so that it ends.
fn collect(mut output: impl Read, mut stored: Stored) -> io::Result<Stored> {
    match io::copy(&mut output, &mut stored) {
        Ok(_) => Ok(stored),
        Err(error) => {
            io::copy(&mut output, &mut io::sink())?;
            Err(error)
        }
    }
}
