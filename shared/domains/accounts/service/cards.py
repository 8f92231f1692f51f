"""Who a user is, for requests that show no token which tells it."""

from dataclasses import dataclass, replace

from shared.base.kept import Kept
from shared.base.settings import setting
from shared.domains.accounts.model import UserCard
from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.accounts.store.cards import CardStore

CARD_SECONDS = 60
"""What somebody was when it was read, they are for so long: as long as a session serves without being read."""

_cards: Kept[UserCard] = Kept(CARD_SECONDS)


@dataclass(frozen=True)
class CardService:
    """Cards of users."""

    cards: CardStore

    @classmethod
    def open(cls) -> "CardService":
        """On the stage's table."""
        return cls(CardStore.open())

    def get(self, user_id: str, *, fresh: bool = False) -> UserCard | None:
        """The card of a user, as of now when `fresh`; None when they are gone."""
        return _cards.get(user_id, lambda: self._read(user_id), fresh=fresh)

    def _read(self, user_id: str) -> UserCard | None:
        found = self.cards.get(user_id)
        return found and replace(found, avatar_url=avatar_address(found.avatar_url, setting("CDN_BASE_URL")))
