"""Times whole commands in turn, A B C A B C …, and prints medians and ratios."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BIN = os.path.join(ROOT, "target", "release")
RUNS = int(os.environ.get("RUNS", "3"))


def url(database):
    """The throw-away server's URL of another database."""
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + database


def sql(database, text):
    subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text], check=True,
        env=dict(os.environ, PGOPTIONS="-c client_min_messages=warning"),
    )


def query(database, text):
    """What psql prints of the query's rows."""
    return subprocess.run(
        ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout


def fresh(database, template="template0"):
    sql("postgres", f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    sql("postgres", f"CREATE DATABASE {database} TEMPLATE {template}")


def ours(arguments, old, new, **more):
    """Environment and command line of one of our binaries."""
    environment = dict(os.environ, OLD_DATABASE_URL=url(old), DATABASE_URL=url(new), **more)
    return [os.path.join(BIN, arguments[0]), *arguments[1:]], environment


def run(command, environment=None, shell=False):
    """Seconds of wall time; output is shown only where the command fails."""
    start = time.monotonic()
    done = subprocess.run(
        command, env=environment, shell=shell, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    took = time.monotonic() - start
    if done.returncode != 0:
        last = "\n".join(line[:300] for line in done.stdout.splitlines()[-20:])
        sys.exit(f"{command}\n{last}")
    return took


def processor(command, environment=None):
    """Seconds that the command itself computes, its server's work and its waiting left out."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory(command, environment=None):
    """Seconds of wall time and the peak memory, in MB, of the largest process."""
    with tempfile.NamedTemporaryFile("r") as peak:
        watch = [sys.executable, os.path.join(HERE, "peak.py"), peak.name, *command]
        took = run(watch, environment)
        return took, int(peak.read()) // 1024


def compare(title, sides):
    """`sides`: name → (prepare, work); the first is the one that the others are compared with."""
    times = {name: [] for name in sides}
    for _ in range(RUNS):
        for name, (prepare, work) in sides.items():
            prepare()
            times[name].append(work())
    medians = {name: statistics.median(found) for name, found in times.items()}
    first = next(iter(medians))
    width = max(map(len, medians))
    print(f"{title}; medians of {RUNS} runs, in turn")
    for name, median in medians.items():
        spread = f"{min(times[name]):.2f} to {max(times[name]):.2f}"
        ratio = median / medians[first]
        print(f"  {name:<{width}}  {median:8.2f} s  ({spread})  {ratio:6.2f} times {first}")
    return medians

