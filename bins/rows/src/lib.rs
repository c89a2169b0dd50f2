//! Rows on their way from one place to another.

pub mod copy;
mod copy_stream;
pub mod copy_text;
mod hash;
pub mod server_hash;
mod tally;
pub mod workers;

pub use copy_stream::CopyStream;
pub use hash::RowsHash;
pub use tally::Tally;
