//! What the next user of a pooled connection finds.

use common::{Database, Pool, Session};

use super::Role;
use crate::harness::Lab;

fn pid(session: &mut Session) -> i32 {
    session.query_one("SELECT pg_backend_pid()", &[]).expect("its process").get(0)
}

fn shown(session: &mut Session, setting: &str) -> String {
    let sql = format!("SELECT current_setting('{setting}')");
    session.query_one(&sql, &[]).expect("a setting").get(0)
}

fn pool(lab: &Lab) -> Pool {
    let database = Database::from_url("the test server", &lab.url(&lab.new));
    Pool::open(&database.expect("a URL")).expect("a pool")
}

#[test]
fn a_connection_that_comes_back_in_a_transaction_is_handed_on_without_it() {
    let lab = Lab::new();
    let pool = pool(&lab);
    let mut session = pool.session().unwrap();
    let first = pid(&mut session);
    // Not where a first word would tell it, and aborted; then one that is merely open.
    for sql in ["SELECT 1/0", "SET LOCAL jit = off; SET search_path = ''"] {
        session.batch("-- What: begins.\nBEGIN READ ONLY").unwrap();
        assert_eq!(session.batch(sql).is_err(), sql.contains("1/0"));
        drop(session);
        session = pool.session().unwrap();
        assert_eq!(pid(&mut session), first, "the pool hands out the same connection");
        assert_eq!(shown(&mut session, "transaction_read_only"), "off");
        assert_eq!(shown(&mut session, "search_path"), "\"$user\", public");
        assert_eq!(shown(&mut session, "timezone"), "UTC");
        session.batch("CREATE TEMP TABLE t (n int); DROP TABLE t").unwrap();
    }
}

#[test]
fn a_connection_that_cannot_be_cleaned_is_not_handed_on() {
    let lab = Lab::new();
    let pool = pool(&lab);
    let mut session = pool.session().unwrap();
    let first = pid(&mut session);
    session.begin().unwrap();
    lab.execute("postgres", &format!("SELECT pg_terminate_backend({first}, 10000)"));
    drop(session);
    let mut session = pool.session().unwrap();
    assert_ne!(pid(&mut session), first);
}

/// Whatever the database and the role set: ours are pinned, the user's are as in psql.
#[test]
fn a_session_is_on_the_terms_that_were_asked_for() {
    let lab = Lab::new();
    lab.execute("postgres", &format!("ALTER DATABASE {} SET datestyle = 'German'", lab.new));
    let role =
        format!("ALTER ROLE {} IN DATABASE {} SET statement_timeout = '9s'", lab.user(), lab.new);
    lab.execute("postgres", &role);
    let pool = pool(&lab);
    for _ in 0..2 {
        let mut ours = pool.session().unwrap();
        assert_eq!(shown(&mut ours, "datestyle"), "ISO, YMD");
        assert_eq!(shown(&mut ours, "statement_timeout"), "0");
        assert_eq!(shown(&mut ours, "row_security"), "off");
        drop(ours);
        let mut users = pool.session_of_users().unwrap();
        assert!(shown(&mut users, "datestyle").starts_with("German"));
        assert_eq!(shown(&mut users, "statement_timeout"), "9s");
        assert_eq!(shown(&mut users, "row_security"), "on");
    }
}

#[test]
fn row_security_is_an_error_rather_than_fewer_rows() {
    let lab = Lab::new();
    let role = Role::new(&lab, "s3cret");
    lab.execute(
        &lab.new,
        "CREATE TABLE t AS SELECT generate_series(1, 3) AS id; GRANT SELECT ON t TO PUBLIC;
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id = 1)",
    );
    let url = format!("postgresql://{}:s3cret@{}/{}", role.name, role.address(), lab.new);
    let pool = Pool::open(&Database::from_url("the test server", &url).unwrap()).unwrap();
    let error = pool.session().unwrap().query("SELECT id FROM t", &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "query would be affected by row-level security policy for table \"t\" (42501)"
    );
    let seen = pool.session_of_users().unwrap().query("SELECT id FROM t", &[]).unwrap();
    assert_eq!(seen.len(), 1);
}
