//! Rows on their way from one place to another.

pub mod copy; // framing of the binary format
mod copy_stream; // a COPY out of the server, for many short rows
pub mod copy_text; // the text format: statements, and the settings that fix its form
pub mod foreign_keys; // their checks wait while rows change
mod hash; // 128 bits of a row, which add up
pub mod server_hash; // a hash that the server can compute for itself
pub mod snapshot; // one moment of a database, seen by all who read
mod tally; // rows, bytes and hash of a text stream
pub mod workers; // threads that share one queue

pub use copy_stream::CopyStream;
pub use hash::RowsHash;
pub use snapshot::{Reader, Snapshot, SnapshotId};
pub use tally::Tally;
