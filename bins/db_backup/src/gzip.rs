//! One gzip member per file, of a size like gzip's own at the same level, in half of the time.

use std::io::Write;

use common::Result;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use libdeflater::{CompressionLvl, Compressor};

use crate::sink::Sink;

/// Text up to this size is held and compressed at once by libdeflate, which cannot stream; what
/// is longer is streamed through zlib-rs, which takes half as long again. With [`MEMBER`] this
/// bounds the memory of a worker.
pub const WHOLE: usize = 24 * 1024 * 1024;

/// What compressed text may take in memory.
pub const MEMBER: usize = WHOLE * 3 / 4;

/// Compresses one file after the other, in the same memory.
pub struct Gzip {
    level: u32,
    /// `None` at level 0.
    compressor: Option<Compressor>,
    text: Vec<u8>,
    member: Vec<u8>,
}

impl Gzip {
    pub fn new(level: u32) -> Gzip {
        let compressor = (level > 0).then(|| Compressor::new(whole_effort(level)));
        Gzip { level, compressor, text: Vec::new(), member: Vec::new() }
    }

    /// Begins a file.
    pub fn member(&mut self, sink: Sink) -> Member<'_> {
        self.text.clear();
        Member { gzip: self, sink, stream: None }
    }
}

/// A file that is being compressed.
pub struct Member<'a> {
    gzip: &'a mut Gzip,
    sink: Sink,
    /// Where the text did not fit; what comes out is handed on with each write.
    stream: Option<GzEncoder<Vec<u8>>>,
}

impl Member<'_> {
    pub fn write(&mut self, text: &[u8]) -> Result<()> {
        let held = &mut self.gzip.text;
        let fits = self.gzip.compressor.is_some() && held.len() + text.len() <= WHOLE;
        if self.stream.is_none() && fits {
            held.extend_from_slice(text);
            return Ok(());
        }
        self.write_to_stream(text)
    }

    /// The file, still to be finished itself.
    pub fn finish(mut self) -> Result<Sink> {
        if self.stream.is_none() && self.write_whole()? {
            return Ok(self.sink);
        }
        self.write_to_stream(&[])?;
        if let Some(stream) = self.stream {
            self.sink.write_all(&stream.finish()?)?;
        }
        Ok(self.sink)
    }

    /// Whether the text could be compressed at once, within [`MEMBER`].
    fn write_whole(&mut self) -> Result<bool> {
        let Gzip { compressor: Some(compressor), text, member, .. } = &mut *self.gzip else {
            return Ok(false);
        };
        let room = compressor.gzip_compress_bound(text.len()).min(MEMBER);
        if member.len() < room {
            member.resize(room, 0);
        }
        let Ok(length) = compressor.gzip_compress(text, member) else { return Ok(false) };
        self.sink.write_all(&member[..length])?;
        Ok(true)
    }

    /// What was held goes first.
    fn write_to_stream(&mut self, text: &[u8]) -> Result<()> {
        let held = std::mem::take(&mut self.gzip.text);
        let effort = Compression::new(stream_effort(self.gzip.level));
        let stream = self.stream.get_or_insert_with(|| GzBuilder::new().write(Vec::new(), effort));
        for part in held.chunks(PART).chain(text.chunks(PART)) {
            stream.write_all(part)?;
            self.sink.write_all(stream.get_ref())?;
            stream.get_mut().clear();
        }
        self.gzip.text = held;
        self.gzip.text.clear();
        Ok(())
    }
}

/// Bytes of text between two writes to the file.
const PART: usize = 256 * 1024;

/// libdeflate's level for a size like zlib's: at 6 within five per cent.
fn whole_effort(level: u32) -> CompressionLvl {
    let level = match level {
        0..=3 => 1,
        4 | 5 => 2,
        6 => 3,
        7 => 5,
        8 => 7,
        _ => 9,
    };
    CompressionLvl::new(level).expect("libdeflate has levels 1 to 12")
}

/// zlib-rs's level for a size like zlib's: at 6 within five per cent, in less than half of the
/// time. Its level 1 leaves out too much.
fn stream_effort(level: u32) -> u32 {
    match level {
        1 => 2,
        4 => 3,
        5 | 6 => 4,
        7 => 6,
        8 => 7,
        other => other,
    }
}
