//! What a backup is: a folder of files that people and other tools can read without us, and a
//! manifest that proves each of them.
//!
//! `db_backup` writes it, `db_restore` reads it; the format is fixed here, once.

pub mod disk;
pub mod filter;
pub mod gzip;
pub mod large_objects;
pub mod manifest;
pub mod private_files;
pub mod programs;
pub mod reading;
pub mod sink;
pub mod store;
