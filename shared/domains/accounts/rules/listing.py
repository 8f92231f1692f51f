"""Whom a list of users shows."""

import unicodedata
from dataclasses import dataclass

from shared.domains.accounts.model import ListedUser


@dataclass(frozen=True)
class UserFilter:
    """All that is named must hold; "" lets everybody through. `q` is how a username or an address begins."""

    role: str = ""
    tier: str = ""
    q: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everybody is shown."""
        return not (self.role or self.tier or self.q)

    def lets_through(self, user: ListedUser) -> bool:
        """Whether a user is shown. Letter case does not matter, as in logins."""
        begins = _lower(self.q)
        named = any(_lower(name).startswith(begins) for name in (user.username, user.email))
        return named and self.role in ("", user.role) and self.tier in ("", user.tier)


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip()).lower()
