//! Old rows → new rows: the mapping, the cleaning and the ledger, shared with `verify_data`.

pub mod aside; // foreign keys and indexes that are away during a load
pub mod catalog; // what the two databases hold
mod chunk; // COPY out → clean → COPY in, ledger row in the same transaction
mod circle_load; // sources that look up each other: survey, then the chunks of each
pub mod clean; // one field: text in, text, nothing or a refusal out
pub mod dry_run; // all but the writes
pub mod explain; // one row's way, column by column
pub mod keys; // source keys, fingerprints, survivors
pub mod ledger; // the books in schema pgrefit
pub mod load; // a run, source after source
pub mod mapping; // what becomes what: the TOML file
pub mod only; // a part of the plan
pub mod plan; // the mapping, checked against both catalogs
pub mod progress; // a bar, or lines for machines
pub mod refresh; // what changed in old since a finished load
mod refusal; // rows that PostgreSQL itself refuses
pub mod report; // the result table
mod rivals; // rows that want one place in a key
pub mod route; // the two ends of a run, and how one ends
mod sink; // rows of one chunk for one table
pub mod snapshot; // many connections to the old database, one moment
mod source_load; // one source: its chunks
pub mod survey; // which rows survive
pub mod survivors; // who survives among rows that are one
pub mod throttle; // rows per second, at most
pub mod transform; // one row → values, or the first thing wrong with it
pub mod value; // typed values and their binary form
