"""Keeping up the copies of numbers that lists show."""

from collections.abc import Iterable, Sequence

from shared.base.consuming import Change
from shared.domains.videos.store.numbers import TOGETHER, copy_numbers
from shared.domains.videos.store.videos import counted_as


class CopyingService:
    """Copies numbers."""

    @classmethod
    def open(cls) -> "CopyingService":
        """On the stage's tables."""
        return cls()

    def follow(self, changes: Sequence[Change]) -> Iterable[Change]:
        """Copy the numbers of the videos that changes of the table `counts` are about, each once. Safe to repeat.

        The changes of videos that failed.
        """
        video_ids = list(dict.fromkeys(map(_video_id, changes)))
        failed: set[str] = set()
        for first in range(0, len(video_ids), TOGETHER):
            failed |= copy_numbers(video_ids[first : first + TOGETHER])
        return [change for change in changes if _video_id(change) in failed]


def _video_id(change: Change) -> str:
    return change.key["of"]["S"].rpartition("#")[0].removeprefix(counted_as(""))
