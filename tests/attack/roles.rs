//! What a role without rights may set or own, and what our superuser's session makes of it.

use super::{back_up, run};
use crate::harness::Lab;

/// A role of its own for one test, gone at its end.
struct Eve<'a> {
    lab: &'a Lab,
    name: String,
}

impl Eve<'_> {
    fn new(lab: &Lab) -> Eve<'_> {
        let name = format!("eve_{}", lab.new);
        lab.execute(&lab.new, &format!("CREATE ROLE {name} LOGIN"));
        Eve { lab, name }
    }

    fn is_superuser(&self) -> bool {
        let sql = format!("SELECT rolsuper FROM pg_roles WHERE rolname = '{}'", self.name);
        self.lab.value(&self.lab.new, &sql) == "t"
    }
}

impl Drop for Eve<'_> {
    fn drop(&mut self) {
        let Some(mut admin) = self.lab.try_connect("postgres") else { return };
        let kept = "SELECT datname FROM pg_database WHERE starts_with(datname, $1)";
        let prefix = format!("{}_", self.lab.new);
        for row in admin.query(kept, &[&prefix]).unwrap_or_default() {
            let name: String = row.get(0);
            drop(admin.batch_execute(&format!("DROP DATABASE \"{name}\" WITH (FORCE)")));
        }
        let reset = format!("ALTER ROLE {0} RESET ALL; DROP ROLE {0}", self.name);
        drop(
            admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.lab.new)),
        );
        drop(admin.batch_execute(&reset));
    }
}

/// Everybody may set their own search_path in a database. Its text used to be pasted as SQL.
#[test]
fn a_setting_of_a_role_is_no_statement_of_the_one_who_restores() {
    let lab = Lab::new();
    let eve = Eve::new(&lab);
    lab.execute(&lab.new, "CREATE TABLE t AS SELECT 1 AS id");
    let values = [
        format!("public;alter/**/role/**/{}/**/superuser", eve.name),
        "a;b".to_owned(),
        "\"a;b\", public".to_owned(),
        "\"it''s\", \"Odd \"\"name\"\"\"".to_owned(),
        String::new(),
    ];
    for value in values {
        // As the role itself: a list in quotes is one name, which PostgreSQL takes as it is.
        let set = format!(
            "SET ROLE {0}; SELECT set_config('search_path', $value${value}$value$, false); \
             ALTER ROLE {0} IN DATABASE {1} SET search_path FROM CURRENT",
            eve.name, lab.new
        );
        let mut session = lab.connect(&lab.new);
        let stored = "SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                      WHERE d.datname = current_database()";
        if session.batch_execute(&set).is_err() {
            // Not every text is a list; what the server refuses is nowhere.
            continue;
        }
        drop(session);
        let before = lab.rows(&lab.new, stored);
        back_up(&lab, &[]);
        run(&lab, "db_restore", &[]).ok();
        assert!(!eve.is_superuser(), "{value}");
        // A name that stood without quotes stands in quotes afterwards, as after pg_dump.
        let bare = |rows: Vec<String>| rows.join("\n").replace(['"', '\\'], "");
        assert_eq!(bare(lab.rows(&lab.new, stored)), bare(before), "{value}");
        assert_eq!(lab.value(&lab.new, "SELECT id FROM t"), "1");
        run(&lab, "db_restore", &["--drop-old"]).ok();
        std::fs::remove_dir_all(lab.path("backups")).expect("the test's backups");
    }
}

/// Settings of the database, each kind of value, come back as they were stored.
#[test]
fn settings_of_a_database_come_back_to_the_letter() {
    let lab = Lab::new();
    lab.execute(
        &lab.new,
        &format!(
            "ALTER DATABASE {0} SET search_path = \"$user\", public, \"odd, 'name'\";
             ALTER DATABASE {0} SET my.own_setting = 'it''s \\ $1; DROP TABLE t';
             ALTER DATABASE {0} SET work_mem = '5MB';
             ALTER DATABASE {0} SET temp_tablespaces = '';
             ALTER DATABASE {0} SET datestyle = 'German, DMY';
             CREATE TABLE t AS SELECT 1 AS id",
            lab.new
        ),
    );
    let stored = "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                  WHERE d.datname = current_database() ORDER BY 1";
    let before = lab.rows(&lab.new, stored);
    assert_eq!(before.len(), 5);
    back_up(&lab, &[]);
    run(&lab, "db_restore", &[]).ok();
    assert_eq!(lab.rows(&lab.new, stored), before);
    run(&lab, "db_restore", &["--drop-old"]).ok();
}
