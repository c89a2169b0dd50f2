"""The shop's two databases: db_backup and db_restore beside pg_dump -Fd and pg_restore, two workers each.

pg_restore checks nothing, leaves tables without statistics and wants a database to be there;
db_restore makes one, compares every table's rows and content with the backup, and runs ANALYZE: for
these createdb and vacuumdb stand on the other side. Peak memory is the largest process of each side,
its children included. ONLY=old or ONLY=new does one shop.
"""

import os
import shutil
import tempfile

from side_by_side import BIN, compare, fresh, memory, ours, run, sql

USERS = os.environ.get("USERS", "30000")
PRODUCTS = os.environ.get("PRODUCTS", "1000")
ORDERS = os.environ.get("ORDERS", "300000")
ONLY = os.environ.get("ONLY", "")
OLD, NEW, BACK = "bench_old", "bench_new", "bench_back"

fresh(OLD)
fresh(NEW)
run(*ours(["populate_old", "--no-truth", "--users", USERS, "--products", PRODUCTS, "--orders", ORDERS], OLD, NEW))
if ONLY != "old":
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

    def dropped():
        sql("postgres", f"DROP DATABASE IF EXISTS {BACK} WITH (FORCE)")

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
                "createdb before it": (dropped, lambda: run(["createdb", "-T", "template0", BACK])),
                "db_restore --jobs 2": (dropped, measured(
                    "db_restore", ours(["db_restore", "latest", "--to", BACK, "--jobs", "2", "--dir", backups], OLD, database))),
            },
        )
        names = ["pg_restore -j2", "createdb before it", "vacuumdb -Z -j2 after it"]
        times = [medians["db_restore --jobs 2"] / sum(medians[name] for name in names[:n]) for n in (1, 2, 3)]
        print("  db_restore {:.2f} times pg_restore, {:.2f} with createdb, {:.2f} with both".format(*times))
        print(f"  peak memory {peaks['db_restore']} MB, pg_restore {peaks['pg_restore']} MB")
    nothing()


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as scratch:
    if ONLY != "new":
        side_by_side(f"the old shop, {int(ORDERS):,} orders", OLD, scratch)
    if ONLY != "old":
        side_by_side("the new shop", NEW, scratch)
