"""The shop's two databases: db_backup and db_restore beside pg_dump -Fd and pg_restore, two workers each.

pg_restore checks nothing and leaves tables without statistics; db_restore compares every table's
rows and content with the backup, and runs ANALYZE, for which vacuumdb stands on the other side.
Peak memory is the largest process of each side, its children included.
"""

import os
import shutil
import tempfile

from side_by_side import BIN, compare, fresh, memory, ours, run, sql

USERS = os.environ.get("USERS", "30000")
PRODUCTS = os.environ.get("PRODUCTS", "1000")
ORDERS = os.environ.get("ORDERS", "300000")
OLD, NEW, BACK = "bench_old", "bench_new", "bench_back"

fresh(OLD)
fresh(NEW)
run(*ours(["populate_old", "--no-truth", "--users", USERS, "--products", PRODUCTS, "--orders", ORDERS], OLD, NEW))
for step in (["migrate_schema", "upgrade"], ["migrate_data"], ["apply_sql"]):
    run(*ours(step, OLD, NEW))
for database in (OLD, NEW):
    sql(database, "VACUUM ANALYZE")


def size(folder):
    found = 0
    for place, _, names in os.walk(folder):
        found += sum(os.path.getsize(os.path.join(place, name)) for name in names)
    return found


def side_by_side(title, database, scratch):
    backups, dump = os.path.join(scratch, "backups"), os.path.join(scratch, "dump")

    def nothing():
        shutil.rmtree(backups, ignore_errors=True)
        shutil.rmtree(dump, ignore_errors=True)

    peaks = {}

    def measured(name, command):
        def work():
            took, peaks[name] = memory(*command)
            return took
        return work

    compare(
        f"backup of {title}",
        {
            "pg_dump -Fd -j2 -Z6": (lambda: shutil.rmtree(dump, ignore_errors=True), measured(
                "pg_dump", (["pg_dump", "-Fd", "-j2", "-Z6", "-f", dump, database], None))),
            "db_backup --jobs 2": (lambda: shutil.rmtree(backups, ignore_errors=True), measured(
                "db_backup", ours(["db_backup", "--jobs", "2", "--dir", backups], OLD, database))),
        },
    )
    ratio = size(backups) / size(dump)
    print(f"  size {ratio:.3f} times pg_dump's; peak memory {peaks['db_backup']} MB, pg_dump {peaks['pg_dump']} MB")

    if os.path.exists(os.path.join(BIN, "db_restore")):
        medians = compare(
            f"restore of {title}",
            {
                "pg_restore -j2": (lambda: fresh(BACK), measured(
                    "pg_restore", (["pg_restore", "-j2", "-d", BACK, dump], None))),
                "vacuumdb -Z -j2 after it": (lambda: None, lambda: run(["vacuumdb", "-Z", "-j2", "-q", BACK])),
                "db_restore --jobs 2": (lambda: sql("postgres", f"DROP DATABASE IF EXISTS {BACK} WITH (FORCE)"), measured(
                    "db_restore", ours(["db_restore", "latest", "--to", BACK, "--jobs", "2", "--dir", backups], OLD, database))),
            },
        )
        peers = medians["pg_restore -j2"] + medians["vacuumdb -Z -j2 after it"]
        print(f"  db_restore {medians['db_restore --jobs 2'] / peers:.2f} times both")
        print(f"  peak memory {peaks['db_restore']} MB, pg_restore {peaks['pg_restore']} MB")
    nothing()


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
    side_by_side(f"the old shop, {int(ORDERS):,} orders", OLD, scratch)
    side_by_side("the new shop", NEW, scratch)
