"""What Clerk reports of its users."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.base import aws, clock, webhooks
from shared.base.logs import log
from shared.domains.accounts.model import ClerkPerson, User
from shared.domains.accounts.rules.profiles import shown_name, shown_picture
from shared.domains.accounts.service.clerk import REFUSALS, ClerkService
from shared.domains.accounts.store.clerk import ClerkStore
from shared.domains.accounts.store.users import AccountStore

SECRET_VARIABLE = "CLERK_WEBHOOK_SECRET"


@dataclass(frozen=True)
class ClerkReportService:
    """Takes reports. What was told later stands, so a report may come twice, or after a later one."""

    links: ClerkStore
    accounts: AccountStore

    @classmethod
    def open(cls) -> "ClerkReportService":
        """On the stage's users."""
        return cls(ClerkStore.open(), AccountStore.open())

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """BadSignatureError for a report that Clerk did not sign. `headers` by lower-case name."""
        brand = "svix" if "svix-id" in headers else "webhook"
        webhooks.verify(aws.secret(SECRET_VARIABLE), headers, body, clock.now(), brand=brand)

    def changed(self, person: ClerkPerson, told_at: int) -> None:
        """Have an account for somebody, and take over their name and picture as of then (milliseconds).

        Whoever cannot have one as they are is told so when they come; Clerk could not help it.
        """
        user = self._account_of(person)
        if user is None:
            return
        name = shown_name(person.name) or user.display_name
        picture = shown_picture(person.image_url) or user.avatar_url
        self.links.tell(person.id, user, name, picture, told_at)

    def _account_of(self, person: ClerkPerson) -> User | None:
        """Theirs, made when there is none; None when they can have none. One call where it has their address."""
        user_id, holder = self.links.known(person.id, person.email)
        if holder:
            return holder
        try:
            user_id = ClerkService(self.links).account_for(person) if user_id is None else user_id
        except REFUSALS as error:
            log("WARNING", "a user of Clerk has no account", clerk_id=person.id, reason=error.name)
            return None
        return self.accounts.user(user_id) if user_id else None

    def deleted(self, clerk_id: str) -> None:
        """Let nobody come as this user any more. The account stays: it may have a password."""
        self.links.forget(clerk_id)
