"""Following somebody, and no more. Asked again it is the same answer, and nothing is written."""

from dataclasses import dataclass

from shared.base.errors import ConflictError
from shared.domains.accounts.store.people import LISTED
from shared.domains.follows.errors import OwnFollowError, UserNotFoundError
from shared.domains.follows.model import Following
from shared.domains.follows.rules.seeing import may_be_followed
from shared.domains.follows.store.edges import EdgeStore, Seen

TRIES = 3


@dataclass(frozen=True)
class FollowService:
    """Acts of those who follow."""

    edges: EdgeStore

    @classmethod
    def open(cls) -> "FollowService":
        """On the stage's tables."""
        return cls(EdgeStore())

    def follow(self, follower_id: str, user_id: str) -> Following:
        """Have somebody follow a user: a read and a write. UserNotFoundError, OwnFollowError."""
        return self._make(follower_id, user_id, wanted=True)

    def unfollow(self, follower_id: str, user_id: str) -> Following:
        """The opposite."""
        return self._make(follower_id, user_id, wanted=False)

    def _make(self, follower_id: str, user_id: str, *, wanted: bool) -> Following:
        """Who is refused looks again: the same was done meanwhile, or also undone."""
        if follower_id == user_id:
            raise OwnFollowError
        for _ in range(TRIES):
            seen = self.edges.look(follower_id, user_id, LISTED)
            if seen.person is None or not may_be_followed(seen.person, follows=seen.follows):
                raise UserNotFoundError
            if seen.follows == wanted:
                return Following(wanted, seen.numbers.followers)
            if self._write(follower_id, user_id, seen, wanted=wanted):
                return Following(wanted, seen.numbers.followers + (1 if wanted else -1))
        raise ConflictError("This was changed by another request: try again")

    def _write(self, follower_id: str, user_id: str, seen: Seen, *, wanted: bool) -> bool:
        write = self.edges.add if wanted else self.edges.remove
        return write(follower_id, user_id, seen)
