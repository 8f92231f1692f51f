"""What a process is doing right now, and for whom: every log line and every audit entry says it.

It holds for one request at a time, and for the threads that are given a copy of it.
"""

from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Context:
    """A request.

    request_id  of the request, or of the invocation
    route       for example "POST /api/auth/login"
    address     where it comes from (IPv6 as its /64)
    actor       who really acts: a user's id, "service:<name>", "" for an anonymous caller
    acting_as   the user whom an administrator acts as, else ""
    key_id      the API key that was shown, else ""
    """

    request_id: str = ""
    route: str = ""
    address: str = ""
    actor: str = ""
    acting_as: str = ""
    key_id: str = ""

    @property
    def user_id(self) -> str:
        """The user in whose name things are done."""
        return self.acting_as or self.actor


_current: ContextVar[Context] = ContextVar("context", default=Context())  # noqa: B039 - it cannot change


def current() -> Context:
    """What is being done now."""
    return _current.get()


def begin(context: Context) -> None:
    """A request begins; what was known of the one before is forgotten."""
    _current.set(context)


def known(**more: str) -> None:
    """Something more is known of the request: fields of Context."""
    _current.set(replace(_current.get(), **more))
