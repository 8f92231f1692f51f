"""Whom an edit concerns: a file below `functions` its own function, anything else all of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from infra.local.assembly import SOURCES, files

_STEPS = "functions/pipeline/"


def source_digests(root: Path) -> dict[str, str]:
    """The hash of each file that functions and jobs carry, by its name from `root`."""
    found = {}
    for path in files(root, *SOURCES):
        try:
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:  # an editor replaces files
            continue
    return found


def concerns(path: str, handler: str) -> bool:
    """Whether an edit of this file changes what the function with this handler does: no Lambda imports another."""
    return not _is_handler(path) or path == handler.rpartition(".")[0].replace(".", "/") + ".py"


def concerns_jobs(path: str) -> bool:
    """Whether an edit of this file changes what jobs do: they run steps."""
    return not _is_handler(path) or path.startswith(_STEPS)


def _is_handler(path: str) -> bool:
    return path.startswith("functions/") and path.endswith(".py") and not path.endswith("/__init__.py")
