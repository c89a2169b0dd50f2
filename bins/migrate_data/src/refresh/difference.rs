//! One table against what is staged of it, in SQL: rows go, change and come. Equal is what has the
//! same bytes, whatever its type thinks of equality.

use common::identifier::literal;
use common::progress::count;
use common::{Error, Result, Session};

use super::Changes;
use super::foreign_keys::Leaving;
use super::shape::{Shape, equal};
use super::stage::KEYS;
use crate::snapshot::Range;

/// The difference of one table.
pub struct Difference<'a> {
    pub shape: &'a Shape<'a>,
    pub run: i64,
    /// The ranges of keys that are staged.
    pub ranges: &'a [Range],
    /// Whether rows go that nothing in the old database makes any more.
    pub prune: bool,
    pub is_staged: bool,
}

impl Difference<'_> {
    fn leaving(&self) -> String {
        format!("leaving_{}", self.shape.target.number)
    }

    fn moving(&self) -> String {
        format!("moving_{}", self.shape.target.number)
    }

    /// Finds the rows that go, and those that must make room before they come back: rows that swap
    /// the values of a unique key cannot be changed one by one.
    ///
    /// # Errors
    /// Rows of a table without a primary key would have to stay.
    pub fn find(&self, new: &mut Session, changes: &mut Changes) -> Result<Leaving> {
        let Shape { target, stage, .. } = self.shape;
        let table = &target.sql;
        let held = if self.is_staged { self.shape.held(self.ranges) } else { "false".to_owned() };
        let unmatched = if self.shape.identity.is_empty() {
            self.unmatched_copies(&held)
        } else {
            format!(
                "SELECT t.tableoid AS part, t.ctid AS place, {} AS is_in_old, {} AS row_key FROM {table} AS t \
                 WHERE {held} AND NOT EXISTS (SELECT FROM {stage} AS s WHERE {})",
                self.is_in_old(),
                self.shape.row_key("t"),
                self.shape.same()
            )
        };
        let leaving = self.leaving();
        new.batch(&format!(
            "CREATE TEMP TABLE {leaving} ON COMMIT DROP AS SELECT part, place, is_in_old, row_key FROM ({unmatched}) AS t"
        ))?;
        if self.prune {
            new.batch(&format!(
                "INSERT INTO {leaving} SELECT t.tableoid, t.ctid, false, g.row_key FROM {table} AS t JOIN pgrefit.gone AS g ON g.row_key = {} \
                 WHERE g.run = {} AND g.target = {} AND NOT EXISTS (SELECT FROM {leaving} AS l WHERE l.part = t.tableoid AND l.place = t.ctid)",
                if self.shape.identity.is_empty() { "NULL".to_owned() } else { self.shape.row_key("t") },
                self.run,
                literal(&target.name)
            ))?;
        } else {
            changes.gone = self.keep_gone(new)?;
        }
        changes.removed = new.query_one(&format!("SELECT count(*) FROM {leaving}"), &[])?.get(0);
        let moved = if self.is_staged { self.find_moving(new)? } else { 0 };
        let is_whole = self.shape.all_columns.len() == self.shape.columns.len();
        Ok(Leaving { table: target.oid, removed: changes.removed, moved, is_whole })
    }

    /// Whether the source row of `t` is still there, so that it makes something else now.
    fn is_in_old(&self) -> String {
        match &self.shape.kept_key {
            None => "false".to_owned(),
            Some(column) => format!(
                "EXISTS (SELECT FROM {KEYS} AS k WHERE k.source = {} AND k.key = t.{column}::text)",
                literal(&self.shape.source.label)
            ),
        }
    }

    /// Of rows without a primary key that are alike, those that are one too many.
    fn unmatched_copies(&self, held: &str) -> String {
        let Shape { target, stage, columns, .. } = self.shape;
        let row = |alias: &str| format!("ROW({})::text", self.shape.list(alias, columns));
        format!(
            "SELECT h.part, h.place, h.is_in_old, NULL::text AS row_key \
             FROM (SELECT t.tableoid AS part, t.ctid AS place, {} AS is_in_old, {row_t} AS row, \
                          row_number() OVER (PARTITION BY {row_t}) AS copy FROM {} AS t WHERE {held}) AS h \
             LEFT JOIN (SELECT {row_s} AS row, count(*) AS copies FROM {stage} AS s GROUP BY 1) AS m ON m.row = h.row \
             WHERE h.copy > coalesce(m.copies, 0)",
            self.is_in_old(),
            target.sql,
            row_t = row("t"),
            row_s = row("s"),
        )
    }

    /// Writes down the rows that nothing in the old database makes any more, and lets them stay.
    fn keep_gone(&self, new: &mut Session) -> Result<i64> {
        let leaving = self.leaving();
        if self.shape.identity.is_empty() {
            let rows: i64 = new
                .query_one(&format!("SELECT count(*) FROM {leaving} WHERE NOT is_in_old"), &[])?
                .get(0);
            if rows > 0 {
                let come = if rows == 1 { "comes" } else { "come" };
                let (target, source) = (&self.shape.target.name, &self.shape.source.label);
                return Err(Error::new(format!(
                    "{} of {target} no longer {come} from any row of {source}",
                    count(rows, "row")
                ))
                .hint("The table has no primary key by which they could be told apart from the others later. `--prune` deletes them. Nothing was changed."));
            }
            return Ok(0);
        }
        new.execute(
            &format!(
                "INSERT INTO pgrefit.gone (run, source, target, row_key) \
                 SELECT $1, $2, $3, row_key FROM {leaving} WHERE NOT is_in_old ON CONFLICT DO NOTHING"
            ),
            &[&self.run, &self.shape.source.label, &self.shape.target.name],
        )?;
        let kept = new.execute(&format!("DELETE FROM {leaving} WHERE NOT is_in_old"), &[])?;
        Ok(i64::try_from(kept).unwrap_or(i64::MAX))
    }

    fn find_moving(&self, new: &mut Session) -> Result<i64> {
        let Shape { target, stage, all_columns, columns, identity, unique_keys, .. } = self.shape;
        if identity.is_empty() || unique_keys.is_empty() {
            return Ok(0);
        }
        let table = &target.sql;
        let taken = unique_keys.iter().map(|key| match key {
            Some(key) if key.iter().all(|column| columns.contains(column)) => format!(
                "EXISTS (SELECT FROM {table} AS o WHERE {} AND NOT ({}))",
                equal("o", "s", key),
                equal("o", "t", identity)
            ),
            Some(_) | None => self.differs(),
        });
        let taken = taken.collect::<Vec<_>>().join(" OR ");
        let changed = all_columns.iter().map(|column| {
            let alias = if columns.contains(column) { "s" } else { "t" };
            format!("{alias}.{column}")
        });
        let moving = self.moving();
        new.batch(&format!(
            "CREATE TEMP TABLE {moving} ON COMMIT DROP AS SELECT {} FROM {table} AS t JOIN {stage} AS s ON {} WHERE {} AND ({taken})",
            changed.collect::<Vec<_>>().join(", "),
            self.shape.same(),
            self.differs()
        ))?;
        Ok(new.query_one(&format!("SELECT count(*) FROM {moving}"), &[])?.get(0))
    }

    /// That `t` and `s` differ in a column beside their identity.
    fn differs(&self) -> String {
        let columns = &self.shape.columns;
        format!(
            "record_image_ne(ROW({}), ROW({}))",
            self.shape.list("t", columns),
            self.shape.list("s", columns)
        )
    }

    /// Deletes what goes.
    pub fn delete(&self, new: &mut Session, moved: i64) -> Result<()> {
        let table = &self.shape.target.sql;
        let leaving = self.leaving();
        new.batch(&format!(
            "DELETE FROM {table} AS t USING {leaving} AS l WHERE t.tableoid = l.part AND t.ctid = l.place"
        ))?;
        if moved > 0 {
            let moving = self.moving();
            let same = equal("t", "m", &self.shape.identity);
            new.batch(&format!("DELETE FROM {table} AS t USING {moving} AS m WHERE {same}"))?;
        }
        // Rows that went, and rows that something makes again.
        let again = if self.shape.identity.is_empty() || !self.is_staged {
            "false".to_owned()
        } else {
            let Shape { stage, .. } = self.shape;
            format!("g.row_key IN (SELECT {} FROM {stage} AS s)", self.shape.row_key("s"))
        };
        new.batch(&format!(
            "DELETE FROM pgrefit.gone AS g WHERE g.run = {} AND g.target = {} AND (g.row_key IN (SELECT row_key FROM {leaving}) OR {again})",
            self.run,
            literal(&self.shape.target.name)
        ))
    }

    /// Changes rows in their place, which keeps what other columns hold, then adds new ones.
    pub fn write(&self, new: &mut Session, moved: i64, changes: &mut Changes) -> Result<()> {
        if !self.is_staged {
            return Ok(());
        }
        let Shape { target, stage, columns, all_columns, identity, .. } = self.shape;
        let table = &target.sql;
        let changed = if identity.is_empty() { 0 } else { self.update(new)? };
        let list = columns.join(", ");
        if moved > 0 {
            let all = all_columns.join(", ");
            new.batch(&format!(
                "INSERT INTO {table} ({all}) OVERRIDING SYSTEM VALUE SELECT {all} FROM {}",
                self.moving()
            ))?;
        }
        let added = if identity.is_empty() {
            let row = |alias: &str| format!("ROW({})::text", self.shape.list(alias, columns));
            let held = self.shape.held(self.ranges);
            format!(
                "SELECT {list} FROM (SELECT s.*, {row_s} AS row_, row_number() OVER (PARTITION BY {row_s}) AS copy_ FROM {stage} AS s) AS s \
                 LEFT JOIN (SELECT {row_t} AS row_, count(*) AS copies_ FROM {table} AS t WHERE {held} GROUP BY 1) AS h USING (row_) \
                 WHERE s.copy_ > coalesce(h.copies_, 0)",
                row_s = row("s"),
                row_t = row("t"),
            )
        } else {
            format!(
                "SELECT {list} FROM {stage} AS s WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE {}) ORDER BY {}",
                self.shape.same(),
                self.shape.list("s", identity)
            )
        };
        let insert = format!("INSERT INTO {table} ({list}) OVERRIDING SYSTEM VALUE {added}");
        let added = new.execute(&insert, &[])?;
        changes.added = i64::try_from(added).unwrap_or(i64::MAX);
        changes.changed = changed + moved;
        Ok(())
    }

    fn update(&self, new: &mut Session) -> Result<i64> {
        let Shape { target, stage, columns, identity, .. } = self.shape;
        let set: Vec<_> = columns
            .iter()
            .filter(|column| !identity.contains(column))
            .map(|column| format!("{column} = s.{column}"))
            .collect();
        if set.is_empty() {
            return Ok(0);
        }
        let updated = new.execute(
            &format!(
                "UPDATE {} AS t SET {} FROM {stage} AS s WHERE {} AND {}",
                target.sql,
                set.join(", "),
                self.shape.same(),
                self.differs()
            ),
            &[],
        )?;
        Ok(i64::try_from(updated).unwrap_or(i64::MAX))
    }
}
