//! Connections that read at a snapshot's moment, kept for whoever reads next.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use crate::CopyStream;

/// Readers that nobody uses at the moment.
#[derive(Default)]
pub struct Readers(Mutex<Vec<CopyStream>>);

/// A connection that goes back to the others when it is dropped.
pub struct Reader<'r> {
    readers: &'r Readers,
    /// `None` only while it is dropped.
    stream: Option<CopyStream>,
}

impl Readers {
    pub fn add(&self, stream: CopyStream) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
    }

    /// One that waits, or the one that `open` makes.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn take(
        &self,
        open: impl FnOnce() -> common::Result<CopyStream>,
    ) -> common::Result<Reader<'_>> {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let stream = match waiting {
            Some(stream) => stream,
            None => open()?,
        };
        Ok(Reader { readers: self, stream: Some(stream) })
    }
}

impl Deref for Reader<'_> {
    type Target = CopyStream;

    fn deref(&self) -> &CopyStream {
        self.stream.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut CopyStream {
        self.stream.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // Whoever took one whose transaction has failed would hear of that, not of what failed.
        let sound = self.stream.take().filter(CopyStream::is_sound);
        sound.into_iter().for_each(|stream| self.readers.add(stream));
    }
}
