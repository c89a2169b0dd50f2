//! The real Alembic on our databases, ours on Alembic's, and its projects as our files.
//!
//! The first run installs Alembic from PyPI into `target/alembic`; without it these tests fail.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{chain, migrate, revision, table, tables, untimed, versions};
use crate::harness::{Lab, Run, binary_path};

const REQUIREMENTS: [&str; 2] = ["alembic==1.20.1", "psycopg[binary]==3.2.12"];

/// The folder of programs of a virtual environment that has Alembic.
fn programs() -> PathBuf {
    let target = binary_path("migrate_schema");
    let folder = target.parent().and_then(Path::parent).expect("target/release").join("alembic");
    fs::create_dir_all(&folder).expect("a folder");
    let lock = File::create(folder.join("lock")).expect("a file");
    lock.lock().expect("one installs, the others wait");
    let (environment, done) = (folder.join("environment"), folder.join("installed"));
    if fs::read_to_string(&done).is_ok_and(|found| found == REQUIREMENTS.join("\n")) {
        return environment.join("bin");
    }
    let run = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        let said = match &output {
            Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        assert!(
            output.is_ok_and(|output| output.status.success()),
            "Alembic cannot be installed: {} {}\n{said}\n\
             hint: python3 with venv (Debian: python3-venv) and a reachable PyPI are needed once; \
             PIP_INDEX_URL names a mirror",
            program.display(),
            arguments.join(" "),
        );
    };
    let path = environment.to_str().expect("a path in UTF-8");
    run(Path::new("python3"), &["-m", "venv", "--clear", path]);
    let install = ["install", "--quiet", "--disable-pip-version-check"];
    run(&environment.join("bin/pip"), &[install.as_slice(), &REQUIREMENTS].concat());
    fs::write(done, REQUIREMENTS.join("\n")).expect("a file");
    environment.join("bin")
}

/// Alembic's own environment script, as `alembic init` lays it out.
const ENVIRONMENT: &str = r#"
import os
from alembic import context
from sqlalchemy import create_engine

address = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
if context.is_offline_mode():
    context.configure(url=address, literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(address).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"#;

fn alembic(lab: &Lab, arguments: &[&str]) -> Run {
    let mut command = Command::new(programs().join("alembic"));
    command.args(["-c", "peer/alembic.ini"]).args(arguments).current_dir(lab.folder.path());
    command.env("DATABASE_URL", lab.url(&lab.new));
    Run::of(&mut command, &lab.password())
}

/// An Alembic project in the folder `peer`, without revisions.
fn project(lab: &Lab) {
    lab.write("peer/alembic.ini", "[alembic]\nscript_location = %(here)s/scripts\n");
    lab.write("peer/scripts/env.py", ENVIRONMENT);
}

/// A revision in Python; `down` and `more` are Python too.
fn python(lab: &Lab, id: &str, down: &str, more: &str, up: &str, undo: &str) {
    let text = format!(
        "\"\"\"add {id}\"\"\"\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = \"{id}\"\n\
         down_revision = {down}\n{more}\n\n\ndef upgrade():\n    {up}\n\n\ndef downgrade():\n    {undo}\n"
    );
    lab.write(&format!("peer/scripts/versions/{id}_add.py"), &text);
}

/// The same table that [`table`] makes.
fn python_table(lab: &Lab, id: &str, down: &str, more: &str) {
    let up = format!("op.create_table(\"t_{id}\", sa.Column(\"n\", sa.Integer()))");
    python(lab, id, down, more, &up, &format!("op.drop_table(\"t_{id}\")"));
}

#[test]
fn a_database_goes_back_and_forth_between_alembic_and_us() {
    let lab = Lab::new();
    project(&lab);
    chain(&lab, &["aa1", "bb2", "cc3"]);
    table(&lab, "side", "aa1");
    for (id, down) in [("aa1", "None"), ("bb2", "\"aa1\""), ("cc3", "\"bb2\""), ("side", "\"aa1\"")]
    {
        python_table(&lab, id, down, "");
    }

    alembic(&lab, &["upgrade", "aa1"]).ok();
    assert_eq!(migrate(&lab, &["current"]).ok(), "aa1 (branchpoint), add aa1\n");
    let run = migrate(&lab, &["upgrade", "cc3"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 2 revisions applied, head cc3");
    assert_eq!(alembic(&lab, &["current"]).ok(), "cc3 (head)\n");

    alembic(&lab, &["upgrade", "heads"]).ok();
    assert_eq!(versions(&lab), "cc3 side");
    let said = migrate(&lab, &["upgrade", "heads"]);
    assert_eq!(said.ok(), "migrate_schema: nothing to do, heads cc3 and side\n");
    let run = migrate(&lab, &["downgrade", "aa1"]);
    assert_eq!(untimed(run.ok()), "migrate_schema: 3 revisions undone, at aa1");
    assert_eq!(alembic(&lab, &["current"]).ok(), "aa1 (branchpoint)\n");
    alembic(&lab, &["downgrade", "base"]).ok();
    assert_eq!(migrate(&lab, &["upgrade", "heads"]).code, Some(0));
    alembic(&lab, &["downgrade", "base"]).ok();
    assert_eq!(tables(&lab), "");
    assert_eq!(migrate(&lab, &["current"]).ok(), "");
}

#[test]
fn a_database_with_dependencies_means_the_same_to_both() {
    let lab = Lab::new();
    project(&lab);
    table(&lab, "aa1", "none");
    revision(
        &lab,
        "bb2",
        "none\n-- depends_on: aa1",
        "CREATE TABLE t_bb2 (n int);",
        "DROP TABLE t_bb2;",
    );
    table(&lab, "merge", "aa1, bb2");
    python_table(&lab, "aa1", "None", "");
    python_table(&lab, "bb2", "None", "depends_on = \"aa1\"");
    python_table(&lab, "merge", "(\"aa1\", \"bb2\")", "");
    migrate(&lab, &["upgrade", "bb2"]).ok();
    let ours = versions(&lab);
    migrate(&lab, &["downgrade", "base"]).ok();
    alembic(&lab, &["upgrade", "bb2"]).ok();
    assert_eq!(versions(&lab), ours);
    assert_eq!(
        untimed(migrate(&lab, &["upgrade"]).ok()),
        "migrate_schema: 1 revision applied, head merge"
    );
    assert_eq!(alembic(&lab, &["current"]).ok(), "merge (head) (mergepoint)\n");
}

fn import(lab: &Lab, arguments: &[&str]) -> Run {
    let python = programs().join("python");
    let python = python.to_str().expect("a path in UTF-8");
    migrate(lab, &[&["import-alembic", "peer", "--python", python], arguments].concat())
}

/// Everything in the schema, but for the bookkeeping, as pg_dump tells it.
fn catalog(lab: &Lab) -> String {
    super::fingerprint(lab)
}

#[test]
fn an_imported_project_builds_what_alembic_builds() {
    let lab = Lab::new();
    project(&lab);
    lab.write("sql/p/mapping.toml", "");
    python_table(&lab, "aa1", "None", "branch_labels = (\"main\",)");
    python(
        &lab,
        "bb2",
        "\"aa1\"",
        "",
        "op.add_column(\"t_aa1\", sa.Column(\"word\", sa.Text(), server_default=\"it's; 100 %\"))\n    \
         op.bulk_insert(sa.table(\"t_aa1\", sa.column(\"n\", sa.Integer())), [{\"n\": 1}, {\"n\": 2}])",
        "op.drop_column(\"t_aa1\", \"word\")",
    );
    python(
        &lab,
        "cc3",
        "\"bb2\"",
        "",
        "with op.get_context().autocommit_block():\n        \
         op.create_index(\"t_aa1_n\", \"t_aa1\", [\"n\"], postgresql_concurrently=True)",
        "op.drop_index(\"t_aa1_n\", \"t_aa1\")",
    );
    python_table(&lab, "dd4", "None", "depends_on = \"bb2\"");
    python(&lab, "merge", "(\"cc3\", \"dd4\")", "", "pass", "pass");

    let run = import(&lab, &[]);
    assert_eq!(run.ok(), "migrate_schema: wrote 5 revisions to sql/p/revisions\n");
    let written = lab.read("sql/p/revisions/cc3_add_cc3.sql");
    let expected = "-- revision: cc3\n-- down_revision: bb2\n-- branch_labels: none\n-- depends_on: none\n\
                    -- message: add cc3\n-- transaction: off\n\n-- +upgrade\n\
                    CREATE INDEX CONCURRENTLY t_aa1_n ON t_aa1 (n);\n\n-- +downgrade\nDROP INDEX t_aa1_n;\n\n";
    assert_eq!(written, expected);
    assert_eq!(migrate(&lab, &["heads"]).ok(), "merge (head) (mergepoint), add merge\n");

    alembic(&lab, &["upgrade", "heads"]).ok();
    let (theirs, rows) = (catalog(&lab), versions(&lab));
    let said = migrate(&lab, &["upgrade"]);
    assert_eq!(said.ok(), "migrate_schema: nothing to do, head merge\n");
    migrate(&lab, &["downgrade", "base"]).ok();
    assert_eq!(tables(&lab), "");
    migrate(&lab, &["upgrade"]).ok();
    assert_eq!((catalog(&lab), versions(&lab)), (theirs, rows));
    assert_eq!(lab.value(&lab.new, "SELECT string_agg(n::text, ' ' ORDER BY n) FROM t_aa1"), "1 2");

    let again = import(&lab, &[]);
    again.fails(
        2,
        "migrate_schema: sql/p/revisions holds revisions
  hint: Import into a new project: `--project sql/NAME`. Nothing was written.",
    );
}

#[test]
fn what_cannot_be_rendered_is_named_and_stops_where_it_is_run() {
    let lab = Lab::new();
    project(&lab);
    lab.write("sql/p/mapping.toml", "");
    python_table(&lab, "aa1", "None", "");
    python(
        &lab,
        "bb2",
        "\"aa1\"",
        "",
        "sa.inspect(op.get_bind()).get_columns(\"t_aa1\")",
        "raise NotImplementedError(\"one way only\")",
    );
    let run = import(&lab, &[]);
    assert_eq!(
        run.exits(3),
        "migrate_schema: wrote 2 revisions to sql/p/revisions, to be finished by hand where named above\n"
    );
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{run}");
    assert!(
        lines[0].starts_with(
            "migrate_schema: the upgrade of bb2 could not be rendered: NoInspectionAvailable: "
        ),
        "{run}"
    );
    assert_eq!(
        lines[1],
        "migrate_schema: the downgrade of bb2 could not be rendered: NotImplementedError: one way only"
    );
    let stopped = migrate(&lab, &["upgrade"]);
    assert_eq!(stopped.code, Some(1), "{stopped}");
    assert!(
        stopped.stderr.contains(": revision bb2 was not rendered: NoInspectionAvailable: "),
        "{stopped}"
    );
    assert_eq!((tables(&lab).as_str(), versions(&lab).as_str()), ("t_aa1", "aa1"));
}
