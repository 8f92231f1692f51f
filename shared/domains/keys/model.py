"""API keys: what a program shows instead of a person who logs in."""

from dataclasses import dataclass

from shared.domains.accounts.model import UserCard


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept: of its text there is a beginning, to tell it from others, and a hash.

    prefix          the beginning of the text, the same after each rotation
    secret_hash     SHA-256 of the whole text
    expires_at      epoch seconds; 0 is never
    previous_hash   of the text before the last rotation, which is good until `previous_until` (epoch seconds)
    """

    owner_id: str
    id: str
    name: str
    scopes: tuple[str, ...]
    prefix: str
    secret_hash: str
    created_at: str
    expires_at: int = 0
    rotated_at: str = ""
    previous_hash: str = ""
    previous_until: int = 0


@dataclass(frozen=True)
class KeyWish:
    """A key that somebody wants to have. `expires_at` in epoch seconds, None is never."""

    name: str
    scopes: tuple[str, ...]
    expires_at: int | None = None


@dataclass(frozen=True)
class MadeKey:
    """A key with its text, which is told this once."""

    key: ApiKey
    text: str


@dataclass(frozen=True)
class ListedKey:
    """A key, and when it was last used (epoch seconds, to the minute; 0 is never)."""

    key: ApiKey
    used_at: int


@dataclass(frozen=True)
class Holder:
    """Whoever shows a key that is good: its owner, with the permissions that both the key and the owner have."""

    key_id: str
    owner: UserCard
    permissions: frozenset[str]
