"""The shop, from old to new, keys and indexes standing at the end: migrate_data beside its peers.

- `pg_restore -j2` of the finished database: what even a transform that cost nothing would take.
- Set-based SQL as good as we can write it (peers/shop_set_based.sql), inside the one database.
- A psycopg COPY script; SQLAlchemy's ORM; pandas. The last two are so slow that they get a shop of
  at most SLOW_ORDERS orders, and rows per second are compared.
- Plain copies of the old tables, which clean and index nothing: `psql | psql`, pgcopydb, pgloader.

Sizes by USERS, PRODUCTS, ORDERS; PEERS=pg_restore,sql runs only these beside migrate_data.
"""

import os
import shutil
import sys
import tempfile

from side_by_side import ROOT, compare, fresh, memory, ours, query, run, sql, url

USERS = int(os.environ.get("USERS", "50000"))
PRODUCTS = int(os.environ.get("PRODUCTS", "2000"))
ORDERS = int(os.environ.get("ORDERS", "300000"))
SLOW = min(1, int(os.environ.get("SLOW_ORDERS", "100000")) / max(1, ORDERS))
PEERS = os.environ.get("PEERS", "pg_restore,sql,psycopg,copy,pgcopydb,pgloader,orm,pandas").split(",")
TABLES = ["users", "addresses", "categories", "products", "orders", "order_items"]
OLD, NEW, PEER, SMALL = "bench_old", "bench_new", "bench_peer", "bench_small"


def populate(database, share):
    sizes = {"users": USERS, "products": PRODUCTS, "orders": ORDERS}
    arguments = [word for name, rows in sizes.items() for word in (f"--{name}", str(max(1, int(rows * share))))]
    fresh(database)
    run(*ours(["populate_old", "--no-truth", *arguments], database, NEW))


def schema(database):
    def prepare():
        fresh(database)
        run(*ours(["migrate_schema", "upgrade"], OLD, database))
    return prepare


def old_tables_there():
    fresh(PEER, template=OLD)


def old_tables_empty():
    fresh(PEER)
    run(f"pg_dump --schema-only --no-owner -t 'old_*' {OLD} | sed '/ADD CONSTRAINT/d; /ALTER TABLE ONLY/d' | psql -X -q -d {PEER}", shell=True)


def dump_once():
    """Uncompressed, so that the bound has nothing to unpack."""
    if not os.path.exists(dump):
        run(["pg_dump", "-Fd", "-j2", "-Z0", "--exclude-schema=pgrefit", "-f", dump, NEW])
    fresh(PEER)


peaks = {}


def migrate_data(old):
    def work():
        took, peaks[old] = memory(*ours(["migrate_data"], old, NEW))
        return took
    return work


def script(name, old):
    environment = dict(os.environ, OLD_DATABASE_URL=url(old), DATABASE_URL=url(PEER))
    command = [sys.executable, os.path.join(ROOT, "bench", "peers", name)]
    return lambda: run(command, environment)


def plain_copy():
    pipe = "psql -X -q -d {0} -c 'COPY {2} TO STDOUT' | psql -X -q -d {1} -c 'COPY {2} FROM STDIN'"
    commands = "; ".join(pipe.format(OLD, PEER, table) for table in ["old_users", "old_products", "old_orders"])
    return run(["bash", "-c", "set -e -o pipefail; " + commands])


def pgcopydb():
    arguments = ["--table-jobs", "2", "--index-jobs", "2", "--dir", os.path.join(scratch, "pgcopydb"), "--restart", "--not-consistent"]
    return run(["pgcopydb", "clone", "--source", url(OLD), "--target", url(PEER), *arguments])


def pgloader():
    orders = os.path.join(scratch, "shop.load")
    with open(orders, "w") as file:
        # With its defaults it runs out of memory at three million rows.
        file.write(f"LOAD DATABASE FROM {url(OLD)} INTO {url(PEER)} WITH include drop, prefetch rows = 10000;\n")
    return run(["pgloader", orders])


def same_rows(database):
    """The tables in which a peer's rows are not migrate_data's."""
    rows = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} AS t"
    return [table for table in TABLES if query(NEW, rows.format(table)) != query(database, rows.format(table))]


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
    os.chmod(scratch, 0o755)
    dump = os.path.join(scratch, "dump")
    populate(OLD, 1)
    sides = {
        "pg_restore": ("pg_restore -j2 of the result", dump_once, lambda: run(["pg_restore", "-j2", "-d", PEER, dump])),
        "sql": ("set-based SQL", old_tables_there, lambda: run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", PEER, "-f", "bench/peers/shop_set_based.sql"])),
        "psycopg": ("psycopg COPY script", lambda: fresh(PEER), script("psycopg_shop.py", OLD)),
        "copy": ("plain copy: psql | psql", old_tables_empty, plain_copy),
        "pgcopydb": ("plain copy: pgcopydb", lambda: fresh(PEER), pgcopydb),
        "pgloader": ("plain copy: pgloader", lambda: fresh(PEER), pgloader),
    }
    for program in ("pgcopydb", "pgloader"):
        if program in PEERS and not shutil.which(program):
            print(f"{program} is not installed and left out")
            del sides[program]

    made = {}

    def watched(name, work):
        def timed():
            took = work()
            if name in ("sql", "psycopg"):
                made[name] = same_rows(PEER)
            return took
        return timed

    chosen = {title: (prepare, watched(name, work)) for name, (title, prepare, work) in sides.items() if name in PEERS}
    medians = compare(
        f"{USERS:,} users, {PRODUCTS:,} products, {ORDERS:,} orders",
        {"migrate_data": (schema(NEW), migrate_data(OLD)), **chosen},
    )
    speed = (USERS + PRODUCTS + ORDERS) / medians["migrate_data"]
    print(f"  migrate_data {speed:,.0f} source rows/s, {peaks[OLD]} MB at its peak")
    for name, different in made.items():
        verdict = f"other rows in {', '.join(different)}" if different else "the same rows"
        print(f"  {sides[name][0]}: {verdict}")

    slow = {"orm": ("SQLAlchemy ORM script", "orm_shop.py"), "pandas": ("pandas script", "pandas_shop.py")}
    slow = {title: (schema(PEER), script(file, SMALL)) for name, (title, file) in slow.items() if name in PEERS}
    if slow:
        populate(SMALL, SLOW)
        rows = sum(max(1, int(size * SLOW)) for size in (USERS, PRODUCTS, ORDERS))
        found = compare(f"the slow ones, {rows:,} source rows", slow)
        for name, median in found.items():
            print(f"  {name}: {rows / median:,.0f} source rows/s, migrate_data {speed * median / rows:,.0f} times that")
