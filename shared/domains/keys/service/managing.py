"""What people do with their API keys."""

from dataclasses import dataclass

from shared.base import audit, clock
from shared.base.audit import Action
from shared.base.errors import ConflictError
from shared.base.ids import new_id
from shared.domains.keys import rules
from shared.domains.keys.errors import KeyNotFoundError, TooManyKeysError
from shared.domains.keys.model import ApiKey, KeyWish, ListedKey, MadeKey
from shared.domains.keys.store import KeyStore, UseStore

TRIES = 3


@dataclass(frozen=True)
class KeyService:
    """The keys of somebody who asks for them."""

    keys: KeyStore
    uses: UseStore

    @classmethod
    def open(cls) -> "KeyService":
        """On the stage's tables."""
        return cls(KeyStore.open(), UseStore.open())

    def list_keys(self, owner_id: str) -> list[ListedKey]:
        """All keys of an owner, expired ones too, the latest first. Two calls."""
        found = self.keys.of(owner_id)
        used = self.uses.of(key.id for key in found)
        return [ListedKey(key, used.get(key.id, 0)) for key in reversed(found)]

    def create(self, owner_id: str, held: frozenset[str], wish: KeyWish) -> MadeKey:
        """Make a key for somebody who holds these permissions.

        InvalidKeyWishError for broken rules, TooManyKeysError when they have as many as they may.
        """
        wanted = rules.checked(wish, held)
        key_id = new_id()
        text = rules.new_text(owner_id, key_id)
        key = ApiKey(
            owner_id=owner_id,
            id=key_id,
            name=wanted.name,
            scopes=wanted.scopes,
            prefix=rules.prefix_of(text),
            secret_hash=rules.hash_of(text),
            created_at=clock.timestamp(),
            expires_at=wanted.expires_at or 0,
        )
        told = audit.entry(Action.API_KEY_CREATED, key_id, name=key.name, scopes=" ".join(sorted(key.scopes)))
        if not self.keys.add(key, rules.MOST_KEYS, told):
            raise TooManyKeysError(rules.MOST_KEYS)
        return MadeKey(key, text)

    def rotate(self, owner_id: str, key_id: str, grace_seconds: int) -> MadeKey:
        """Give a key a new text. The one before is good for the grace, the one before that no more."""
        text = rules.new_text(owner_id, key_id)
        until = int(clock.now()) + grace_seconds
        told = audit.entry(Action.API_KEY_ROTATED, key_id, grace_seconds=str(grace_seconds))
        for _ in range(TRIES):
            key = self.keys.get(owner_id, key_id)
            if key is None:
                raise KeyNotFoundError
            if rotated := self.keys.rotate(key, rules.hash_of(text), until, told):
                return MadeKey(rotated, text)
        raise ConflictError("The key is being rotated by other requests: list the keys, and try again")

    def delete(self, owner_id: str, key_id: str) -> None:
        """Revoke a key for good."""
        if not self.keys.remove(owner_id, key_id, audit.entry(Action.API_KEY_DELETED, key_id)):
            raise KeyNotFoundError
