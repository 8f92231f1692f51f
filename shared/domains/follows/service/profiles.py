"""Profiles of other people."""

from dataclasses import dataclass

from shared.domains.accounts.store.people import PROFILE
from shared.domains.follows.errors import UserNotFoundError
from shared.domains.follows.model import Shown
from shared.domains.follows.rules.seeing import sees_profile
from shared.domains.follows.store.edges import EdgeStore, Found, Keys


@dataclass(frozen=True)
class PersonService:
    """People as others see them."""

    edges: EdgeStore

    @classmethod
    def open(cls) -> "PersonService":
        """On the stage's tables."""
        return cls(EdgeStore())

    def view(self, user_id: str, reader: str, others: Keys) -> tuple[Shown, Found]:
        """Somebody's profile, and items of other tables, in one call; `others` as for `read_together`.

        UserNotFoundError when there is nobody, and for whom `reader` ("" for an anonymous one) may not see.
        """
        seen = self.edges.look(reader, user_id, PROFILE, others)
        if seen.person is None or not sees_profile(seen.person, reader, follows=seen.follows):
            raise UserNotFoundError
        return Shown(seen.person, seen.numbers), seen.others
