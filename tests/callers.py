"""Tokens of people and services, as the product issues them, without the HTTP and the password that lead to them."""

from shared.base import clock, tokens
from shared.base.ids import new_id
from shared.domains.accounts.model import Session
from shared.domains.accounts.store.sessions import SessionStore
from tests.aws import Stage


def user_token(stage: Stage, role: str = "user", user_id: str = "") -> str:
    """The access token of a user whose session is live; a new user unless one is named."""
    with stage.unrecorded():
        who, ends = user_id or new_id(), int(clock.now()) + 86400
        session = Session(new_id(), who, "0" * 64, clock.timestamp(), ends)
        SessionStore.open().begin(session)
        person = tokens.Person(who, "alice", "alice@example.com", "Alice", "", role)
        return tokens.issue_access_token(person, session.id, session_ends=ends)


def service_token(stage: Stage, *permissions: str) -> str:
    """A token of a service that holds the permissions."""
    with stage.unrecorded():
        return tokens.issue_service_token("tester", frozenset(permissions))
