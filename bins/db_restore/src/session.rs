//! The sessions of those who write and read rows.

use common::{Database, Result, Session, Terms};
use rows::copy_text;

/// A session that writes and reads rows as the backup holds them. What it commits may be lost in
/// a crash of the server, together with the journal's word that it was done.
pub fn open(database: &Database) -> Result<Session> {
    let mut session = Session::open(database, Terms::Users)?;
    set_up(&mut session)?;
    Ok(session)
}

/// Says it again after a script of pg_restore, which has settings of its own.
pub fn set_up(session: &mut Session) -> Result<()> {
    session.set(Terms::Ours)?;
    session.batch(&format!(
        "{};
         SET client_encoding = 'UTF8'; SET synchronous_commit = off;
         SET default_transaction_read_only = off",
        copy_text::SETTINGS
    ))
}
