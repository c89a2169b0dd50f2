//! libpq's parameters where a server can tell that they are honoured.

use std::process::Command;

use super::{Role, run, status};
use crate::harness::{Lab, Run};

/// `dev_postgres status` with a query for both URLs.
fn with(lab: &Lab, query: &str) -> Command {
    let mut command = status(lab.folder.path());
    for (name, database) in [("DATABASE_URL", &lab.new), ("OLD_DATABASE_URL", &lab.old)] {
        command.env(name, format!("{}?{query}", lab.url(database)));
    }
    command
}

#[track_caller]
fn fails(lab: &Lab, command: &mut Command, code: i32, stderr: &str) {
    Run::of(command, &lab.password()).fails(code, stderr);
}

#[track_caller]
fn works(lab: &Lab, command: &mut Command) {
    Run::of(command, &lab.password()).ok();
}

#[test]
fn the_kind_of_session_is_what_was_asked_for() {
    let lab = Lab::new();
    let refusal = |place: &str| {
        format!(
            "dev_postgres: cannot connect to the database {} at 127.0.0.1:{}\n  \
             detail: database is not read only\n  \
             hint: The server answers, but target_session_attrs, which comes from {place}, asks for another kind of server.",
            lab.old,
            lab.port()
        )
    };
    let read_only = "target_session_attrs=read-only";
    fails(&lab, &mut with(&lab, read_only), 1, &refusal("OLD_DATABASE_URL"));
    let variable = "PGTARGETSESSIONATTRS";
    let refusal = refusal(variable);
    fails(&lab, with(&lab, "").env(variable, "read-only"), 1, &refusal);
    works(&lab, &mut with(&lab, "target_session_attrs=read-write"));
    for database in [&lab.old, &lab.new] {
        let sql = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
        lab.execute("postgres", &sql);
    }
    works(&lab, &mut with(&lab, read_only));
}

#[test]
fn an_address_stands_for_a_name_that_nobody_knows() {
    let lab = Lab::new();
    let unknown = |command: &mut Command| {
        for (name, database) in [("DATABASE_URL", &lab.new), ("OLD_DATABASE_URL", &lab.old)] {
            let url = lab.url(database).replacen("@127.0.0.1:", "@no.such.host.invalid:", 1);
            command.env(name, url);
        }
    };
    let mut command = status(lab.folder.path());
    unknown(&mut command);
    Run::of(&mut command, &lab.password()).exits(1);
    command.env("PGHOSTADDR", "127.0.0.1");
    works(&lab, &mut command);
    // psql is told the same.
    let mut shell = lab.command("dev_postgres", &["shell", "--", "-XAtc", "SELECT 'here'"]);
    lab.project("shop");
    unknown(&mut shell);
    let run = Run::of(shell.env("PGHOSTADDR", "127.0.0.1"), &lab.password());
    assert_eq!(run.ok(), "here\n");
}

#[test]
fn keepalives_and_time_limits_are_accepted() {
    let lab = Lab::new();
    let query = "keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3\
                 &tcp_user_timeout=9000&connect_timeout=20&load_balance_hosts=random";
    works(&lab, &mut with(&lab, query));
    works(&lab, &mut with(&lab, "keepalives=0&connect_timeout=0&gssencmode=prefer"));
}

/// As a revision sees it, which runs on a connection of ours.
#[test]
fn connections_are_named_as_was_asked_for() {
    let lab = Lab::new();
    let revision = "-- revision: aa1\n-- down_revision: none\n-- message: who\n\n-- +upgrade\n\
                    CREATE TABLE who AS SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid();\n\n\
                    -- +downgrade\nDROP TABLE who;\n";
    lab.write("sql/who/revisions/aa1_who.sql", revision);
    let case = |query: &str, variable: Option<&str>, name: &str| {
        for command in ["upgrade", "downgrade"] {
            let to = if command == "upgrade" { "head" } else { "base" };
            let mut migrate = lab.command("migrate_schema", &[command, to, "--project", "sql/who"]);
            migrate.env("DATABASE_URL", format!("{}?{query}", lab.url(&lab.new)));
            migrate.envs(variable.map(|value| ("PGAPPNAME", value)));
            if command == "downgrade" {
                assert_eq!(lab.value(&lab.new, "TABLE who"), name, "{query}");
            }
            Run::of(&mut migrate, &lab.password()).ok();
        }
    };
    case("", None, "migrate_schema");
    case("fallback_application_name=ours", None, "ours");
    case("fallback_application_name=ours", Some("theirs"), "theirs");
    case("application_name=mine&fallback_application_name=ours", Some("theirs"), "mine");
}

#[test]
fn a_variable_that_is_not_honoured_is_named_without_its_value() {
    let lab = Lab::new();
    let case = |variable: &str, value: &str, reason: &str| {
        let mut command = with(&lab, "");
        fails(
            &lab,
            command.env(variable, value),
            2,
            &format!("dev_postgres: {variable} has {reason}"),
        );
    };
    case("PGGSSENCMODE", "require", "a gssencmode that is not one of disable, prefer");
    case(
        "PGHOSTADDR",
        "nobody",
        "a hostaddr that is not an IP address (invalid IP address syntax)",
    );
    case(
        "PGTARGETSESSIONATTRS",
        "primary",
        "a target_session_attrs that is not one of any, read-write, read-only",
    );
    case(
        "PGCHANNELBINDING",
        "always",
        "a channel_binding that is not one of disable, prefer, require",
    );
    case("PGLOADBALANCEHOSTS", "on", "a load_balance_hosts that is not one of disable, random");
    case(
        "PGSSLMODE",
        "always",
        "an sslmode that is not one of disable, allow, prefer, require, verify-ca, verify-full",
    );
}

#[test]
fn channel_binding_is_not_to_be_had_without_tls() {
    let lab = Lab::new();
    let refusal = |place: &str| {
        format!(
            "dev_postgres: cannot connect to the database {} at 127.0.0.1:{}\n  \
             detail: server did not use channel binding\n  \
             hint: channel_binding=require, which comes from {place}, needs TLS and a password that is checked by SCRAM.",
            lab.old,
            lab.port()
        )
    };
    let query = "sslmode=disable&channel_binding=require";
    fails(&lab, &mut with(&lab, query), 1, &refusal("OLD_DATABASE_URL"));
    let refusal = refusal("PGCHANNELBINDING");
    fails(&lab, with(&lab, "sslmode=disable").env("PGCHANNELBINDING", "require"), 1, &refusal);
}

#[test]
fn a_setting_that_the_server_refuses_is_traced_to_its_place() {
    let lab = Lab::new();
    let refusal = |place: &str| {
        format!(
            "dev_postgres: cannot connect to the database {} at 127.0.0.1:{}\n  \
             detail: unrecognized configuration parameter \"nosuch\" (42704)\n  \
             hint: The settings of the session come from {place}.",
            lab.old,
            lab.port()
        )
    };
    let options = "-c nosuch=1";
    fails(&lab, with(&lab, "").env("PGOPTIONS", options), 1, &refusal("PGOPTIONS"));
    let given = refusal("`options` in OLD_DATABASE_URL");
    fails(&lab, &mut with(&lab, "options=-c%20nosuch%3D1"), 1, &given);
}

/// As in libpq.
#[test]
fn a_password_file_that_others_may_read_is_passed_over() {
    use std::os::unix::fs::PermissionsExt;

    let lab = Lab::new();
    let role = Role::new(&lab, "s3cret");
    let line = format!("127.0.0.1:{}:*:{}:s3cret\n", lab.port(), role.name);
    let file = lab.write("passwords", &line);
    let url = format!("postgresql://{}@{}/{}", role.name, role.address(), lab.new);
    let set = |mode: u32| {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = status(lab.folder.path());
        command.env("DATABASE_URL", &url).env("OLD_DATABASE_URL", &url);
        run(command.env("PGPASSFILE", &file))
    };
    for mode in [0o600, 0o400, 0o700] {
        let run = set(mode);
        run.ok();
        assert_eq!(run.stderr, "");
    }
    let path = file.display();
    for mode in [0o640, 0o604, 0o660] {
        set(mode).fails(
            1,
            &format!(
                "dev_postgres: the password file {path} is ignored because its group or others can access it\n  \
                 hint: `chmod 600 {path}` removes that access.\n\
                 dev_postgres: cannot connect to the database {} at {}\n  \
                 detail: password missing\n  \
                 hint: Is the server running there? The address comes from OLD_DATABASE_URL.",
                lab.new,
                role.address()
            ),
        );
    }
}
