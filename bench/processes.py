"""Memory of the processes that this one started, as the kernel counts it."""

import os
from pathlib import Path

PROC = Path("/proc")


def private_megabytes() -> float | None:
    """MB that all descendants of this process hold, what they share counted once (PSS); None where no /proc tells."""
    if not (PROC / "self" / "smaps_rollup").exists():
        return None
    return sum(_proportional(pid) for pid in descendants(os.getpid())) / 1024


def descendants(pid: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (parent := _parent(entry)):
            children.setdefault(parent, []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        found.update(new)
        waiting += new
    return found


def _parent(entry: Path) -> int:
    """0 for a process that has just ended."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _proportional(pid: int) -> int:
    """Kilobytes of one process; a share of what it has in common with others."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
