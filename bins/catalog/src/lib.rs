//! What a database holds, as facts; what differs between two databases; and the statements that
//! lead from the one to the other.
//!
//! ```text
//! Catalog::read(session, scope)      the server's catalogs → facts        (read/, SQL beside it)
//! compare(from, to, hints)           facts → what differs                 (rename/, compare.rs)
//! plan(from, to, options)            what differs → ordered statements    (plan/, actions/)
//! from_nothing(catalog, options)     the statements that make it in a fresh database
//! ```
//!
//! Text of files is never compared with the catalog, as that does not converge: load files into a
//! shadow database and read that. From the facts on everything is pure, so that it is tested
//! without a server; a catalog is stored as JSON by serde.

mod actions;
mod attribute;
mod catalog;
mod compare;
mod fact;
mod grants;
mod kind;
#[cfg(test)]
mod laws;
mod name;
mod options;
mod plan;
mod read;
mod rename;
mod step;
mod storage_options;
mod world;

pub use attribute::Attribute;
pub use catalog::{Catalog, Scope, Unmodelled};
pub use compare::{Alteration, Changes};
pub use fact::{Fact, Id};
pub use kind::Kind;
pub use name::{literal, parse, quote};
pub use options::{Hint, Options};
pub use plan::{Plan, Statement, from_nothing, plan};
pub use rename::compare;
pub use storage_options::StorageOptions;
