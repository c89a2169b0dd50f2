//! Rows of a COPY stream.

use std::ops::Range;

use common::{Error, Result};

/// One row of a binary COPY.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) fields: &'a [Option<Range<usize>>],
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

/// The places of a row's fields and their length in all; `None` where the row is cut.
pub(super) fn split(
    bytes: &[u8],
    count: i16,
    fields: &mut Vec<Option<Range<usize>>>,
) -> Option<usize> {
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
