//! Framing of PostgreSQL's binary COPY format.
//!
//! Source: PostgreSQL documentation, COPY, "Binary Format". All integers are big-endian.

mod decoder;
mod encoder;
mod messages;
mod row;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use messages::Messages;
pub use row::{Row, RowBatch};

const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags, length of the header extension.
const HEADER_LEN: usize = 19;
