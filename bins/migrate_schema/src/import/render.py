"""Prints the revisions of an Alembic project, a line of JSON each, parents first: its place in the graph,
and the SQL of both directions as Alembic's offline mode renders it. Takes the path of alembic.ini."""

import io
import json
import os
import sys

ini = os.path.abspath(sys.argv[1])
os.chdir(os.path.dirname(ini))
# As the `alembic` program does; an env.py imports the project's models from there.
sys.path.insert(0, os.getcwd())

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory
from alembic.util import to_tuple

MARK = "-- pgrefit: a revision's own statements begin or end here"
lines, sys.stdout = sys.stdout, sys.stderr  # What an env.py prints is none of ours.


def render(revision, up):
    """What upgrade() or downgrade() of this one file says, without Alembic's own bookkeeping."""
    buffer = io.StringIO()
    config = Config(ini, output_buffer=buffer)
    script = ScriptDirectory.from_config(config)
    revision = script.get_revision(revision)
    make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script

    def steps(_heads, context):
        step = make(script.revision_map, revision)
        own = step.migration_fn

        def marked(**arguments):
            context.impl.static_output(MARK)
            own(**arguments)
            context.impl.static_output(MARK)

        step.migration_fn = marked
        return [step]

    start = revision._versioned_down_revisions if up else (revision.revision,)
    end = (revision.revision,) if up else revision._versioned_down_revisions
    arguments = dict(as_sql=True, starting_rev=start or "base", destination_rev=end or "base")
    with EnvironmentContext(config, script, fn=steps, **arguments):
        script.run_env()
    return buffer.getvalue().split(MARK)[1].strip()


def attempt(revision, up):
    try:
        return {"sql": render(revision, up)}
    except Exception as error:  # Whatever a revision's Python does offline: it is named, and the next one tried.
        words = " ".join(str(error).split())
        return {"failure": f"{type(error).__name__}: {words}" if words else type(error).__name__}


directory = ScriptDirectory.from_config(Config(ini))
for revision in reversed(list(directory.walk_revisions())):
    told = {
        "revision": revision.revision,
        "down": list(revision._versioned_down_revisions),
        "depends_on": list(to_tuple(revision._resolved_dependencies, default=())),
        "labels": list(to_tuple(getattr(revision.module, "branch_labels", None), default=())),
        "message": " ".join((revision.doc or "").split()),
        "upgrade": attempt(revision.revision, True),
        "downgrade": attempt(revision.revision, False),
    }
    print(json.dumps(told), file=lines, flush=True)
