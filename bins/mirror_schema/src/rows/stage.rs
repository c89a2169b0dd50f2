//! The source's rows of the buckets that differ, in a temporary table beside the mirror's; what
//! tells the two apart is what changed.

use common::{Result, Session};
use rows::CopyStream;

use super::buckets::{Compared, Side};
use super::copy;
use super::digest::Digests;

pub struct Stage<'a> {
    pub compared: &'a Compared,
    /// The temporary tables; none where the mirror's own is empty, and takes the rows as they come.
    names: Option<Names>,
    /// Those that differ; nobody else changes the others.
    pub buckets: Vec<i64>,
    pub counts: Counts,
}

struct Names {
    /// The source's rows.
    stage: String,
    /// Places of rows that differ, in the mirror's table and in the stage; NULL where there is none.
    difference: String,
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
        let mut stage = Stage { compared, names: None, buckets, counts: Counts::default() };
        if of_target.total().rows == 0 {
            stage.counts.added = of_source.total().rows;
            return Ok(stage);
        }
        let table = &compared.table;
        let names = Names {
            stage: format!("pg_temp.pgrefit_stage_{number}"),
            difference: format!("pg_temp.pgrefit_difference_{number}"),
        };
        let columns = table.list(|column| &column.target);
        target.batch(&format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {columns} FROM ONLY {} WITH NO DATA",
            names.stage, table.target
        ))?;
        copy::through(source, &stage.copy_out(), target, &table.copy_in(&names.stage))?;
        target.batch(&stage.compare(&names))?;
        target.batch(&format!("ANALYZE {}", names.difference))?;
        let row = target.query_one(
            &format!(
                "SELECT count(*) FILTER (WHERE old IS NULL), count(*) FILTER (WHERE old IS NOT NULL AND new IS NOT NULL), \
                 count(*) FILTER (WHERE new IS NULL) FROM {}",
                names.difference
            ),
            &[],
        )?;
        stage.counts = Counts { added: row.get(0), changed: row.get(1), removed: row.get(2) };
        stage.names = Some(names);
        Ok(stage)
    }

    /// Whether rows of the mirror go away, if only to come back changed.
    pub fn loses_rows(&self) -> bool {
        self.counts.removed > 0 || self.counts.changed > 0 && !self.is_in_place()
    }

    /// Makes the mirror's table what the source's is.
    pub fn apply(&self, source: &mut CopyStream, target: &mut Session) -> Result<()> {
        let table = &self.compared.table;
        let Some(Names { stage, difference }) = &self.names else {
            copy::through(source, &self.copy_out(), target, &table.copy_in(&table.target))?;
            return Ok(());
        };
        // A row that cannot be changed where it is goes away and comes back.
        let in_place = self.is_in_place();
        let (gone, come) = match in_place {
            true => ("d.new IS NULL", "d.old IS NULL"),
            false => ("d.old IS NOT NULL", "d.new IS NOT NULL"),
        };
        target.batch(&format!(
            "DELETE FROM ONLY {} AS o USING {difference} AS d WHERE o.ctid = d.old AND {gone}",
            table.target
        ))?;
        if in_place && self.counts.changed > 0 {
            let set = |name: &String| format!("{name} = n.{name}");
            let set = self.columns_beside_key().map(set).collect::<Vec<_>>().join(", ");
            target.batch(&format!(
                "UPDATE ONLY {} AS o SET {set} FROM {difference} AS d JOIN {stage} AS n ON n.ctid = d.new \
                 WHERE o.ctid = d.old",
                table.target
            ))?;
        }
        let columns = table.list(|column| &column.target);
        let values: Vec<String> =
            table.columns.iter().map(|column| format!("n.{}", column.target)).collect();
        target.batch(&format!(
            "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {} FROM {difference} AS d JOIN {stage} AS n ON n.ctid = d.new WHERE {come}",
            table.target,
            values.join(", ")
        ))
    }

    fn copy_out(&self) -> String {
        let table = &self.compared.table;
        let columns = table.list(|column| &column.source);
        let within = self.compared.within(&self.buckets, Side::Source);
        format!("COPY (SELECT {columns} FROM ONLY {} WHERE {within}) TO STDOUT", table.source)
    }

    /// Finds the rows that are on one side only, or differ, in one pass over both.
    fn compare(&self, names: &Names) -> String {
        let within = self.compared.within(&self.buckets, Side::Target);
        let old = self.rows(&format!("ONLY {} WHERE {within}", self.compared.table.target), "o");
        let new = self.rows(&names.stage, "n");
        format!(
            "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS \
             SELECT o.pgrefit_place AS old, n.pgrefit_place AS new FROM {old} FULL JOIN {new} ON {} \
             WHERE o.pgrefit_place IS NULL OR n.pgrefit_place IS NULL OR {}",
            names.difference,
            self.same(),
            self.differ()
        )
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
