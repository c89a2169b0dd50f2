//! SQL files, as the binaries that run them agree on.

mod concurrent; // REINDEX and DETACH PARTITION, CONCURRENTLY
pub mod concurrently; // running those, and what a former run left of them
mod header; // `-- key: value` at the top
mod index; // CREATE INDEX CONCURRENTLY
mod patience; // short lock timeouts, tried again
mod place; // where in the file an error of the server lies
mod script; // one file
mod split; // its statements
mod statement_progress; // how far the server is with a long one
mod token; // what statements are made of
mod transaction; // what may not run in a transaction, or would end it

pub use concurrent::Concurrent;
pub use header::Header;
pub use index::ConcurrentIndex;
pub use patience::Patience;
pub use script::{Script, checksum};
pub use split::Statement;
pub use statement_progress::StatementProgress;
