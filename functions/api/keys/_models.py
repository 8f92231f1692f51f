"""What the endpoints of API keys say and hear."""

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from shared.base import clock
from shared.domains.keys import rules
from shared.domains.keys.model import ApiKey, KeyWish, ListedKey
from shared.http.framework import BaseModel

Scope = Annotated[str, StringConstraints(max_length=50)]


class KeyRequest(BaseModel):
    """A key that one wants to have. A scope is a permission that its owner has, such as `videos:read`."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=rules.NAME_LENGTH)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=rules.MOST_SCOPES)]
    expires_at: AwareDatetime | None = None

    def wish(self) -> KeyWish:
        """In the words of the domain."""
        return KeyWish(self.name, tuple(self.scopes), int(self.expires_at.timestamp()) if self.expires_at else None)


class RotationRequest(BaseModel):
    """For how long the text before shall be good; 0 when it has leaked."""

    model_config = ConfigDict(extra="forbid")

    grace_seconds: Annotated[int, Field(ge=0, le=rules.MOST_GRACE_SECONDS)] = rules.GRACE_SECONDS


class Key(BaseModel):
    """A key. `prefix` is how its text begins."""

    id: str
    name: str
    prefix: str
    scopes: Annotated[list[str], Field(max_length=rules.MOST_SCOPES)]
    created_at: str
    expires_at: str | None
    rotated_at: str | None

    @staticmethod
    def fields(key: ApiKey) -> dict[str, object]:
        """What is told of every key."""
        return {
            "id": key.id,
            "name": key.name,
            "prefix": key.prefix,
            "scopes": list(key.scopes),
            "created_at": key.created_at,
            "expires_at": _moment(key.expires_at),
            "rotated_at": key.rotated_at or None,
        }


class OwnKey(Key):
    """A key in the list. `last_used_at` is exact to the minute."""

    last_used_at: str | None
    previous_works_until: str | None

    @classmethod
    def of(cls, listed: ListedKey) -> "OwnKey":
        """The key of the domain, in the words of the API."""
        until = listed.key.previous_until
        told = {"last_used_at": _moment(listed.used_at), "previous_works_until": until_of(until)}
        return cls.model_validate({**cls.fields(listed.key), **told})


def until_of(previous_until: int) -> str | None:
    """Until when the text before a rotation is good; None when it is not any more."""
    return _moment(previous_until) if previous_until > clock.now() else None


def _moment(seconds: int) -> str | None:
    return clock.timestamp(seconds) if seconds else None
