//! Reading a COPY stream as the server sends it.

use std::ops::Range;

use super::row::split;
use super::{HEADER_LEN, Row, SIGNATURE};
use common::{Error, Result};

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

#[cfg(test)]
mod tests {
    use super::super::Encoder;
    use super::Messages;

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
}
