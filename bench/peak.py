"""Runs a command and writes the peak memory, in kB, of its largest process into a file."""

import resource
import subprocess
import sys

done = subprocess.run(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(done.returncode)
