//! Numbers and strings as pg_dump writes them in its archives.

use std::io::{Error, Read, Result};

pub struct Reader<R> {
    from: R,
    /// Bytes of an integer, as the header says.
    pub integer_size: u8,
}

impl<R: Read> Reader<R> {
    pub fn new(from: R) -> Reader<R> {
        Reader { from, integer_size: 4 }
    }

    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub fn byte(&mut self) -> Result<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    pub fn skip(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.byte()?;
        }
        Ok(())
    }

    /// A sign and the bytes, the lowest first.
    pub fn integer(&mut self) -> Result<i32> {
        let negative = self.byte()? != 0;
        let mut value: i64 = 0;
        for position in 0..u32::from(self.integer_size) {
            let byte = i64::from(self.byte()?);
            value |= byte.checked_shl(8 * position).unwrap_or(0);
        }
        let value = if negative { -value } else { value };
        i32::try_from(value).map_err(Error::other)
    }

    /// `None` where pg_dump wrote a null pointer.
    pub fn string(&mut self) -> Result<Option<String>> {
        let Ok(length) = u64::try_from(self.integer()?) else { return Ok(None) };
        // A length that damage made up must not be allocated before its bytes are there.
        let mut bytes = Vec::new();
        (&mut self.from).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}
