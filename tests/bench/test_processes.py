"""Memory of processes that were started."""

import os
import subprocess
import sys

import pytest

from bench.processes import PROC, descendants, private_megabytes

CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"


@pytest.mark.skipif(not (PROC / "self" / "smaps_rollup").exists(), reason="only Linux tells")
def test_children_of_children_are_found_and_weighed() -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        found = descendants(os.getpid())
        assert process.pid in found
        assert set() < descendants(process.pid) < found
        assert (private_megabytes() or 0) > 1
        process.communicate(b"\n")
    assert process.pid not in descendants(os.getpid())
