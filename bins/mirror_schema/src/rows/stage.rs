//! The source's rows of the buckets that differ, in a temporary table beside the mirror's; what
//! tells the two apart is what changed.

use common::copy_stream::CopyStream;
use common::{Result, Session};

use super::buckets::{Compared, Side};
use super::copy;
use super::digest::Digests;

pub struct Stage<'a> {
    pub compared: &'a Compared,
    /// The temporary table; none where the mirror's own is empty, and takes the rows as they come.
    name: Option<String>,
    buckets: Vec<i64>,
    pub counts: Counts,
}

/// Rows of the mirror that are not in it yet, not as they should be, and no longer in the source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub added: i64,
    pub changed: i64,
    pub removed: i64,
}

impl<'a> Stage<'a> {
    /// Fetches what differs.
    pub fn fetch(
        compared: &'a Compared,
        number: usize,
        (of_source, of_target): &(Digests, Digests),
        source: &mut CopyStream,
        target: &mut Session,
    ) -> Result<Stage<'a>> {
        let buckets = of_source.different(of_target);
        let mut stage = Stage { compared, name: None, buckets, counts: Counts::default() };
        if of_target.total().rows == 0 {
            stage.counts.added = of_source.total().rows;
            return Ok(stage);
        }
        let table = &compared.table;
        let name = format!("pg_temp.pgrefit_stage_{number}");
        let columns = table.list(|column| &column.target);
        target.batch(&format!(
            "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM ONLY {} WITH NO DATA",
            table.target
        ))?;
        let out = stage.copy_out();
        copy::through(source, &out, target, &table.copy_in(&name))?;
        target.batch(&format!("ANALYZE {name}"))?;
        stage.name = Some(name);
        stage.counts = stage.count(target)?;
        Ok(stage)
    }

    /// Whether rows of the mirror go away, if only to come back changed.
    pub fn loses_rows(&self) -> bool {
        self.counts.removed > 0 || self.counts.changed > 0 && !self.is_in_place()
    }

    /// Makes the mirror's table what the source's is.
    pub fn apply(&self, source: &mut CopyStream, target: &mut Session) -> Result<()> {
        let table = &self.compared.table;
        if self.name.is_none() {
            copy::through(source, &self.copy_out(), target, &table.copy_in(&table.target))?;
            return Ok(());
        }
        let delete = format!("DELETE FROM ONLY {} WHERE ctid IN", table.target);
        if self.counts.removed > 0 {
            target.batch(&format!("{delete} (SELECT o.pgrefit_place {})", self.removed()))?;
        }
        if self.counts.changed > 0 && self.is_in_place() {
            let set = |name: &String| format!("{name} = n.{name}");
            let set = self.columns_beside_key().map(set).collect::<Vec<_>>().join(", ");
            target.batch(&format!(
                "UPDATE ONLY {} AS o SET {set} FROM {} WHERE {} AND {}",
                table.target,
                self.new_rows(),
                self.same(),
                self.differ()
            ))?;
        } else if self.counts.changed > 0 {
            target.batch(&format!("{delete} (SELECT o.pgrefit_place {})", self.changed()))?;
        }
        if self.counts.added > 0 || self.counts.changed > 0 {
            let columns = table.list(|column| &column.target);
            let values: Vec<String> =
                table.columns.iter().map(|column| format!("n.{}", column.target)).collect();
            target.batch(&format!(
                "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT {} {}",
                table.target,
                values.join(", "),
                self.added()
            ))?;
        }
        Ok(())
    }

    fn copy_out(&self) -> String {
        let table = &self.compared.table;
        let columns = table.list(|column| &column.source);
        let within = self.compared.within(&self.buckets, Side::Source);
        format!("COPY (SELECT {columns} FROM ONLY {} WHERE {within}) TO STDOUT", table.source)
    }

    fn count(&self, target: &mut Session) -> Result<Counts> {
        let count = |rows: String| format!("(SELECT count(*) {rows})");
        let row = target.query_one(
            &format!(
                "SELECT {}, {}, {}",
                count(self.added()),
                count(self.changed()),
                count(self.removed())
            ),
            &[],
        )?;
        Ok(Counts { added: row.get(0), changed: row.get(1), removed: row.get(2) })
    }

    fn added(&self) -> String {
        let (old, new, same) = (self.old_rows(), self.new_rows(), self.same());
        format!("FROM {new} WHERE NOT EXISTS (SELECT FROM {old} WHERE {same})")
    }

    fn changed(&self) -> String {
        let (old, new, same) = (self.old_rows(), self.new_rows(), self.same());
        format!("FROM {old} JOIN {new} ON {same} WHERE {}", self.differ())
    }

    fn removed(&self) -> String {
        let (old, new, same) = (self.old_rows(), self.new_rows(), self.same());
        format!("FROM {old} WHERE NOT EXISTS (SELECT FROM {new} WHERE {same})")
    }

    /// Rows of the mirror, as `o`.
    fn old_rows(&self) -> String {
        let within = self.compared.within(&self.buckets, Side::Target);
        self.rows(&format!("ONLY {} WHERE {within}", self.compared.table.target), "o")
    }

    /// Rows of the source, as `n`.
    fn new_rows(&self) -> String {
        self.rows(self.name.as_deref().unwrap_or_default(), "n")
    }

    /// With their place. Without a key they have their hashes, and are numbered among their equals.
    fn rows(&self, from: &str, label: &str) -> String {
        let columns = self.compared.table.list(|column| &column.target);
        if self.compared.key.is_some() {
            return format!("(SELECT ctid AS pgrefit_place, {columns} FROM {from}) AS {label}");
        }
        let row = self.compared.row(Side::Target);
        format!(
            "(SELECT *, row_number() OVER (PARTITION BY pgrefit_hash, pgrefit_other_hash) AS pgrefit_copy \
             FROM (SELECT ctid AS pgrefit_place, {columns}, hash_record_extended({row}, 0) AS pgrefit_hash, \
             hash_record_extended({row}, 1) AS pgrefit_other_hash FROM {from}) AS hashed) AS {label}"
        )
    }

    fn same(&self) -> String {
        match &self.compared.key {
            Some(key) => {
                let same = key.columns.iter().map(|column| column.same("o", "n"));
                same.collect::<Vec<_>>().join(" AND ")
            }
            None => {
                "o.pgrefit_hash = n.pgrefit_hash AND o.pgrefit_other_hash = n.pgrefit_other_hash \
                     AND o.pgrefit_copy = n.pgrefit_copy"
                    .to_owned()
            }
        }
    }

    /// Whether two rows of one key hold different values.
    fn differ(&self) -> String {
        let values = |label: &str| {
            let value = |name: &String| {
                let column = self.compared.table.columns.iter().find(|c| c.target == *name);
                column.map(|column| column.exact(&format!("{label}.{name}"), false))
            };
            self.columns_beside_key().filter_map(value).collect::<Vec<_>>().join(", ")
        };
        match values("o").as_str() {
            "" => "false".to_owned(),
            old => format!("ROW({old}) IS DISTINCT FROM ROW({})", values("n")),
        }
    }

    fn columns_beside_key(&self) -> impl Iterator<Item = &String> {
        let key = self.compared.key.as_ref().map_or(&[][..], |key| &key.columns);
        let names = self.compared.table.columns.iter().map(|column| &column.target);
        names.filter(move |name| {
            self.compared.key.is_some() && !key.iter().any(|column| column.target == **name)
        })
    }

    fn is_in_place(&self) -> bool {
        self.compared.key.as_ref().is_some_and(|key| key.in_place)
    }
}
