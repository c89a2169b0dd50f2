//! Rows on their way from one place to another.

pub mod copy;
mod copy_stream;

pub use copy_stream::CopyStream;
