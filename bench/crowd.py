"""The people of the bench's world."""

import importlib
from typing import Any

import pyotp

from shared.base import clock, tokens
from shared.base.ids import new_id
from shared.domains.accounts.model import Session, User
from shared.domains.accounts.rules import passwords
from shared.domains.accounts.rules.mailed import Purpose
from shared.domains.accounts.store.sessions import SessionStore, additions
from shared.domains.accounts.store.users import AccountStore
from shared.domains.keys.model import KeyWish
from shared.domains.keys.service.managing import KeyService
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import service_token, user_token
from tests.clock import TurnedClock
from tests.mailbox import Mailbox
from tests.provider import Provider

PASSWORD = "Correct horse 1"
BUSY = 3
"""Requests after which somebody holds a lease on the general limits."""
MINUTE, NEARLY_OVER = 60, 20
STEP = 0.1
"""Seconds of the turned clock between two requests: a busy caller's pace."""


class People:
    """Somebody who is logged in, others who come by, and the calls that their requests make."""

    def __init__(self, stage: Stage, turned: TurnedClock, provider: Provider) -> None:
        """`stage` runs, `turned` is its clock, and people log in with `provider`."""
        self.stage, self.provider = stage, provider
        self._clock = turned
        self._open_jobs: list[str] = []
        self.newcomers: set[str] = set()
        """Tokens of people who were made for one request about themselves."""
        self.user = User(new_id(), "ada", "ada@example.com", "Ada", clock.timestamp())
        ends = int(clock.now()) + 86400
        session = Session(new_id(), self.user.id, "0" * 64, clock.timestamp(), ends)
        with stage.unrecorded():
            AccountStore.open().create(self.user, passwords.hash_password(PASSWORD, ["pepper"]), *additions(session))
            person = tokens.Person(self.user.id, "ada", self.user.email, "Ada", "", "user")
            self.token = tokens.issue_access_token(person, session.id, session_ends=ends)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.advance(seconds)

    def settle(self) -> None:
        """Begin a minute when this one is nearly over: limits count by the minutes of the clock."""
        left = MINUTE - self._clock.seconds % MINUTE
        if left < NEARLY_OVER:
            self.later(left)

    def ask(self, name: str, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send a request through the handler of functions/api/{name}.py; AssertionError when it does not go well."""
        self._clock.advance(STEP)
        answer = call(importlib.import_module(f"functions.api.{name}").handler, method, path, body, **more)
        assert answer.status < 400, f"{method} {path}: {answer.status} {answer.body[:500]}"
        return answer

    def own(self, name: str, method: str, path: str, body: Any = None) -> Answer:
        """The same, as the user."""
        return self.ask(name, method, path, body, token=self.token)

    def session(self) -> Session:
        """Another session of the user's."""
        made = Session(new_id(), self.user.id, "0" * 64, clock.timestamp(), int(clock.now()) + 86400)
        with self.stage.unrecorded():
            SessionStore.open().begin(made)
        return made

    def administrator(self) -> str:
        """A token of somebody who may do all, and is as busy as the user."""
        token = user_token(self.stage, "admin")
        with self.stage.unrecorded():
            for _ in range(BUSY):
                self.ask("admin.list_audit_entries", "GET", "/api/v1/admin/audit", token=token)
        return token

    def service(self, *permissions: str) -> str:
        """A token of a service."""
        return service_token(self.stage, *permissions)

    def key(self) -> str:
        """An API key of the user's; its id."""
        with self.stage.unrecorded():
            wish = KeyWish("Nightly", ("videos:read",))
            return KeyService.open().create(self.user.id, frozenset({"all"}), wish).key.id

    def register(self) -> Any:
        """Somebody else registers; the answer's JSON."""
        name = f"u{new_id().replace('-', '')[-20:]}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        return self.ask("accounts.register_account", "POST", "/api/auth/register", body).json

    def newcomer(self) -> str:
        """The access token of somebody who has just registered, and is as busy as the user."""
        with self.stage.unrecorded():
            token = str(self.register()["tokens"]["access_token"])
        self.newcomers.add(token)
        return self.busy(token)

    def busy(self, token: str) -> str:
        """The token, of somebody who has asked so much that they hold a lease on the general limits."""
        with self.stage.unrecorded():
            for _ in range(BUSY):
                self.ask("accounts.get_me", "GET", "/api/auth/me", token=token)
        return token

    def enrolled(self) -> tuple[str, str, str]:
        """Somebody who has not confirmed a second factor: access token, a code of the app, a recovery code."""
        with self.stage.unrecorded():
            token = self.newcomer()
            made = self.ask("credentials.enroll_mfa", "POST", "/api/v1/auth/mfa/enroll", token=token).json
        return token, pyotp.TOTP(made["secret"]).at(int(clock.now())), made["recovery_codes"][0]

    def mailed_token(self, purpose: Purpose) -> str:
        """The token of a mail to somebody who has just registered."""
        with self.stage.unrecorded():
            mailbox = Mailbox()
            told = {"purpose": purpose, "email": self.register()["user"]["email"], "asked_id": new_id()}
            assert mailbox.deliver(told), "a mail is due"
        return mailbox.token()
