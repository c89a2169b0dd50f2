"""Revisions, a thousand trivial ones and the library's data move, beside psql and Alembic.

- `current` of a database at a thousand revisions, and `psql -c 'select 1'`, which only connects;
- a thousand revisions of one CREATE TABLE, each in a transaction of its own: psql runs the same DDL from
  one file, without any bookkeeping, and once more the very script of `migrate_schema upgrade --sql`;
- sql/library with ROWS rows (3,000,000): the revision that moves the data, and the same work as one
  plain SQL script: tables without keys, hash joins, keys and indexes after the rows.
"""

import os
import shutil
import subprocess
import sys
import tempfile

from side_by_side import ROOT, compare, fresh, ours, run, sql, url

REVISIONS = int(os.environ.get("REVISIONS", "1000"))
ROWS = os.environ.get("ROWS", "3000000")
ONLY = os.environ.get("ONLY", "current upgrade library").split()
NEW, PSQL, SCRIPT, ALEMBIC = "bench_schema", "bench_schema_psql", "bench_schema_script", "bench_schema_alembic"
FOLDER = tempfile.mkdtemp(prefix="bench_migrate_schema_")
PROJECT = os.path.join(FOLDER, "sql", "thousand")
IDS = [f"{number:012x}" for number in range(1, REVISIONS + 1)]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def ddl(revision):
    return f"CREATE TABLE t_{revision} (id bigint PRIMARY KEY, name text NOT NULL, made timestamptz)"


def projects():
    """The same thousand revisions for each side."""
    plain = ["\\set ON_ERROR_STOP on"]
    for down, revision in zip([None, *IDS], IDS):
        write(f"{PROJECT}/revisions/{revision}_add.sql", f"""-- revision: {revision}
-- down_revision: {down or 'none'}
-- message: add {revision}

-- +upgrade
{ddl(revision)};

-- +downgrade
DROP TABLE t_{revision};
""")
        plain.append(f"BEGIN;\n{ddl(revision)};\nCOMMIT;")
        write(f"{FOLDER}/alembic/versions/{revision}_add.py", f'''"""add {revision}"""
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    op.execute("{ddl(revision)}")


def downgrade():
    op.execute("DROP TABLE t_{revision}")
''')
    write(f"{FOLDER}/plain.sql", "\n".join(plain) + "\n")
    write(f"{FOLDER}/alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\n")
    shutil.copy(os.path.join(ROOT, "bench", "peers", "alembic_env.py"), f"{FOLDER}/alembic/env.py")
    command, environment = schema(["upgrade", "--sql"], SCRIPT)
    script = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    write(f"{FOLDER}/script.sql", script.stdout)


def schema(arguments, database, project=PROJECT):
    return ours(["migrate_schema", *arguments, "--project", project], database, database)


def alembic(*arguments):
    command = [os.path.join(os.path.dirname(sys.executable), "alembic"), "-c", f"{FOLDER}/alembic.ini", *arguments]
    return command, dict(os.environ, DATABASE_URL=url(ALEMBIC))


def psql(database, *arguments):
    return ["psql", "-X", "-q", "-d", database, *arguments]


def empty(database):
    return lambda: fresh(database)


def peak(command, environment):
    """Mebibytes of memory at the most, of a command run once more."""
    child = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command} failed")
    return usage.ru_maxrss / 1024


def current():
    for database, command in ((NEW, schema(["upgrade"], NEW)), (ALEMBIC, alembic("upgrade", "head"))):
        fresh(database)
        run(*command)
    compare(f"current, {REVISIONS:,} revisions", {
        "migrate_schema current": (lambda: None, lambda: run(*schema(["current"], NEW))),
        "psql -c 'select 1'": (lambda: None, lambda: run(psql(NEW, "-c", "select 1"))),
        "alembic current": (lambda: None, lambda: run(*alembic("current"))),
    })


def upgrade():
    compare(f"{REVISIONS:,} revisions applied, a transaction each", {
        "migrate_schema upgrade": (empty(NEW), lambda: run(*schema(["upgrade"], NEW))),
        "psql, the DDL alone": (empty(PSQL), lambda: run(psql(PSQL, "-f", f"{FOLDER}/plain.sql"))),
        "psql, upgrade --sql": (empty(SCRIPT), lambda: run(psql(SCRIPT, "-f", f"{FOLDER}/script.sql"))),
        "alembic upgrade head": (empty(ALEMBIC), lambda: run(*alembic("upgrade", "head"))),
    })
    fresh(NEW)
    fresh(ALEMBIC)
    mine, theirs = peak(*schema(["upgrade"], NEW)), peak(*alembic("upgrade", "head"))
    print(f"  peak memory: migrate_schema {mine:.0f} MiB, alembic {theirs:.0f} MiB")


def library():
    project = os.path.join(ROOT, "sql", "library")
    command, environment = schema(["upgrade", "fd8e"], NEW, project)
    fresh(NEW)
    run(command, dict(environment, ROWS=ROWS))
    fresh(PSQL)
    run(f"pg_dump -t book_reviews_flat {NEW} | psql -X -q -v ON_ERROR_STOP=1 -d {PSQL}", shell=True)
    plain = os.path.join(ROOT, "bench", "peers", "library_split.sql")
    settled = "VACUUM (FREEZE, ANALYZE) book_reviews_flat"

    def undone():
        if subprocess.run(psql(NEW, "-Atc", "SELECT 1 FROM users LIMIT 1"), stdout=subprocess.PIPE).stdout:
            run(*schema(["downgrade", "-1"], NEW, project))
        sql(NEW, settled)
        sql(NEW, "CHECKPOINT")

    def dropped():
        sql(PSQL, "DROP TABLE IF EXISTS reviews, books, users")
        sql(PSQL, settled)
        sql(PSQL, "CHECKPOINT")

    compare(f"library: {int(ROWS):,} flat reviews into three tables", {
        "revision 6b7ea4182d6e": (undone, lambda: run(*schema(["upgrade", "head"], NEW, project))),
        "psql, best plain SQL": (dropped, lambda: run(psql(PSQL, "-v", "ON_ERROR_STOP=1", "-f", plain))),
    })


try:
    projects()
    for part in ONLY:
        {"current": current, "upgrade": upgrade, "library": library}[part]()
finally:
    shutil.rmtree(FOLDER)
