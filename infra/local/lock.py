"""One stack per folder: a lock on `up.pid`, in which stands whose it is: `down` ends it, others name it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO


class TakenError(Exception):
    """Another stack of this folder is running; the message says where, and how it is ended."""


class FolderLock:
    """Held from the start of a stack to its end, by whatever started it; a process that is killed lets go of it."""

    def __init__(self, folder: str) -> None:
        self._path = Path(folder) / "up.pid"
        self._file: IO[str] | None = None

    def take(self, endpoint: str) -> None:
        """Raises TakenError when somebody else has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        if not _lock(file):
            file.close()
            where = self._path.read_text().partition(" ")[2]
            raise TakenError(
                f"a local stack of {self._path.parent} is running already{where and f' at {where}'};"
                " end it with `make down`"
            )
        file.truncate(0)
        file.write(f"{os.getpid()} {endpoint}")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Nothing when it is not held."""
        file, self._file = self._file, None
        if file:
            file.truncate(0)
            file.close()

    def is_free(self) -> bool:
        """Whether nobody holds it."""
        if not self._path.exists():
            return True
        with self._path.open() as file:
            return _lock(file)

    def owner(self) -> int | None:
        """The process that holds it, as far as that is written down yet."""
        number = self._path.read_text().partition(" ")[0]
        return int(number) if number else None


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
