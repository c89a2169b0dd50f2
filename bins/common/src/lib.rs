//! What the binaries agree on. A thing belongs here when two of them must agree on it, not
//! because two might call it.

mod connection_string;
pub mod database;
mod error;
pub mod identifier;
pub mod locking;
pub mod packaged;
mod pgpass;
pub mod pooling;
mod private_cluster;
pub mod progress;
pub mod project;
mod run;
pub mod script;
pub mod settings;
mod statement_progress;
mod tls;

pub use database::{Pool, Session};
pub use error::{Context, Error, Result, ServerFacts};
pub use project::Project;
pub use run::{Outcome, note, run, say};
pub use settings::{Database, Side};
pub use statement_progress::StatementProgress;
