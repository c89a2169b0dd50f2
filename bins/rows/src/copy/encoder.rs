//! Building a COPY stream.

use std::ops::Range;

use super::{HEADER_LEN, SIGNATURE};

/// A stream of `COPY … FROM STDIN (FORMAT binary)`, built in memory.
#[derive(Debug, Default)]
pub struct Encoder {
    buffer: Vec<u8>,
}

impl Encoder {
    pub fn new() -> Encoder {
        let mut encoder = Encoder::default();
        encoder.clear();
        encoder
    }

    /// Back to the header alone; keeps the allocation.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.buffer.extend_from_slice(SIGNATURE);
        self.buffer.extend_from_slice(&[0; 8]);
    }

    pub fn start_row(&mut self, fields: i16) {
        self.buffer.extend_from_slice(&fields.to_be_bytes());
    }

    pub fn null(&mut self) {
        self.buffer.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    /// One field whose bytes `write` appends; the length in front of it is filled in afterwards.
    pub fn field(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[0; 4]);
        write(&mut self.buffer);
        let length = i32::try_from(self.buffer.len() - start - 4)
            .expect("PostgreSQL has no field above 1 GB");
        self.buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    pub fn bytes(&mut self, value: &[u8]) {
        self.field(|buffer| buffer.extend_from_slice(value));
    }

    /// Undoes a half-written row.
    pub fn truncate(&mut self, length: usize) {
        self.buffer.truncate(length);
    }

    /// A stream of the whole rows between two lengths that it had.
    pub fn part(&self, bytes: Range<usize>) -> Encoder {
        let mut part = Encoder::new();
        part.buffer.extend_from_slice(&self.buffer[bytes]);
        part
    }

    pub fn len(&self) -> usize {
        self.buffer.len()
    }

    pub fn is_empty(&self) -> bool {
        self.buffer.len() <= HEADER_LEN
    }

    /// The stream so far, with the trailer; `clear` begins the next one.
    pub fn finish(&mut self) -> &[u8] {
        self.buffer.extend_from_slice(&(-1_i16).to_be_bytes());
        &self.buffer
    }
}
