"""Keeping up the copies of how many follow somebody, which a login tells."""

from collections.abc import Iterable, Sequence

from shared.base.consuming import Change
from shared.domains.accounts.store.copies import TOGETHER, copy_numbers


class CopyingService:
    """Copies numbers."""

    @classmethod
    def open(cls) -> "CopyingService":
        """On the stage's tables."""
        return cls()

    def follow(self, changes: Sequence[Change]) -> Iterable[Change]:
        """Copy the numbers of both ends of edges that have changed, of each user once. Safe to repeat.

        The changes with somebody who failed.
        """
        user_ids = list(dict.fromkeys(user_id for change in changes for user_id in _ends(change)))
        failed: set[str] = set()
        for first in range(0, len(user_ids), TOGETHER):
            failed |= copy_numbers(user_ids[first : first + TOGETHER])
        return [change for change in changes if failed & set(_ends(change))]


def _ends(change: Change) -> tuple[str, str]:
    return change.key["follower_id"]["S"], change.key["followed_id"]["S"]
