"""The old shop and its answer key: populate_old beside COPY of the finished bytes, and beside Faker.

- COPY: what populate_old made, dumped table by table beforehand, into the same empty tables; by one
  psql after the other, and by two at a time. It has nothing to think up.
- Faker (peers/faker_shop.py, use_weighting=False), which writes the three old tables only, on a shop
  of SLOW_ORDERS orders, since it is so slow. Rows per second of processor are compared, that is per
  core, without what the server does with them: populate_old's wait for it longer than they are made.
"""

import os
import sys
import tempfile

from side_by_side import ROOT, compare, fresh, ours, processor, query, run, url

USERS = int(os.environ.get("USERS", "50000"))
PRODUCTS = int(os.environ.get("PRODUCTS", "2000"))
ORDERS = int(os.environ.get("ORDERS", "300000"))
SLOW = min(1, int(os.environ.get("SLOW_ORDERS", "60000")) / max(1, ORDERS))
OLD, COPIED, FAKED = "bench_old", "bench_copied", "bench_faked"
TABLES = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'truth') ORDER BY pg_table_size(format('%I.%I', schemaname, tablename)::regclass) DESC"


def sizes(share):
    found = {"users": USERS, "products": PRODUCTS, "orders": ORDERS}
    return {name: max(1, int(rows * share)) for name, rows in found.items()}


def populate(share, measure=run):
    arguments = [word for name, rows in sizes(share).items() for word in (f"--{name}", str(rows))]
    return lambda: measure(*ours(["populate_old", *arguments], OLD, OLD))


def same_tables():
    fresh(COPIED)
    run(f"pg_dump --schema-only --no-owner {OLD} | psql -X -q -d {COPIED}", shell=True)


def copy(at_a_time):
    load = f"psql -X -q -d {COPIED} -c \"\\copy {{}} FROM '{{}}.copy'\""
    commands = "\\n".join(load.format(table, os.path.join(scratch, table)) for table in tables)
    return lambda: run(["bash", "-c", f"printf '%b\\n' '{quoted(commands)}' | xargs -P {at_a_time} -d '\\n' -n 1 bash -c"])


def quoted(text):
    return text.replace("\\copy", "\\\\copy").replace("'", "'\\''")


def faked_tables():
    fresh(FAKED)
    run(["psql", "-X", "-q", "-d", FAKED, "-f", "sql/shop/legacy/001_legacy_tables.sql"])


def faker():
    environment = dict(os.environ, OLD_DATABASE_URL=url(FAKED), **{name.upper(): str(rows) for name, rows in sizes(SLOW).items()})
    return processor([sys.executable, os.path.join(ROOT, "bench", "peers", "faker_shop.py")], environment)


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
    fresh(OLD)
    populate(1)()
    tables = query(OLD, TABLES).split()
    for table in tables:
        run(["psql", "-X", "-q", "-d", OLD, "-c", f"\\copy {table} TO '{os.path.join(scratch, table)}.copy'"])
    compare(
        f"{USERS:,} users, {PRODUCTS:,} products, {ORDERS:,} orders and their answer key",
        {
            "populate_old": (lambda: fresh(OLD), populate(1)),
            "psql \\copy, one": (same_tables, copy(1)),
            "psql \\copy, two": (same_tables, copy(2)),
        },
    )
    shares = {"populate_old": 1, "Faker": SLOW}
    found = compare(
        f"seconds of processor, {sum(sizes(1).values()):,} rows and {sum(sizes(SLOW).values()):,} rows",
        {"populate_old": (lambda: fresh(OLD), populate(1, processor)), "Faker": (faked_tables, faker)},
    )
    speed = {name: sum(sizes(share).values()) / found[name] for name, share in shares.items()}
    for name, rows in speed.items():
        print(f"  {name}: {rows:,.0f} rows/s per core")
    print(f"  populate_old {speed['populate_old'] / speed['Faker']:.1f} times Faker")
