"""Who shows a key: asked at every request that carries one, so it costs as little as can be."""

import functools
import threading
from dataclasses import dataclass

from shared.base import clock, logs
from shared.base.kept import Kept
from shared.contract.permissions import ROLE_PERMISSIONS
from shared.domains.accounts.service.cards import CardService
from shared.domains.keys import rules
from shared.domains.keys.errors import InvalidApiKeyError
from shared.domains.keys.model import ApiKey, Holder
from shared.domains.keys.store import KeyStore, UseStore

KEY_SECONDS = 0.5
"""A key that was revoked is refused after that, at the latest."""
NOTED_SECONDS = 60
"""A last use is written at most once in so many seconds by each process."""
SETTLING_SECONDS = 0.2
"""So long an answer waits at most for a last use that is being written, beside the request itself."""
_keys: Kept[ApiKey] = Kept(KEY_SECONDS)
_noted: Kept[bool] = Kept(NOTED_SECONDS)
_writing: list[threading.Thread] = []


def settle(seconds: float | None = SETTLING_SECONDS) -> None:
    """Wait for last uses that are being written; None is as long as they take."""
    while _writing:
        _writing.pop().join(seconds)


@dataclass(frozen=True)
class HolderService:
    """Who shows a key."""

    keys: KeyStore
    owners: CardService
    uses: UseStore

    @classmethod
    def open(cls) -> "HolderService":
        """On the stage's tables."""
        return cls(KeyStore.open(), CardService.open(), UseStore.open())

    def identify(self, text: str, *, fresh: bool) -> Holder:
        """Who shows a key, as of now when `fresh`. InvalidApiKeyError unless it is good. A use is noted, meanwhile.

        Two calls for a key that this process does not know, or not well enough any more.
        """
        named = rules.named_by(text)
        if named is None:
            raise InvalidApiKeyError
        owner_id, key_id = named
        key = self._opened(owner_id, key_id, rules.hash_of(text), fresh=fresh)
        owner = self.owners.get(owner_id, fresh=fresh)
        if owner is None:
            raise InvalidApiKeyError
        _noted.get(key_id, functools.partial(self._note, key_id))
        held = ROLE_PERMISSIONS.get(owner.role, frozenset())
        return Holder(key_id, owner, rules.within(held, frozenset(key.scopes)))

    def _opened(self, owner_id: str, key_id: str, hashed: str, *, fresh: bool) -> ApiKey:
        """The key that a text opens. It is read anew before a text is refused, since it may just have been rotated."""
        key = _keys.get(f"{owner_id}#{key_id}", functools.partial(self.keys.get, owner_id, key_id), fresh=fresh)
        if key is not None and rules.is_good(key, hashed):
            return key
        if key is None or fresh:
            raise InvalidApiKeyError
        return self._opened(owner_id, key_id, hashed, fresh=True)

    def _note(self, key_id: str) -> bool:
        """Begin to write that a key is used; whatever becomes of it, the request goes on."""
        writer = threading.Thread(target=self._write, args=(key_id, int(clock.now())), daemon=True)
        writer.start()
        _writing.append(writer)
        return True

    def _write(self, key_id: str, now: int) -> None:
        try:
            self.uses.note(key_id, now)
        except Exception as error:  # noqa: BLE001 - nobody is there to catch it, and a use that is not noted harms nobody
            logs.log_exception("the last use of a key was not noted", error, key_id=key_id)
