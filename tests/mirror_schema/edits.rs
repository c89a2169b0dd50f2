//! Random changes of the source, one after the other: in step after each, and back to nothing.

use super::{Chance, Mirrors, torture};

#[test]
fn in_step_after_every_random_edit_and_back_to_an_empty_schema() {
    let mirrors = Mirrors::of(include_str!("stackoverflow.sql"), "dbo");
    mirrors.run(&[]).ok();
    let mut edits = Edits { chance: Chance { seed: 7 }, mirrors: &mirrors };
    for number in 0..10 * u32::try_from(torture()).expect("few") {
        let edit = edits.next(number);
        mirrors.source(&edit);
        let run = mirrors.run(&["--allow-data-loss"]);
        assert!(run.code == Some(0), "after {edit}\n{run}");
        mirrors.are_in_step();
    }
    mirrors.run(&["rollback", "base", "--drop-schema"]).ok();
    let schemas = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", mirrors.name());
    assert_eq!(mirrors.lab.value(&mirrors.lab.new, &schemas), "0");
    mirrors.run(&[]).ok();
    mirrors.are_in_step();
}

/// What people do to a schema, on objects that are there at that moment.
struct Edits<'a> {
    chance: Chance,
    mirrors: &'a Mirrors,
}

impl Edits<'_> {
    fn next(&mut self, number: u32) -> String {
        loop {
            if let Some(edit) = self.one(number) {
                return edit;
            }
        }
    }

    /// None where nothing of the kind is there.
    fn one(&mut self, n: u32) -> Option<String> {
        let table = self.any("SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'dbo'::regnamespace AND c.relkind = 'r'")?;
        let column = self.any(&format!(
            "SELECT quote_ident(attname) FROM pg_attribute a WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped \
             AND attgenerated = '' AND attidentity = '' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refobjid = a.attrelid AND d.refobjsubid = a.attnum)"
        ));
        let any_column = self.any(&format!(
            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
        ));
        let constraint = self.any(&format!(
            "SELECT quote_ident(conname) FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('c', 'f', 'u') AND conparentid = 0"
        ));
        Some(match self.chance.below(18) {
            0 => format!("CREATE TABLE dbo.\"New{n}\" (\"Id\" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"What\" text NOT NULL DEFAULT 'a{n}', \"When\" date)"),
            1 => format!("DROP TABLE {table} CASCADE"),
            2 => format!("ALTER TABLE {table} RENAME TO \"Renamed{n}\""),
            3 => format!("ALTER TABLE {table} ADD COLUMN \"Column{n}\" numeric(12,{}) DEFAULT {n}", n % 5),
            4 => format!("ALTER TABLE {table} ADD COLUMN \"Kind{n}\" dbo.\"PostKind\" NOT NULL DEFAULT 'Wiki'"),
            5 => format!("ALTER TABLE {table} DROP COLUMN {}", column?),
            6 => format!("ALTER TABLE {table} RENAME COLUMN {} TO \"Was {n}\"", any_column?),
            7 => format!("ALTER TABLE {table} ALTER {0} DROP DEFAULT, ALTER {0} TYPE text USING {0}::text", column?),
            8 => format!("ALTER TABLE {table} ALTER {} SET NOT NULL", column?),
            9 => format!("ALTER TABLE {table} ALTER {} DROP DEFAULT", column?),
            10 => format!("CREATE INDEX \"Index{n}\" ON {table} ({})", any_column?),
            11 => format!("ALTER TABLE {table} ADD CONSTRAINT \"Check{n}\" CHECK ({} IS NOT NULL)", any_column?),
            12 => format!("ALTER TABLE {table} DROP CONSTRAINT {} CASCADE", constraint?),
            13 => format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO \"Constraint{n}\"", constraint?),
            14 => format!("COMMENT ON COLUMN {table}.{} IS 'Comment \"{n}\"'", any_column?),
            15 => format!("ALTER TYPE dbo.\"PostKind\" ADD VALUE 'Value{n}' BEFORE 'Answer'"),
            16 => format!("ALTER TABLE {table} ADD COLUMN \"Ref{n}\" integer CONSTRAINT \"FK{n}\" REFERENCES dbo.\"PostLinks\""),
            _ => format!("ALTER TABLE {table} ADD CONSTRAINT \"Unique{n}\" UNIQUE ({})", any_column?),
        })
        .filter(|edit| !edit.contains("PostLinks\" CASCADE") && !edit.contains("dbo.\"PostLinks\" RENAME TO") && !edit.contains("PK_PostLinks"))
    }

    fn any(&mut self, sql: &str) -> Option<String> {
        let rows = self.mirrors.lab.rows(&self.mirrors.lab.old, &format!("{sql} ORDER BY 1"));
        (!rows.is_empty()).then(|| rows[self.chance.below(rows.len() as u64) as usize].clone())
    }
}
