//! Reading a COPY stream, whole.

use std::io::BufRead;
use std::ops::Range;

use super::row::split;
use super::{HEADER_LEN, Row, SIGNATURE};
use common::{Error, Result};

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
        let length = loop {
            let rest = &self.buffer[self.position..];
            if let Some(length) = split(rest, count, &mut self.fields) {
                break length;
            }
            let more = rest.len() + 1;
            self.need(more)?;
        };
        let row = self.position;
        self.position += length;
        Ok(Some(Row { bytes: &self.buffer[row..row + length], fields: &self.fields }))
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

#[cfg(test)]
mod tests {
    use super::super::Encoder;
    use super::Decoder;

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
