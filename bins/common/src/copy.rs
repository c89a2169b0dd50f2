//! Framing of PostgreSQL's binary COPY format.
//!
//! Source: PostgreSQL documentation, COPY, "Binary Format". All integers are big-endian.

use std::io::BufRead;
use std::ops::Range;

use crate::{Error, Result};

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, length of the header extension.
const HEADER_LEN: usize = 19;

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

/// Reads `COPY … TO STDOUT (FORMAT binary)` row by row, without an allocation per row.
pub struct Decoder<R> {
    reader: R,
    buffer: Vec<u8>,
    position: usize,
    fields: Vec<Option<Range<usize>>>,
    started: bool,
    ended: bool,
}

impl<R: BufRead> Decoder<R> {
    pub fn new(reader: R) -> Decoder<R> {
        Decoder {
            reader,
            buffer: Vec::with_capacity(256 * 1024),
            position: 0,
            fields: Vec::new(),
            started: false,
            ended: false,
        }
    }

    /// The next row, or `None` after the last; its fields borrow from the decoder's buffer.
    ///
    /// # Errors
    /// The connection broke, the server ended the COPY with an error, or the stream ends before
    /// its trailer, which a cancelled COPY would look like.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>> {
        if !self.started {
            self.need(HEADER_LEN)?;
            if &self.buffer[..SIGNATURE.len()] != SIGNATURE {
                return Err(Error::new("the COPY stream does not begin with its signature"));
            }
            self.position = HEADER_LEN;
            self.started = true;
        }
        self.need(2)?;
        let count =
            i16::from_be_bytes([self.buffer[self.position], self.buffer[self.position + 1]]);
        self.position += 2;
        if count == -1 {
            // Reads to the end, so that the connection is ready for the next statement.
            while self.fill()? > 0 {}
            return Ok(None);
        }
        self.fields.clear();
        // Offsets count from the row's start, since reading more moves the row.
        let mut offset = 0;
        for _ in 0..count {
            self.need(offset + 4)?;
            let at = self.position + offset;
            let length = i32::from_be_bytes(
                self.buffer[at..at + 4].try_into().expect("a slice of four bytes"),
            );
            offset += 4;
            match usize::try_from(length) {
                Ok(length) => {
                    self.need(offset + length)?;
                    self.fields.push(Some(offset..offset + length));
                    offset += length;
                }
                Err(_) => self.fields.push(None),
            }
        }
        let row = self.position;
        self.position += offset;
        Ok(Some(Row { bytes: &self.buffer[row..row + offset], fields: &self.fields }))
    }

    /// Makes `bytes` bytes available from the current position on.
    fn need(&mut self, bytes: usize) -> Result<()> {
        while self.buffer.len() - self.position < bytes {
            if self.position > 0 {
                self.buffer.drain(..self.position);
                self.position = 0;
            }
            if self.fill()? == 0 {
                return Err(Error::new("the COPY stream ended before its last row"));
            }
        }
        Ok(())
    }

    /// Takes what the reader has at hand, up to a quarter of a megabyte.
    fn fill(&mut self) -> Result<usize> {
        let mut taken = 0;
        while taken < 256 * 1024 && !self.ended {
            let chunk = self.reader.fill_buf()?;
            let length = chunk.len();
            if length == 0 {
                // The driver's reader fails when it is asked once more after its end.
                self.ended = true;
                break;
            }
            self.buffer.extend_from_slice(chunk);
            self.reader.consume(length);
            taken += length;
        }
        Ok(taken)
    }
}

/// Finds the rows of `COPY … TO STDOUT (FORMAT binary)` in what the server sends, message by
/// message, mostly without a copy: PostgreSQL puts each row into a message of its own, but does
/// not promise to.
#[derive(Debug, Default)]
pub struct Messages {
    /// The beginning of what the next message goes on with.
    rest: Vec<u8>,
    fields: Vec<Option<Range<usize>>>,
    started: bool,
    ended: bool,
}

impl Messages {
    /// Hands the rows that one more message completes to `take`.
    ///
    /// # Errors
    /// The stream is not one of binary COPY, or `take` failed.
    pub fn push(
        &mut self,
        message: &[u8],
        take: &mut impl FnMut(Row<'_>) -> Result<()>,
    ) -> Result<()> {
        if self.rest.is_empty() {
            let used = self.read(message, take)?;
            self.rest.extend_from_slice(&message[used..]);
            return Ok(());
        }
        let mut joined = std::mem::take(&mut self.rest);
        joined.extend_from_slice(message);
        let used = self.read(&joined, take)?;
        self.rest.extend_from_slice(&joined[used..]);
        Ok(())
    }

    /// # Errors
    /// The stream ended before its trailer, as that of a cancelled COPY would.
    pub fn finish(self) -> Result<()> {
        if self.ended && self.rest.is_empty() {
            Ok(())
        } else {
            Err(Error::new("the COPY stream ended before its last row"))
        }
    }

    /// How many of the bytes are whole rows, each of which was taken.
    fn read(
        &mut self,
        bytes: &[u8],
        take: &mut impl FnMut(Row<'_>) -> Result<()>,
    ) -> Result<usize> {
        let mut position = 0;
        if !self.started {
            if bytes.len() < HEADER_LEN {
                return Ok(0);
            }
            if !bytes.starts_with(SIGNATURE) {
                return Err(Error::new("the COPY stream does not begin with its signature"));
            }
            self.started = true;
            position = HEADER_LEN;
        }
        while !self.ended {
            let row = &bytes[position..];
            let Some(count) = row.first_chunk().map(|count| i16::from_be_bytes(*count)) else {
                break;
            };
            if count == -1 {
                self.ended = true;
                position += 2;
                break;
            }
            let Some(length) = split(&row[2..], count, &mut self.fields) else { break };
            take(Row { bytes: &row[2..2 + length], fields: &self.fields })?;
            position += 2 + length;
        }
        Ok(position)
    }
}

/// The places of a row's fields and their length in all; `None` where the row is cut.
fn split(bytes: &[u8], count: i16, fields: &mut Vec<Option<Range<usize>>>) -> Option<usize> {
    fields.clear();
    let mut offset = 0;
    for _ in 0..count {
        let length = i32::from_be_bytes(*bytes.get(offset..)?.first_chunk()?);
        offset += 4;
        match usize::try_from(length) {
            Ok(length) => {
                bytes.get(offset..offset + length)?;
                fields.push(Some(offset..offset + length));
                offset += length;
            }
            Err(_) => fields.push(None),
        }
    }
    Some(offset)
}

/// One row of a binary COPY.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    bytes: &'a [u8],
    fields: &'a [Option<Range<usize>>],
}

impl<'a> Row<'a> {
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field's bytes, or `None` for NULL.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        self.fields[index].clone().map(|range| &self.bytes[range])
    }

    /// The field as text. The server converts to the client's encoding, UTF-8, so that anything
    /// else is a broken stream.
    ///
    /// # Errors
    /// The field is not UTF-8.
    pub fn text(&self, index: usize) -> Result<Option<&'a str>> {
        match self.get(index) {
            None => Ok(None),
            Some(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(error) => Err(Error::new(format!("field {} is not UTF-8: {error}", index + 1))),
            },
        }
    }
}

/// Rows kept for a moment, to be looked at together.
#[derive(Debug, Default)]
pub struct RowBatch {
    bytes: Vec<u8>,
    fields: Vec<Option<Range<usize>>>,
    rows: Vec<(Range<usize>, Range<usize>)>,
}

impl RowBatch {
    pub fn push(&mut self, row: Row<'_>) {
        let (byte, field) = (self.bytes.len(), self.fields.len());
        self.bytes.extend_from_slice(row.bytes);
        self.fields.extend_from_slice(row.fields);
        self.rows.push((byte..self.bytes.len(), field..self.fields.len()));
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
        self.fields.clear();
        self.rows.clear();
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// The row pushed as number `place`, from 0.
    pub fn get(&self, place: usize) -> Row<'_> {
        let (bytes, fields) = self.rows[place].clone();
        Row { bytes: &self.bytes[bytes], fields: &self.fields[fields] }
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(|place| self.get(place))
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Encoder, Messages};

    #[test]
    fn what_is_encoded_is_decoded_across_any_buffer_boundary() {
        let mut encoder = Encoder::new();
        for number in 0..1000_u32 {
            encoder.start_row(3);
            encoder.bytes(&number.to_be_bytes());
            encoder.null();
            encoder.bytes("x".repeat(number as usize).as_bytes());
        }
        let stream = encoder.finish().to_vec();
        for capacity in [1, 7, 4096] {
            let reader = std::io::BufReader::with_capacity(capacity, stream.as_slice());
            let mut decoder = Decoder::new(reader);
            for number in 0..1000_u32 {
                let row = decoder.next_row().unwrap().unwrap();
                assert_eq!(row.get(0), Some(number.to_be_bytes().as_slice()));
                assert_eq!(row.get(1), None);
                assert_eq!(row.text(2).unwrap().unwrap().len(), number as usize);
            }
            assert!(decoder.next_row().unwrap().is_none());
        }
    }

    #[test]
    fn rows_are_found_however_the_stream_is_cut_into_messages() {
        let mut encoder = Encoder::new();
        for number in 0..100_u32 {
            encoder.start_row(2);
            encoder.bytes("x".repeat(number as usize).as_bytes());
            encoder.null();
        }
        let stream = encoder.finish().to_vec();
        for size in [1, 7, 64, stream.len()] {
            let (mut messages, mut lengths) = (Messages::default(), Vec::new());
            for message in stream.chunks(size) {
                messages
                    .push(message, &mut |row| {
                        assert_eq!(row.get(1), None);
                        lengths.push(row.get(0).unwrap().len());
                        Ok(())
                    })
                    .unwrap();
            }
            messages.finish().unwrap();
            assert_eq!(lengths, (0..100).collect::<Vec<_>>());
        }
        let mut cut = Messages::default();
        cut.push(&stream[..stream.len() - 1], &mut |_| Ok(())).unwrap();
        assert!(cut.finish().is_err());
    }

    #[test]
    fn a_stream_cut_anywhere_is_an_error() {
        let mut encoder = Encoder::new();
        encoder.start_row(1);
        encoder.bytes(b"value");
        let stream = encoder.finish().to_vec();
        for end in 0..stream.len() {
            let mut decoder = Decoder::new(&stream[..end]);
            let first = decoder.next_row().map(|row| row.is_some());
            let outcome = first.and_then(|_| decoder.next_row().map(|row| row.is_some()));
            assert!(outcome.is_err(), "cut at {end}");
        }
    }
}
