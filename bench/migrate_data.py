"""The shop, from old to new: migrate_data, a bare copy that cleans nothing, and the usual script.

The bare copy moves the same rows from old to tables of the old shape, without a key: what two
psql processes and a pipe take. The usual script is pandas and SQLAlchemy (peers/pandas_shop.py):
read, clean in data frames, to_sql into the same empty schema.
"""

import os
import sys

from side_by_side import ROOT, compare, fresh, ours, run, sql, url

USERS = os.environ.get("USERS", "50000")
PRODUCTS = os.environ.get("PRODUCTS", "2000")
ORDERS = os.environ.get("ORDERS", "300000")
OLD, NEW, RAW, PANDAS = "bench_old", "bench_new", "bench_raw", "bench_pandas"

fresh(OLD)
run(*ours(["populate_old", "--users", USERS, "--products", PRODUCTS, "--orders", ORDERS], OLD, NEW))


def empty_shop(database):
    def prepare():
        fresh(database)
        run(*ours(["migrate_schema", "upgrade"], OLD, database))
    return prepare


def empty_raw():
    fresh(RAW)
    run(f"pg_dump --schema-only -t 'old_*' {OLD} | grep -v 'ADD CONSTRAINT' | grep -v 'ALTER TABLE ONLY' | psql -X -q -d {RAW}", shell=True)


def bare_copy():
    pipe = "psql -X -q -d {0} -c 'COPY {2} TO STDOUT' | psql -X -q -d {1} -c 'COPY {2} FROM STDIN'"
    tables = ["old_users", "old_products", "old_orders"]
    commands = "; ".join(pipe.format(OLD, RAW, table) for table in tables)
    return run(["bash", "-c", "set -e -o pipefail; " + commands])


def pandas_script():
    script = os.path.join(ROOT, "bench", "peers", "pandas_shop.py")
    environment = dict(os.environ, OLD_DATABASE_URL=url(OLD), DATABASE_URL=url(PANDAS))
    return run([sys.executable, script], environment)


medians = compare(
    f"{int(USERS):,} users, {int(PRODUCTS):,} products, {int(ORDERS):,} orders",
    {
        "migrate_data": (empty_shop(NEW), lambda: run(*ours(["migrate_data"], OLD, NEW))),
        "psql COPY | psql COPY": (empty_raw, bare_copy),
        "pandas + SQLAlchemy": (empty_shop(PANDAS), pandas_script),
    },
)
sql(NEW, "ANALYZE")
run(*ours(["verify_data"], OLD, NEW))
rows = int(USERS) + int(PRODUCTS) + int(ORDERS)
print(f"  migrate_data {rows / medians['migrate_data']:,.0f} source rows/s; its result equals the answer key")
