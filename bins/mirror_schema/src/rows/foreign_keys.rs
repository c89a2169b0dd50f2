//! Foreign keys while rows change: what they ask for holds again at the end, and need not hold in
//! between, as no order of tables and rows suits keys that point both ways.

use common::{Result, Session};

/// What brings them back.
pub struct ForeignKeys {
    back: Vec<String>,
}

impl ForeignKeys {
    /// Lets those of the transaction wait for its end. Those that would remove or change further
    /// rows with a removed one, or refuse to, go away meanwhile.
    pub fn loosen(target: &mut Session, changing: &[&str], losing: &[&str]) -> Result<ForeignKeys> {
        let rows = target.query(include_str!("../sql/foreign_keys.sql"), &[&changing, &losing])?;
        let mut back = vec!["SET CONSTRAINTS ALL IMMEDIATE".to_owned()];
        for row in rows {
            let (table, name): (String, String) = (row.get("of_table"), row.get("name"));
            if row.get("goes") {
                target.batch(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))?;
                let definition: String = row.get("definition");
                back.push(format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"));
                if let Some(comment) = row.get::<_, Option<String>>("comment") {
                    let comment = catalog::literal(&comment);
                    back.push(format!("COMMENT ON CONSTRAINT {name} ON {table} IS {comment}"));
                }
            } else if !row.get::<_, bool>("deferrable") {
                let alter = format!("ALTER TABLE {table} ALTER CONSTRAINT {name}");
                target.batch(&format!("{alter} DEFERRABLE INITIALLY DEFERRED"))?;
                back.push(format!("{alter} NOT DEFERRABLE"));
            }
        }
        target.batch("SET CONSTRAINTS ALL DEFERRED")?;
        Ok(ForeignKeys { back })
    }

    /// # Errors
    /// The rows are not what a foreign key asks for.
    pub fn tighten(self, target: &mut Session) -> Result<()> {
        self.back.iter().try_for_each(|statement| target.batch(statement))
    }
}
