//! One moment of a database, seen by all who read.

mod readers;

use common::identifier::literal;
use common::{Context, Database, Pool, Result, Session};

use crate::CopyStream;
pub use readers::Reader;
use readers::Readers;

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What other sessions call the moment of a transaction, as long as that lasts.
#[derive(Clone, Debug)]
pub struct SnapshotId(String);

impl SnapshotId {
    /// Begins a transaction and has `lock` lock all that will be read before the snapshot is
    /// exported: a snapshot alone would see a table that is truncated afterwards as empty, without
    /// an error.
    ///
    /// # Errors
    /// Those of `lock`.
    pub fn take(
        session: &mut Session,
        lock: impl FnOnce(&mut Session) -> Result<()>,
    ) -> Result<SnapshotId> {
        session.batch(BEGIN)?;
        lock(session)?;
        SnapshotId::of(session)
    }

    /// That of the transaction which the session is in.
    ///
    /// # Errors
    /// The connection broke.
    pub fn of(session: &mut Session) -> Result<SnapshotId> {
        let row = session.query_one("SELECT pg_catalog.pg_export_snapshot()", &[])?;
        Ok(SnapshotId(row.get(0)))
    }

    /// Begins a transaction in the snapshot.
    ///
    /// # Errors
    /// This server does not have it, as behind a pooler that leads to several.
    pub fn begin(&self, stream: &mut CopyStream) -> Result<()> {
        stream.batch(BEGIN)?;
        stream.batch(&self.enter())
    }

    /// SQL by which a REPEATABLE READ transaction that has just begun enters the snapshot.
    pub fn enter(&self) -> String {
        format!("SET TRANSACTION SNAPSHOT {}", literal(&self.0))
    }

    /// As pg_dump takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tables in one statement: a statement for each would be many round trips, one for all may be
/// longer than is sensible.
const LOCKED_AT_ONCE: usize = 100;

/// Locks tables, named in SQL, against TRUNCATE, rewriting ALTER and DROP, which alone have to
/// wait for ACCESS SHARE.
///
/// # Errors
/// A table may not be read; without `may_wait`, somebody has locked it or waits to.
pub fn lock(
    tables: &[impl AsRef<str>],
    may_wait: bool,
    mut send: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let nowait = if may_wait { "" } else { " NOWAIT" };
    tables.chunks(LOCKED_AT_ONCE).try_for_each(|tables| {
        let names: Vec<&str> = tables.iter().map(AsRef::as_ref).collect();
        send(&format!("LOCK TABLE {} IN ACCESS SHARE MODE{nowait}", names.join(", ")))
    })
}

/// A snapshot with connections that read in it, opened as they are asked for.
pub struct Snapshot {
    id: SnapshotId,
    database: Database,
    settings: &'static str,
    readers: Readers,
}

/// Bytes as they are out of a database that does not know its encoding: the server would end the COPY
/// at the first that is not UTF-8, and whoever reads decides about such a row.
const READING: &str = "SELECT set_config('client_encoding', 'SQL_ASCII', false) \
    WHERE current_setting('server_encoding') = 'SQL_ASCII'";

/// Whoever waits to lock a table as a whole waits for the session that holds the snapshot, and
/// keeps a reader waiting that has no lock yet: for ever, if it did not give up.
const PATIENCE: &str = "SET lock_timeout = '60s'";

impl Snapshot {
    /// Locks tables, named in SQL, and takes the snapshot; both last as long as the session that
    /// is handed back. Readers lock what they read when they read it.
    ///
    /// `settings` are statements beside our terms, under which rows are read.
    ///
    /// # Errors
    /// A table may not be read.
    pub fn take(
        pool: &Pool,
        settings: &'static str,
        tables: &[&str],
    ) -> Result<(Snapshot, Session)> {
        let mut session = pool.session()?;
        session.batch(&[settings, READING].concat())?;
        let id = SnapshotId::take(&mut session, |session| {
            tables.iter().try_for_each(|table| {
                lock(&[table], true, |sql| session.batch(sql))
                    .context(|| format!("the source {table} cannot be read"))
            })
        })?;
        let (database, readers) = (pool.database().clone(), Readers::default());
        Ok((Snapshot { id, database, settings, readers }, session))
    }

    /// So many more readers, which lock at once what `queries` read: whoever asks later to lock a
    /// table as a whole waits for their end, and a reader that came late would wait behind him.
    ///
    /// # Errors
    /// A query's tables may not be read, or somebody has come in between.
    pub fn open_ahead<'q>(
        &self,
        count: usize,
        queries: impl Iterator<Item = (&'q str, &'q str)> + Clone,
    ) -> Result<()> {
        for _ in 0..count {
            let mut stream = self.open()?;
            stream.batch("SET lock_timeout = '100ms'")?;
            for (label, from_clause) in queries.clone() {
                // Planned, not run: it locks all that the query reads.
                let locked = stream.batch(&format!("EXPLAIN SELECT FROM {from_clause}"));
                locked.context(|| format!("{label} cannot be read"))?;
            }
            stream.batch(PATIENCE)?;
            self.readers.add(stream);
        }
        Ok(())
    }

    /// A connection that reads at the snapshot's moment, for many rows.
    ///
    /// # Errors
    /// None is at hand, and none can be opened.
    pub fn stream(&self) -> Result<Reader<'_>> {
        self.readers.take(|| self.open())
    }

    fn open(&self) -> Result<CopyStream> {
        let mut stream = CopyStream::open(&self.database)?;
        stream.batch(&[self.settings, READING].concat())?;
        stream.batch(PATIENCE)?;
        self.id.begin(&mut stream)?;
        Ok(stream)
    }
}
