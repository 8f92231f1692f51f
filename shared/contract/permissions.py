"""Who may call an endpoint."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Identity(StrEnum):
    """What an endpoint demands to know of its caller."""

    PUBLIC = "public"
    OPTIONAL = "optional"
    USER = "user"
    ADMIN = "admin"
    SERVICE = "service"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class CallerRule:
    """Identity and permission that an endpoint asks of its caller.

    fresh    the session is read at each request instead of at most once a minute (credentials, money, roles, deletion)
    joined   fresh, and that in the transaction of what is done, which saves the read: if that writes no session
    recent   seconds that may have passed since the login, 0 for any number: what is dangerous asks for a new one
    live     whether the session must still live; it need not to end it
    by_hand  people do this themselves: an API key cannot
    ours     it is about a session or a password that we keep: who comes with Clerk has neither
    """

    identity: Identity
    permission: str = ""
    fresh: bool = False
    joined: bool = False
    recent: int = 0
    live: bool = True
    by_hand: bool = False
    ours: bool = False

    @property
    def takes_keys(self) -> bool:
        """Whether an API key can say who is calling, or an administrator who acts as them.

        What looks at the login itself takes neither.
        """
        by_hand = self.by_hand or bool(self.recent) or not self.live
        return self.identity in (Identity.OPTIONAL, Identity.USER) and not by_hand


PUBLIC = CallerRule(Identity.PUBLIC)
SIGNATURE = CallerRule(Identity.SIGNATURE)


def optional(permission: str = "", **more: Any) -> CallerRule:
    """Anybody; a bearer token is used when there is one, and a bad one is refused. `more` as for `user`."""
    return CallerRule(Identity.OPTIONAL, permission, **more)


def user(permission: str = "", **more: Any) -> CallerRule:
    """Somebody who is logged in and has the permission; `more` are the other fields of CallerRule."""
    return CallerRule(Identity.USER, permission, **more)


def person(permission: str = "", **more: Any) -> CallerRule:
    """Somebody who logged in themselves and is so still: for credentials, keys, and what cannot be undone."""
    return CallerRule(Identity.USER, permission, fresh=True, by_hand=True, **more)


def admin(**more: Any) -> CallerRule:
    """An administrator who logged in themselves and is one still."""
    return CallerRule(Identity.ADMIN, fresh=True, by_hand=True, **more)


def service(permission: str) -> CallerRule:
    """A service token that names the permission."""
    return CallerRule(Identity.SERVICE, permission)


ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    "viewer": frozenset({"channels:read", "videos:read"}),
    "user": frozenset(
        {"channels:read", "channels:write", "videos:read", "videos:write", "videos:all"}
        | {"comments:write", "reactions:write", "follows:write", "renders:all"}
    ),
    "creator": frozenset(
        {"channels:read", "channels:write", "videos:read", "videos:write", "videos:all"}
        | {"comments:write", "reactions:write", "follows:write", "renders:all", "publishing:write"}
    ),
    "admin": frozenset({"all"}),
    "service": frozenset({"internal:all"}),
}
ADMINISTRATOR = "admin"
PEOPLES_ROLES = tuple(role for role in ROLE_PERMISSIONS if role != "service")


def allows(held: frozenset[str], wanted: str) -> bool:
    """Whether the permissions held cover the one wanted: itself, `<area>:all`, or `all`."""
    area = wanted.partition(":")[0]
    return not wanted or bool(held & {wanted, f"{area}:all", "all"})
