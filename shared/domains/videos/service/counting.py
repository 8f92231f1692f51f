"""Keeping up the copies of numbers that lists show."""

from collections.abc import Sequence

from shared.base.consuming import Change
from shared.domains.videos.store.numbers import TOGETHER, copy_numbers
from shared.domains.videos.store.videos import counted_as


class CopyingService:
    """Copies numbers."""

    @classmethod
    def open(cls) -> "CopyingService":
        """On the stage's tables."""
        return cls()

    def follow(self, changes: Sequence[Change]) -> None:
        """Copy the numbers of the videos that changes of the table `counts` are about, each once. Safe to repeat."""
        subjects = dict.fromkeys(change.key["of"]["S"].rpartition("#")[0] for change in changes)
        video_ids = [subject.removeprefix(counted_as("")) for subject in subjects]
        for first in range(0, len(video_ids), TOGETHER):
            copy_numbers(video_ids[first : first + TOGETHER])
