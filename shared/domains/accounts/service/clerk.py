"""Users of Clerk and their accounts: found, and made at first sight by the one function that may make them."""

import secrets
from dataclasses import dataclass

from shared.base import aws, clock
from shared.base.clerk_tokens import ClerkClaims, verify
from shared.base.errors import UnavailableError
from shared.base.ids import new_id
from shared.base.kept import Kept
from shared.domains.accounts.errors import AddressTakenError, NoAddressError
from shared.domains.accounts.model import User
from shared.domains.accounts.rules.clerk import shown_name, shown_picture
from shared.domains.accounts.rules.names import email_problems, made_username, username_problems
from shared.domains.accounts.store.clerk import EMAIL, ClerkStore

LINK_SECONDS = 60
TRIES = 8
INVOKE_SECONDS = 10

_links: Kept[str] = Kept(LINK_SECONDS)


@dataclass(frozen=True)
class ClerkService:
    """Which account belongs to a user of Clerk."""

    store: ClerkStore

    @classmethod
    def open(cls) -> "ClerkService":
        """On the stage's table."""
        return cls(ClerkStore.open())

    def account_of(self, token: str, claims: ClerkClaims, *, fresh: bool = False) -> str:
        """The account of whoever shows a verified token; at first sight it is made. One call, two then."""
        found = _links.get(claims.subject, lambda: self.store.linked(claims.subject), fresh=fresh)
        return found or self._have_admitted(token)

    def admit(self, token: str) -> str:
        """The account of a token's user, made or linked when there is none; the same for all who ask at once.

        An account that has the address already is linked when Clerk and we both have seen it verified: whoever holds
        the address owns both. AddressTakenError otherwise; NoAddressError when the token names none.
        """
        claims = verify(token)
        for attempt in range(TRIES):
            if found := self.store.linked(claims.subject):
                return found
            user = _newcomer(claims, is_renamed=attempt > 0)
            hindered = self.store.create(claims.subject, user)
            if hindered is None:
                return user.id
            if hindered.number == EMAIL:
                self._link(claims, hindered.user)
        raise UnavailableError("Too many people register at this moment")

    def _link(self, claims: ClerkClaims, holder: User | None) -> None:
        if holder is None or not (claims.email_verified and holder.email_verified):
            raise AddressTakenError
        self.store.link(claims.subject, holder.id)

    @staticmethod
    def _have_admitted(token: str) -> str:
        """Ask the function that may make accounts; it looks at the token itself."""
        answer = aws.invoke("ADMIT_CLERK_USER_FUNCTION", {"token": token}, INVOKE_SECONDS)
        if answer.get("refused") == AddressTakenError.name:
            raise AddressTakenError
        if answer.get("refused") == NoAddressError.name:
            raise NoAddressError
        return str(answer["user_id"])


def _newcomer(claims: ClerkClaims, *, is_renamed: bool) -> User:
    if email_problems(claims.email):
        raise NoAddressError
    name = claims.username
    if is_renamed or username_problems(name):
        name = made_username(claims.email, secrets.randbelow(10_000))
    return User(
        id=new_id(),
        username=name,
        email=claims.email.strip(),
        display_name=shown_name(claims.name) or name,
        created_at=clock.timestamp(),
        avatar_url=shown_picture(claims.image_url),
        email_verified=claims.email_verified,
    )
