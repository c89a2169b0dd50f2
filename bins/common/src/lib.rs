//! What the binaries agree on. A thing belongs here when two of them must agree on it, not
//! because two might call it.

mod command_line;
mod connection_string;
mod database;
mod error;
pub mod former_flags;
pub mod identifier;
mod jobs;
pub mod libpq;
pub mod locking;
mod lookup;
pub mod packaged;
mod parameters;
mod pgpass;
pub mod pooling;
mod private_cluster;
pub mod progress;
pub mod project;
mod refused;
mod run;
mod session;
pub mod settings;
mod side;
mod tls;

pub use database::Database;
pub use error::{Context, Error, Result, ServerFacts};
pub use jobs::Jobs;
pub use private_cluster::PrivateCluster;
pub use project::Project;
pub use run::{Outcome, note, run, say};
pub use session::{Pool, Session, Terms};
pub use side::{Side, any_is_configured};
