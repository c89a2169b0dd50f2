//! The server's catalogs as facts: a fixed number of queries, however many objects there are, all
//! in one snapshot.

mod address;
mod answers;
mod comments;
mod dependencies;
mod options;
mod row;
mod spelling;

use std::rc::Rc;
use std::thread;

use common::{Database, Error, Result, Session, Terms};
use rows::SnapshotId;

use crate::catalog::{Catalog, Scope};
use crate::{Id, Kind};
use address::Addresses;

/// One query per family of objects. Each gives `class, oid, sub` (where pg_depend finds it),
/// `kind`, `path`, maybe `position`, and every other column is an attribute.
///
/// Two sessions begin at the two ends, where the definitions are that the server has to print; what
/// it only has to look up lies between.
pub(crate) const FAMILIES: &[&str] = &[
    include_str!("sql/constraints.sql"),
    include_str!("sql/policies.sql"),
    include_str!("sql/triggers.sql"),
    include_str!("sql/partition_triggers.sql"),
    include_str!("sql/partitions.sql"),
    include_str!("sql/index_partitions.sql"),
    include_str!("sql/inheritance.sql"),
    include_str!("sql/statistics.sql"),
    include_str!("sql/rules.sql"),
    include_str!("sql/domain_constraints.sql"),
    include_str!("sql/sequence_owners.sql"),
    include_str!("sql/sequences.sql"),
    include_str!("sql/schemas.sql"),
    include_str!("sql/extensions.sql"),
    include_str!("sql/collations.sql"),
    include_str!("sql/conversions.sql"),
    include_str!("sql/operators.sql"),
    include_str!("sql/operator_families.sql"),
    include_str!("sql/operator_classes.sql"),
    include_str!("sql/casts.sql"),
    include_str!("sql/text_search.sql"),
    include_str!("sql/foreign_servers.sql"),
    include_str!("sql/user_mappings.sql"),
    include_str!("sql/publications.sql"),
    include_str!("sql/event_triggers.sql"),
    include_str!("sql/default_privileges.sql"),
    include_str!("sql/types.sql"),
    include_str!("sql/tables.sql"),
    include_str!("sql/defaults.sql"),
    include_str!("sql/routines.sql"),
    include_str!("sql/views.sql"),
    include_str!("sql/columns.sql"),
    include_str!("sql/indexes.sql"),
];
pub(crate) const BEFORE_15: &[&str] = &[include_str!("sql/publication_tables_14.sql")];
pub(crate) const SINCE_15: &[&str] =
    &[include_str!("sql/publication_tables.sql"), include_str!("sql/publication_schemas.sql")];

impl Catalog {
    /// Reads everything in one REPEATABLE READ transaction, with an empty search path, so that
    /// every definition is fully qualified. Left out: what belongs to an extension, the schema
    /// `pgrefit` and the table `alembic_version`.
    ///
    /// # Errors
    /// The server is older than PostgreSQL 14, or a query failed. The session is out of its
    /// transaction in either case.
    pub fn read(session: &mut Session, scope: &Scope) -> Result<Catalog> {
        Catalog::read_with(session, None, scope)
    }

    /// The same by two connections of its own, in half the time. Where only one is to be had, that
    /// one reads alone.
    ///
    /// # Errors
    /// There is no connection, or as [`Catalog::read`].
    pub fn read_database(database: &Database, scope: &Scope) -> Result<Catalog> {
        let (session, helper) = thread::scope(|threads| {
            let helper = threads.spawn(|| Session::open(database, Terms::Users).ok());
            let session = Session::open(database, Terms::Users);
            (session, helper.join().expect("connecting does not panic"))
        });
        Catalog::read_with(&mut session?, helper, scope)
    }

    /// The same by a session and a helper, who takes part in its snapshot.
    ///
    /// # Errors
    /// As [`Catalog::read`].
    pub fn read_with(
        session: &mut Session,
        helper: Option<Session>,
        scope: &Scope,
    ) -> Result<Catalog> {
        session.batch(include_str!("sql/begin.sql"))?;
        let catalog = read_all(session, helper, scope);
        session.rollback()?;
        catalog
    }
}

fn read_all(session: &mut Session, helper: Option<Session>, scope: &Scope) -> Result<Catalog> {
    let server = session.query_one(include_str!("sql/server.sql"), &[])?;
    let (version, user): (i32, String) = (server.get(0), server.get(1));
    let version = u32::try_from(version).unwrap_or_default();
    refuse_older(version)?;
    let mut helper = helper.and_then(|helper| joined(session, helper).ok());
    let versioned = if version < 150_000 { BEFORE_15 } else { SINCE_15 };
    let families = [versioned, FAMILIES].concat();
    let answers = answers::collect(session, helper.as_mut(), &families, version)?;
    let mut catalog = Catalog::new(version, &user);
    let mut addresses = Addresses::default();
    let dependencies = answers.dependencies;
    // What is part of a relation counts where that does.
    let (parts, wholes): (Vec<_>, Vec<_>) =
        answers.facts.into_iter().partition(|(_, fact)| fact.id.kind.is_part());
    for (address, mut fact) in wholes.into_iter().chain(parts) {
        let mut left_out = dependencies.extension_of(address).is_some()
            || is_bookkeeping(&fact.id)
            || !scope.holds(&fact.id);
        if fact.id.kind.is_part() && !left_out {
            let relation = catalog.relation(&fact.id.path).map(|relation| relation.id.clone());
            left_out = relation.is_none();
            fact.depends_on.extend(relation);
        }
        if !left_out {
            addresses.insert(address, Rc::new(fact.id.clone()));
            catalog.unmodelled.extend(options::keep_documented(&mut fact));
            catalog.insert(fact);
        }
    }
    for (alias, of) in answers.aliases {
        addresses.alias(alias, of);
    }
    comments::add(answers.comments, &addresses, &mut catalog);
    dependencies.resolve(&addresses, &mut catalog);
    catalog.unmodelled.extend(answers.unmodelled);
    Ok(catalog)
}

/// The helper in a transaction that sees what the session's does.
///
/// # Errors
/// There is no such thing here, as behind a pool that leads to several servers.
fn joined(session: &mut Session, mut helper: Session) -> Result<Session> {
    let snapshot = SnapshotId::of(session)?;
    helper.batch(include_str!("sql/begin.sql"))?;
    helper.batch(&snapshot.enter())?;
    Ok(helper)
}

fn refuse_older(version: u32) -> Result<()> {
    if version >= 140_000 {
        return Ok(());
    }
    let major = version / 10_000;
    Err(Error::new(format!("the server is PostgreSQL {major}; catalogs can be read from 14 on"))
        .hint("Upgrade the server. Nothing was changed."))
}

/// Our own tables and Alembic's, which no compare counts.
fn is_bookkeeping(id: &Id) -> bool {
    let named = id.path.get(1).is_some_and(|name| name == "alembic_version");
    id.schema() == Some("pgrefit") || named && (id.kind.is_part() || id.kind == Kind::Table)
}

#[cfg(test)]
mod tests {
    use super::refuse_older;

    #[test]
    fn a_server_older_than_14_is_told_so() {
        assert_eq!(
            refuse_older(130_018).unwrap_err().to_string(),
            "the server is PostgreSQL 13; catalogs can be read from 14 on\n  hint: Upgrade the server. Nothing was changed."
        );
        assert!(refuse_older(140_000).is_ok());
    }
}
