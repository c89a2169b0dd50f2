//! From the desired state, `schema/*.sql`, to a revision that leads there: the files are loaded
//! into a shadow database, its catalog is compared with the target's, and the plan is proved on a
//! clone before it becomes a file.

mod apply; //     the statements of a plan, run
mod clone; //     a database like the target, to try a plan on
mod drift; //     check, diff
mod dump; //      a database as schema files
mod files; //     what people wrote
mod generate; //  revision --autogenerate
mod job_made; //  partitions that a job made
pub mod observer; // what pg_dump sees
mod proof; //     up and down on a clone
mod prove; //     the whole chain
pub mod renamed; //   -- @rename from:
pub mod rows; //  made-up rows that must survive
mod scratch; //   shadow and clone, never left behind
mod state; //     where the database is and where it is to go
mod wanted; //    the files, loaded and read
mod words; //     changes, for people

pub use apply::apply;
pub use drift::{check, diff};
pub use dump::dump;
pub use generate::revision;
pub use prove::prove;
