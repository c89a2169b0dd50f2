//! Where a later run puts what it makes, beside the tables, until all of it is there.
//!
//! The tables are not logged: a run that is killed has not happened, and the next one begins by
//! dropping what it left.

use std::sync::{Mutex, PoisonError};

use common::identifier::quote;
use common::{Result, Session};

use super::partitions;
use super::shape::Shape;

/// What stands before the names of the staged books.
pub const BOOKS: &str = "pgrefit.stage_";
pub const KEYS: &str = "pgrefit.stage_keys";

/// The staging tables; made once there is something to put into them, as a run that finds nothing
/// changed writes nothing.
#[derive(Debug, Default)]
pub struct Stage {
    is_made: Mutex<bool>,
}

impl Stage {
    /// Makes the tables, unless somebody did.
    ///
    /// # Errors
    /// The new database cannot be written.
    pub fn make(&self, new: &mut Session, shapes: &[Vec<Shape>]) -> Result<()> {
        let mut is_made = self.is_made.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_made {
            return Ok(());
        }
        new.begin()?;
        new.batch(include_str!("stage.sql"))?;
        for shape in shapes.iter().flatten() {
            let tree = partitions::of(new, shape)?;
            let (unlogged, form) = match &tree {
                None => ("UNLOGGED ", "WITH (autovacuum_enabled = off)".to_owned()),
                Some(tree) => ("", format!("PARTITION BY {}", tree.key)),
            };
            new.batch(&format!(
                "CREATE {unlogged}TABLE {} (LIKE {} INCLUDING CONSTRAINTS) {form}",
                shape.stage, shape.target.sql
            ))?;
            for column in unmapped(new, shape)? {
                new.batch(&format!("ALTER TABLE {} DROP COLUMN {column}", shape.stage))?;
            }
            if let Some(tree) = tree {
                new.batch(&tree.statements)?;
            }
        }
        new.commit()?;
        *is_made = true;
        Ok(())
    }

    /// Empties what was staged of one source.
    ///
    /// # Errors
    /// The new database cannot be written.
    pub fn empty(&self, new: &mut Session, shapes: &[Shape]) -> Result<()> {
        if !*self.is_made.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(());
        }
        for shape in shapes {
            new.batch(&format!("TRUNCATE {}", shape.stage))?;
        }
        let Some(shape) = shapes.first() else { return Ok(()) };
        for table in [format!("{BOOKS}quarantine"), format!("{BOOKS}lineage"), KEYS.to_owned()] {
            new.execute(&format!("DELETE FROM {table} WHERE source = $1"), &[&shape.source.label])?;
        }
        Ok(())
    }
}

/// Drops the staging tables there are, in the session's transaction where it has one.
///
/// # Errors
/// The new database cannot be written.
pub fn drop_all(new: &mut Session) -> Result<()> {
    let rows = new.query(
        "SELECT c.oid::regclass::text FROM pg_class AS c \
         WHERE c.relnamespace = to_regnamespace('pgrefit') AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND starts_with(c.relname, 'stage_')",
        &[],
    )?;
    for row in rows {
        new.batch(&format!("DROP TABLE {}", row.get::<_, String>(0)))?;
    }
    Ok(())
}

/// The table's columns that the mapping does not fill, quoted.
fn unmapped(new: &mut Session, shape: &Shape) -> Result<Vec<String>> {
    let rows = new.query(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped",
        &[&shape.target.oid],
    )?;
    let all = rows.iter().map(|row| quote(row.get(0)));
    Ok(all.filter(|column| !shape.columns.contains(column)).collect())
}
