"""Users of Clerk and their accounts: found, and made at first sight by the one function that may make them."""

from dataclasses import dataclass

from shared.base import aws
from shared.base.clerk_tokens import ClerkClaims, verify
from shared.base.errors import InvalidTokenError, UnavailableError
from shared.base.kept import Kept
from shared.domains.accounts.errors import AddressGuardedError, AddressTakenError, NoAddressError
from shared.domains.accounts.model import ClerkPerson, Credentials, User
from shared.domains.accounts.rules.names import email_problems, username_problems
from shared.domains.accounts.rules.profiles import shown_name, shown_picture
from shared.domains.accounts.service.newcomers import newcomer
from shared.domains.accounts.store.clerk import EMAIL, ClerkStore

LINK_SECONDS = 60
TRIES = 8
INVOKE_SECONDS = 10

REFUSALS = (AddressTakenError, AddressGuardedError, NoAddressError)
"""Why somebody with a good token gets no account."""

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
        if found == "":
            raise InvalidTokenError("This account is gone")
        return found or self._have_admitted(token)

    def admit(self, token: str) -> str:
        """The account of a token's user, made or linked when there is none; the same for all who ask at once.

        An account that has the address already is linked when Clerk and we both have seen it verified: whoever holds
        the address owns both, unless a second factor guards ours. Else one of REFUSALS.
        """
        return self.account_for(person_of(verify(token)))

    def account_for(self, person: ClerkPerson) -> str:
        """The same for a person of whom Clerk told; "" for one that Clerk has no more."""
        for attempt in range(TRIES):
            found = self.store.linked(person.id)
            if found is not None:
                return found
            user = _newcomer(person, is_renamed=attempt > 0)
            hindered = self.store.create(person.id, user)
            if hindered is None:
                return user.id
            if hindered.number == EMAIL:
                self._link(person, hindered.holder)
        raise UnavailableError("Too many people register at this moment")

    def _link(self, person: ClerkPerson, holder: Credentials | None) -> None:
        if holder is None or not (person.email_verified and holder.user.email_verified):
            raise AddressTakenError
        if holder.mfa_secret:
            raise AddressGuardedError
        self.store.link(person.id, holder.user.id)

    @staticmethod
    def _have_admitted(token: str) -> str:
        """Ask the function that may make accounts; it looks at the token itself."""
        answer = aws.invoke("ADMIT_CLERK_USER_FUNCTION", {"token": token}, INVOKE_SECONDS)
        for refusal in REFUSALS:
            if answer.get("refused") == refusal.name:
                raise refusal
        if not answer["user_id"]:
            raise InvalidTokenError("This account is gone")
        return str(answer["user_id"])


def person_of(claims: ClerkClaims) -> ClerkPerson:
    """Who shows a token."""
    return ClerkPerson(
        claims.subject, claims.email, claims.email_verified, claims.username, claims.name, claims.image_url
    )


def _newcomer(person: ClerkPerson, *, is_renamed: bool) -> User:
    if email_problems(person.email):
        raise NoAddressError
    is_good = not is_renamed and not username_problems(person.username)
    return newcomer(
        person.email,
        person.username if is_good else "",
        name=shown_name(person.name),
        picture=shown_picture(person.image_url),
        email_verified=person.email_verified,
    )
