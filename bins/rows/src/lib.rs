//! Rows on their way from one place to another.

pub mod copy;
mod copy_stream;
pub mod workers;

pub use copy_stream::CopyStream;
