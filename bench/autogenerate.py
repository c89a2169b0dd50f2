"""Autogenerate on TABLES tables (1,000) of twelve objects each, beside pg_dump, Alembic, pg-delta and migra.

- reading a whole schema: `migrate_schema dump -` and `pg_dump -s`, which print the same thing; and how long it is until
  the catalogs are read, before a plan is made of them;
- ten columns added: `check` compares, with the shadow database's load; `revision --autogenerate` also proves
  up and down on a clone; Alembic compares its models;
- the difference of two live databases: `migrate_schema diff`, @supabase/pg-delta (npm), migra (SQLAlchemy < 2).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

from side_by_side import ROOT, compare, fresh, memory, ours, run, sql, url

TABLES = int(os.environ.get("TABLES", "1000"))
ONLY = os.environ.get("ONLY", "read change diff").split()
BEFORE, AFTER = "bench_autogenerate", "bench_autogenerate_after"
FOLDER = tempfile.mkdtemp(prefix="bench_autogenerate_")
PROJECT = os.path.join(FOLDER, "sql", "wide")
PG_DELTA, MIGRA = "1.0.0-alpha.34", "3.0.1663481299"
NODE, PYTHON = os.path.join(ROOT, "target", "bench-node"), os.path.join(ROOT, "target", "bench-migra")


def ddl(number, wider):
    """Table, six columns, key, foreign key, check, two indexes."""
    more = ",\n    added text" if wider and number % (TABLES // 10) == 0 else ""
    parent = f"t{number - 1:04}" if number else "t0000"
    return f"""CREATE TABLE t{number:04} (
    id bigint PRIMARY KEY,
    parent_id bigint CONSTRAINT t{number:04}_parent_fkey REFERENCES {parent} (id),
    name varchar(100) NOT NULL,
    amount numeric(12, 2) DEFAULT 0,
    status text NOT NULL DEFAULT 'new',
    made timestamptz NOT NULL DEFAULT now(){more},
    CONSTRAINT t{number:04}_amount_check CHECK (amount >= 0)
);
CREATE INDEX t{number:04}_parent_idx ON t{number:04} (parent_id);
CREATE INDEX t{number:04}_name_idx ON t{number:04} (lower(name)) WHERE status = 'new';
"""


MODELS = f'''
from sqlalchemy import *
metadata = MetaData()
for number in range({TABLES}):
    name, parent = f"t{{number:04}}", f"t{{max(number - 1, 0):04}}"
    columns = [
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("parent_id", BigInteger, ForeignKey(f"{{parent}}.id", name=f"{{name}}_parent_fkey")),
        Column("name", String(100), nullable=False),
        Column("amount", Numeric(12, 2), server_default=text("0")),
        Column("status", Text, nullable=False, server_default="new"),
        Column("made", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ]
    if number % ({TABLES} // 10) == 0:
        columns.append(Column("added", Text))
    table = Table(name, metadata, *columns, CheckConstraint("amount >= 0", name=f"{{name}}_amount_check"))
    Index(f"{{name}}_parent_idx", table.c.parent_id)
    Index(f"{{name}}_name_idx", func.lower(table.c.name), postgresql_where=table.c.status == "new")
'''

ENV = '''
import os
from alembic import context
from sqlalchemy import create_engine
from models import metadata
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
'''


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def prepare():
    for database, wider in ((BEFORE, False), (AFTER, True)):
        path = f"{FOLDER}/{database}.sql"
        write(path, "BEGIN;\n" + "".join(ddl(number, wider) for number in range(TABLES)) + "COMMIT;\n")
        fresh(database)
        run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", path])
        sql(database, "VACUUM ANALYZE")
    for start in range(0, TABLES, 100):
        tables = "".join(ddl(number, True) for number in range(start, min(start + 100, TABLES)))
        write(f"{PROJECT}/schema/{start // 100:03}_tables.sql", tables)
    write(f"{FOLDER}/alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = %(here)s\n")
    write(f"{FOLDER}/models.py", MODELS)
    write(f"{FOLDER}/alembic/env.py", ENV)
    write(f"{FOLDER}/alembic/script.py.mako", "revision = ${repr(up_revision)}\ndown_revision = None\n\ndef upgrade():\n    ${upgrades}\n")
    os.makedirs(f"{FOLDER}/alembic/versions", exist_ok=True)


def peers():
    """pg-delta by npm, migra in an environment of its own, as it needs an older SQLAlchemy."""
    if not os.path.exists(f"{NODE}/node_modules/.bin/pgdelta"):
        os.makedirs(NODE, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit", f"@supabase/pg-delta@{PG_DELTA}"], cwd=NODE, check=True)
    if not os.path.exists(f"{PYTHON}/bin/migra"):
        subprocess.run([sys.executable, "-m", "venv", PYTHON], check=True)
        subprocess.run([f"{PYTHON}/bin/pip", "install", "--quiet", f"migra=={MIGRA}", "SQLAlchemy<2", "psycopg2-binary", "setuptools<81"], check=True)


def schema(arguments):
    command, environment = ours(["migrate_schema", *arguments, "--project", PROJECT], BEFORE, BEFORE)
    return command, dict(environment, AFTER_URL=url(AFTER))


def timed(command, environment=None, codes=(0,), expected=None):
    """Seconds of wall time of a command that may end with one of these codes and says this."""
    start = time.monotonic()
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    took = time.monotonic() - start
    if done.returncode not in codes or (expected and done.stdout.count(expected) != 10):
        # The URLs among the arguments hold the throw-away server's password.
        sys.exit(f"{command[0]}: exit code {done.returncode}\n{done.stdout[-2000:]}")
    return took


def nothing():
    return None


def written(folder):
    """Throws away what the run before wrote."""
    def prepare():
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    return prepare


def extraction():
    """Seconds until the transaction ends in which the catalogs are read."""
    command, environment = schema(["dump", "-"])
    took, start = None, time.monotonic()
    running = subprocess.Popen(
        command, env=dict(environment, ENABLE_QUERY_LOGGING="1"), cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    for line in running.stderr:
        if line.endswith("  ROLLBACK\n"):
            took = time.monotonic() - start
    if running.wait() != 0 or took is None:
        sys.exit("migrate_schema dump - did not read the catalogs")
    return took


def read():
    compare(f"reading {TABLES:,} tables of twelve objects each", {
        "pg_dump -s": (nothing, lambda: run(["pg_dump", "-s", "-d", BEFORE])),
        "migrate_schema dump -": (nothing, lambda: run(*schema(["dump", "-"]))),
        "of which the catalogs": (nothing, extraction),
    })
    _, mine = memory(*schema(["dump", "-"]))
    _, theirs = memory(["pg_dump", "-s", "-d", BEFORE])
    print(f"  peak memory: migrate_schema {mine} MB, pg_dump {theirs} MB")


def change():
    alembic = os.path.join(os.path.dirname(sys.executable), "alembic")
    revision = [alembic, "-c", f"{FOLDER}/alembic.ini", "revision", "--autogenerate", "-m", "ten columns"]
    environment = dict(os.environ, DATABASE_URL=url(BEFORE), PYTHONPATH=FOLDER)
    versions = f"{FOLDER}/alembic/versions"

    def alembic_run():
        took = timed(revision, environment)
        [written_file] = [name for name in os.listdir(versions) if name.endswith(".py")]
        with open(f"{versions}/{written_file}", encoding="utf-8") as file:
            if file.read().count("op.add_column") != 10:
                sys.exit("alembic did not see ten columns")
        return took

    compare("ten columns added", {
        "alembic revision --autogenerate": (written(versions), alembic_run),
        "migrate_schema check, which compares": (written(f"{PROJECT}/revisions"), lambda: timed(*schema(["check"]), codes=(3,), expected="+ column")),
        "migrate_schema revision --autogenerate, proved": (written(f"{PROJECT}/revisions"), lambda: timed(*schema(["revision", "--autogenerate", "-m", "ten columns"]), expected="+ column")),
    })


def diff():
    peers()
    delta = [f"{NODE}/node_modules/.bin/pgdelta", "plan", "--source", url(BEFORE), "--desired", url(AFTER), "--out", f"{FOLDER}/plan.json"]
    migra = [f"{PYTHON}/bin/migra", "--unsafe", url(BEFORE), url(AFTER)]
    mine = schema(["diff", "DATABASE_URL", "AFTER_URL"])
    compare("the difference of two live databases", {
        f"pg-delta {PG_DELTA}": (nothing, lambda: timed(delta)),
        f"migra {MIGRA}": (nothing, lambda: timed(migra, codes=(2,), expected="add column")),
        "migrate_schema diff": (nothing, lambda: timed(*mine, expected="ADD COLUMN")),
    })
    for name, command, environment in (("migrate_schema", *mine), ("pg-delta", delta, None)):
        _, peak = memory(command, environment)
        print(f"  peak memory: {name} {peak} MB")


try:
    prepare()
    for part in ONLY:
        {"read": read, "change": change, "diff": diff}[part]()
finally:
    shutil.rmtree(FOLDER)
