//! Puts a backup back beside the live database, proves it there, and only then in its place.

pub mod archive;
mod archive_reader;
pub mod archive_selection;
pub mod build;
mod chunks;
mod content;
pub mod files;
pub mod former;
pub mod into_existing;
mod journal;
mod large_objects;
pub mod names;
mod objects;
pub mod pg_restore;
mod pieces;
pub mod plan;
pub mod preflight;
pub mod report;
pub mod scratch;
mod sequences;
pub mod server;
mod session;
pub mod space;
mod statistics;
pub mod swap;
mod unlogged;
mod way_out;
