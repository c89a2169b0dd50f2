//! Several schemas of a source in one run.

use super::Mirrors;
use crate::harness::Run;

const SALES: &str = "
    CREATE SCHEMA hr; CREATE SCHEMA \"Sales\";
    CREATE TYPE hr.\"Level\" AS ENUM ('Low', 'High');
    CREATE TABLE hr.people (id int PRIMARY KEY, level hr.\"Level\", shop int);
    CREATE TABLE \"Sales\".\"Shops\" (\"Id\" int PRIMARY KEY, \"Head\" int CONSTRAINT \"Head\" REFERENCES hr.people, \"Level\" hr.\"Level\");
    ALTER TABLE hr.people ADD CONSTRAINT shop FOREIGN KEY (shop) REFERENCES \"Sales\".\"Shops\" ON DELETE CASCADE;
    INSERT INTO hr.people VALUES (1, 'Low', NULL), (2, 'High', NULL);
    INSERT INTO \"Sales\".\"Shops\" VALUES (7, 1, 'High'); UPDATE hr.people SET shop = 7;";

fn run(mirrors: &Mirrors, arguments: &[&str]) -> Run {
    let mut command = mirrors.command(arguments);
    command.env("SOURCE_PG_SCHEMA", "hr,Sales");
    Run::of(&mut command, &mirrors.lab.password())
}

#[test]
fn foreign_keys_between_the_schemas_stand_between_their_mirrors() {
    let mirrors = Mirrors::of(SALES, "hr");
    let (hr, sales) = (mirrors.name(), format!("dw__{}__sales", mirrors.lab.old));
    run(&mirrors, &["--with-data"]).ok();
    let plan = run(&mirrors, &["--plan"]);
    let unchanged =
        format!("mirror_schema: {hr}: no changes\nmirror_schema: {sales}: no changes\n");
    assert_eq!(plan.ok(), unchanged);
    let keys = "SELECT string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), '; ' ORDER BY 1) FROM pg_constraint WHERE contype = 'f'";
    assert_eq!(
        mirrors.lab.value(&mirrors.lab.new, keys),
        format!(
            "{hr}.people FOREIGN KEY (shop) REFERENCES {sales}.shops(id) ON DELETE CASCADE; \
             {sales}.shops FOREIGN KEY (head) REFERENCES {hr}.people(id)"
        )
    );
    let rows = format!(
        "SELECT string_agg(p || ' ' || s, '; ' ORDER BY p.id) FROM {hr}.people p JOIN {sales}.shops s ON s.id = p.shop"
    );
    let found = mirrors.lab.value(&mirrors.lab.new, &rows);
    assert_eq!(found, "(1,Low,7) (7,1,High); (2,High,7) (7,1,High)");
    mirrors.source(
        "INSERT INTO \"Sales\".\"Shops\" VALUES (8, 2, 'Low'); UPDATE hr.people SET shop = 8 WHERE id = 2;
         ALTER TABLE hr.people ADD \"Born\" date",
    );
    let refreshed = run(&mirrors, &["--with-data", "--refresh"]);
    assert!(
        refreshed
            .ok()
            .contains(&format!("{hr}: 0 rows added, 1 changed, 0 removed; 2 rows in 1 table")),
        "{refreshed}"
    );
    assert!(
        refreshed
            .ok()
            .contains(&format!("{sales}: 1 row added, 0 changed, 0 removed; 2 rows in 1 table")),
        "{refreshed}"
    );
    assert_eq!(run(&mirrors, &["--plan"]).ok(), unchanged);
    run(&mirrors, &["rollback", "base", "--drop-schema"]).ok();
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dw\\_\\_%'";
    assert_eq!(mirrors.lab.value(&mirrors.lab.new, left), "0");
}
