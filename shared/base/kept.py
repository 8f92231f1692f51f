"""What a process keeps of what it read, for a while."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from shared.base import clock

MOST = 1000

T = TypeVar("T")

_all: list["Kept[Any]"] = []


def forget() -> None:
    """Keep nothing any more (tests)."""
    for kept in _all:
        kept.forget()


class Kept(Generic[T]):
    """Values by name, good for some seconds; the first read go when there are too many. What is absent is not kept.

    Make one for each module that needs it, as it is imported.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds`: so long a value is good."""
        self._seconds = seconds
        self._found: OrderedDict[str, tuple[float, T]] = OrderedDict()
        _all.append(self)

    def get(self, name: str, read: Callable[[], T | None], *, fresh: bool = False) -> T | None:
        """The value that is kept, or what `read` finds: always the latter when `fresh`."""
        kept = None if fresh else self.peek(name)
        if kept is not None:
            return kept
        now = clock.now()
        value = read()
        self.keep(name, value, now)
        return value

    def peek(self, name: str) -> T | None:
        """The value that is kept; None when it has to be read."""
        kept = self._found.get(name)
        return kept[1] if kept and clock.now() - kept[0] < self._seconds else None

    def keep(self, name: str, value: T | None, asked_at: float) -> None:
        """Keep what was found elsewhere, which was asked for then (epoch seconds); None is not kept."""
        self._found.pop(name, None)
        if value is not None:
            self._found[name] = (asked_at, value)
            if len(self._found) > MOST:
                self._found.popitem(last=False)

    def forget(self) -> None:
        """Keep nothing any more."""
        self._found.clear()
