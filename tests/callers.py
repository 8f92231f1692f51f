"""People and services with their tokens and keys, as the product issues them, without the HTTP that leads to them."""

from dataclasses import dataclass

from shared.base import aws, clock, tokens
from shared.base.ids import new_id
from shared.contract.resources import USERS
from shared.domains.accounts.model import Session, User
from shared.domains.accounts.service.sessions import SessionService
from shared.domains.accounts.store.sessions import SessionStore, additions
from shared.domains.accounts.store.users import AccountStore
from shared.domains.keys.model import KeyWish
from shared.domains.keys.service.managing import KeyService
from tests.aws import Stage, real_name

LONG = 1440
"""Minutes that tokens live which a whole module shows."""


def user_token(stage: Stage, role: str = "user", user_id: str = "") -> str:
    """The access token of a user whose session is live; a new user unless one is named."""
    with stage.unrecorded():
        who, ends = user_id or new_id(), int(clock.now()) + 86400
        session = Session(new_id(), who, "0" * 64, clock.timestamp(), ends)
        SessionStore.open().begin(session)
        person = tokens.Person(who, "alice", "alice@example.com", "Alice", "", role)
        return tokens.issue_access_token(person, session.id, session_ends=ends, minutes=LONG)


@dataclass(frozen=True)
class Account:
    """Somebody who is registered and logged in."""

    user_id: str
    token: str


def account(stage: Stage, role: str = "user") -> Account:
    """Somebody new."""
    user_id = new_id()
    name = user_id.replace("-", "")[-20:]
    user = User(user_id, name, f"{name}@example.com", "Alice", clock.timestamp(), role=role)
    session = Session(new_id(), user_id, "0" * 64, clock.timestamp(), int(clock.now()) + 86400)
    with stage.unrecorded():
        AccountStore.open().create(user, "v1$none$none", *additions(session))
    return Account(user_id, user_token(stage, role, user_id))


def api_key(stage: Stage, owner_id: str, *scopes: str) -> str:
    """A new API key of somebody's, whoever may give it these scopes."""
    with stage.unrecorded():
        return KeyService.open().create(owner_id, frozenset({"all"}), KeyWish("A test", scopes)).text


def set_role(stage: Stage, user_id: str, role: str) -> None:
    """Give somebody another role, or take them away altogether: ""."""
    key = {"pk": {"S": f"user#{user_id}"}}
    with stage.unrecorded():
        users = aws.client("dynamodb")
        if role:
            changed = {"role": {"Value": {"S": role}, "Action": "PUT"}}
            users.update_item(TableName=real_name(USERS), Key=key, AttributeUpdates=changed)
        else:
            users.delete_item(TableName=real_name(USERS), Key=key)


def revive(stage: Stage, token: str) -> None:
    """Have the session of a token live, whatever requests have done to it."""
    with stage.unrecorded():
        claims = tokens.verify(token, "access")
        session = Session(claims.session_id, claims.user_id, "0" * 64, clock.timestamp(), claims.expires_at)
        SessionStore.open().begin(session)
        SessionService.forget()


def service_token(stage: Stage, *permissions: str) -> str:
    """A token of a service that holds the permissions."""
    with stage.unrecorded():
        return tokens.issue_service_token("tester", frozenset(permissions))
