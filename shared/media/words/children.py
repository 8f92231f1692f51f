"""Asks a child process that may hang or break: one that hears what strangers recorded."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from shared.media.runner import python_environment

ROOT = Path(__file__).parents[3]


class ChildError(Exception):
    """The child broke, was ended by a limit or took too long."""


def ask(module: str, arguments: list[str], told: bytes, *, wall_seconds: float, python: str = "") -> Any:
    """What `python -m module arguments` prints as JSON when it is told something on its standard input.

    `python` is another interpreter than this one. ChildError when it does not answer in time, or not at all.
    """
    ours = [str(ROOT), *(path for path in sys.path if path and path != str(ROOT))]
    path = os.pathsep.join(ours) if not python else str(ROOT)
    child = subprocess.Popen(
        [python or sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**python_environment(), "PYTHONPATH": path},
        cwd="/",
        process_group=0,
    )
    with child:
        try:
            out, _ = child.communicate(told, timeout=wall_seconds)
        except subprocess.TimeoutExpired:
            raise ChildError(f"{module} did not answer within {wall_seconds:.0f} s") from None
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
    try:
        return json.loads(out)
    except ValueError:
        raise ChildError(f"{module} ended with {child.returncode}") from None
