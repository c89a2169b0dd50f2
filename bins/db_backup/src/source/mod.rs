//! What the database holds: read before the locks, and again at the snapshot's moment.

mod select;

use common::{Error, Result, Session, identifier};
use db_backup::manifest::{DatabaseFacts, Grant, Matview, Sequence, Setting};
use rows::copy_text;
use serde::de::DeserializeOwned;

pub use select::Selection;

/// A table, a partitioned parent or a foreign table.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub kind: Kind,
    /// Of a partition.
    pub parent: Option<u32>,
    /// Whether its rows have a ctid that the server can read ranges of.
    pub heap: bool,
    /// An extension's configuration table, and which of its rows are the user's.
    pub condition: Option<String>,
    pub columns: Vec<String>,
    /// On disk, TOAST included.
    pub size: u64,
    pub blocks: u64,
    pub readable: bool,
    /// Whether row security hides rows from us.
    pub hidden_rows: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Table,
    PartitionedParent,
    Foreign,
}

impl Relation {
    pub fn label(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    pub fn sql(&self) -> String {
        format!("{}.{}", identifier::quote(&self.schema), identifier::quote(&self.name))
    }

    pub fn copy_out(&self, predicate: Option<&str>, encoding: &str) -> String {
        copy_text::copy_out(&self.schema, &self.name, &self.columns, predicate, encoding)
    }
}

pub fn relations(session: &mut Session) -> Result<Vec<Relation>> {
    let rows = session.query(include_str!("tables.sql"), &[])?;
    let relations = rows.iter().map(|row| {
        let kind: String = row.get("kind");
        Relation {
            oid: row.get("oid"),
            schema: row.get("schema"),
            name: row.get("name"),
            kind: match kind.as_str() {
                "p" => Kind::PartitionedParent,
                "f" => Kind::Foreign,
                _ => Kind::Table,
            },
            parent: row.get("parent"),
            heap: row.get("heap"),
            condition: row.get("condition"),
            columns: row.get("columns"),
            size: row.get::<_, i64>("size").unsigned_abs(),
            blocks: row.get::<_, i64>("blocks").unsigned_abs(),
            readable: row.get("readable"),
            hidden_rows: row.get("hidden_rows"),
        }
    });
    Ok(relations.collect())
}

/// The values of the sequences that are wanted. As in pg_dump they are those of now rather than
/// of the snapshot: a sequence has no past.
///
/// # Errors
/// A sequence may not be read.
pub fn sequences(
    session: &mut Session,
    selection: &Selection,
    role: &str,
) -> Result<Vec<Sequence>> {
    let mut sequences = Vec::new();
    let rows = session.query(include_str!("sequences.sql"), &[])?;
    let wanted = rows.iter().filter(|row| {
        let (schema, owner): (String, Option<u32>) = (row.get("schema"), row.get("owner_table"));
        selection.wants_sequence(&schema, owner)
    });
    for row in wanted {
        let (schema, name): (String, String) = (row.get("schema"), row.get("name"));
        if !row.get::<_, bool>("readable") {
            return Err(Error::new(format!(
                "the role `{role}` may not read the sequence {schema}.{name}"
            ))
            .hint("GRANT SELECT on it, or back up as another role. Nothing was written."));
        }
        let sql = format!(
            "SELECT last_value, is_called FROM {}.{}",
            identifier::quote(&schema),
            identifier::quote(&name)
        );
        let value = session.query_one(&sql, &[])?;
        sequences.push(Sequence {
            schema,
            name,
            last_value: value.get("last_value"),
            is_called: value.get("is_called"),
        });
    }
    Ok(sequences)
}

pub fn matviews(session: &mut Session) -> Result<Vec<Matview>> {
    let rows = session.query(include_str!("matviews.sql"), &[])?;
    let views = rows.iter().map(|row| Matview {
        schema: row.get("schema"),
        name: row.get("name"),
        populated: row.get("populated"),
    });
    Ok(views.collect())
}

/// The database itself, and the server it lives in.
pub struct Place {
    pub database: DatabaseFacts,
    pub server_version: String,
    pub server_version_num: i32,
    pub wal_lsn: Option<String>,
    /// Of the database on disk, indexes included.
    pub bytes: u64,
}

pub fn place(session: &mut Session) -> Result<Place> {
    let row = session.query_one(include_str!("database.sql"), &[])?;
    let grants: Vec<Grant> = from_json(row.get("grants"));
    let settings: Vec<Setting> = from_json(row.get("settings"));
    let provider: Option<String> = row.get("locale_provider");
    let database = DatabaseFacts {
        name: row.get("name"),
        owner: row.get("owner"),
        encoding: row.get("encoding"),
        collate: row.get("collate"),
        ctype: row.get("ctype"),
        locale_provider: match provider.as_deref() {
            Some("i") => "icu",
            Some("b") => "builtin",
            _ => "libc",
        }
        .to_owned(),
        locale: row.get("locale"),
        connection_limit: row.get("connection_limit"),
        comment: row.get("comment"),
        grants: row.get::<_, bool>("has_grants").then_some(grants),
        settings,
    };
    Ok(Place {
        database,
        server_version: row.get("server_version"),
        server_version_num: row.get("server_version_num"),
        wal_lsn: row.get("wal_lsn"),
        bytes: row.get::<_, i64>("bytes").unsigned_abs(),
    })
}

fn from_json<T: DeserializeOwned>(text: Option<String>) -> Vec<T> {
    let Some(text) = text else { return Vec::new() };
    serde_json::from_str(&text).expect("database.sql builds these objects")
}

/// The revisions that the database is at; none where nothing keeps them.
pub fn heads(session: &mut Session) -> Result<Vec<String>> {
    let table = "SELECT pg_catalog.to_regclass('public.alembic_version') IS NOT NULL";
    if !session.query_one(table, &[])?.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows =
        session.query("SELECT version_num::text FROM public.alembic_version ORDER BY 1", &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The large objects, as a whole.
pub struct LargeObjects {
    /// Oids, both ends included, that together hold all of them.
    pub ranges: Vec<(u32, u32)>,
    pub count: u64,
    /// On disk.
    pub size: u64,
}

/// Cuts the large objects into ranges of about `part` bytes, by their average size.
pub fn large_objects(session: &mut Session, part: u64) -> Result<LargeObjects> {
    let size = "SELECT pg_catalog.pg_table_size('pg_catalog.pg_largeobject')";
    let size = session.query_one(size, &[])?.get::<_, i64>(0).unsigned_abs();
    let parts = i32::try_from(size / part + 1).unwrap_or(i32::MAX);
    let rows = session.query(include_str!("large_objects.sql"), &[&parts])?;
    let ranges = rows.iter().map(|row| (row.get("first"), row.get("last"))).collect();
    let count = rows.iter().map(|row| row.get::<_, i64>("count").unsigned_abs()).sum();
    Ok(LargeObjects { ranges, count, size })
}

pub fn large_object_metadata_sql(encoding: &str) -> String {
    copy_text::query_out(include_str!("large_object_metadata.sql"), encoding)
}

/// What of the database and its large objects has a security label, which no archive holds.
pub fn labelled(session: &mut Session) -> Result<Vec<String>> {
    let rows = session.query(include_str!("security_labels.sql"), &[])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
