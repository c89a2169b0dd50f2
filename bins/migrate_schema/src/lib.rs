//! The revision graph on a database, shared with what else writes and runs revisions.

pub mod arguments; //     the verbs and their flags
pub mod autogenerate; // from the desired state to a proved revision
pub mod change; //   upgrade, downgrade, stamp: from what is applied to what is asked for
pub mod graph; //    who comes before whom, where to go, which steps; pure
pub mod import; //   an Alembic project as our files
pub mod init; //     a new project folder
mod journal; //      pgrefit.revision_log: what ran
pub mod lint; //     hazards, before they run
pub mod offline; //  the same statements as a script
pub mod report; //   current, history, heads, branches, show
pub mod revision; // one file
pub mod revisions; // the folder
mod run; //          one revision: all or nothing, or statement by statement
pub mod version; //  Alembic's table of heads
pub mod write; //    new files: revision, merge
