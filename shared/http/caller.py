"""Who is calling."""

from dataclasses import dataclass

from shared.base.errors import UnauthorizedError
from shared.contract.permissions import ADMINISTRATOR, allows


@dataclass(frozen=True)
class Caller:
    """Who sent a request, as their token or API key says; `user_id` is "" for an anonymous one.

    address  the client's address (IPv6 as its /64)
    service  "service:<name>" of one of our services
    tier     the subscription, which multiplies a user's limits
    key_id   of the API key that the user's program showed; there is no session then
    permissions   of the role, or what is left of them by the scopes of a key
    impersonator  the administrator who acts as the user
    expires_at    when the token that was shown ends, in epoch seconds; 0 where none was
    """

    user_id: str = ""
    email: str = ""
    username: str = ""
    display_name: str = ""
    avatar_url: str = ""
    role: str = ""
    session_id: str = ""
    permissions: frozenset[str] = frozenset()
    address: str = ""
    service: str = ""
    tier: str = "free"
    key_id: str = ""
    impersonator: str = ""
    expires_at: int = 0

    @property
    def known(self) -> bool:
        """Whether something was shown that says who it is."""
        return bool(self.user_id or self.service)

    @property
    def administers(self) -> bool:
        """Whether that is an administrator who logged in: a key of theirs does no more than one of anybody."""
        return self.role == ADMINISTRATOR and not self.key_id

    @property
    def subject(self) -> str:
        """Whose limits and keys apply: the user, the service, or an anonymous caller's address."""
        return self.user_id or self.service or f"address:{self.address}"

    def may(self, permission: str) -> bool:
        """Whether the caller holds a permission."""
        return allows(self.permissions, permission)

    def require_user(self) -> str:
        """The user's id; 401 when nobody is logged in."""
        if not self.user_id:
            raise UnauthorizedError("Log in to do this")
        return self.user_id
