"""Whom each proof lets in, under each rule: everything that the rest of a request knows of its caller."""

from dataclasses import replace
from typing import Any

import pytest

from shared.base import aws, clock, tokens
from shared.base.errors import ForbiddenError, InvalidTokenError, StepUpError
from shared.base.ids import new_id
from shared.contract.permissions import (
    PUBLIC,
    ROLE_PERMISSIONS,
    SIGNATURE,
    CallerRule,
    admin,
    optional,
    person,
    service,
    user,
)
from shared.contract.resources import USERS
from shared.domains.accounts.model import Session
from shared.domains.accounts.store.clerk import ClerkStore
from shared.domains.accounts.store.sessions import SessionStore
from shared.domains.keys.errors import InvalidApiKeyError
from shared.domains.keys.rules import named_by
from shared.domains.keys.service.managing import KeyService
from shared.http.authenticate import authenticate, session_of
from shared.http.caller import Caller
from shared.http.credentials import NothingShownError
from shared.http.request import ApiRequest
from tests import jwts
from tests.api import event
from tests.aws import Stage, real_name
from tests.callers import Account, account, api_key, service_token, set_role
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.issuer import Issuer

__all__ = ["clerk"]

ADDRESS = "203.0.113.7"
ADA = tokens.Person(new_id(), "ada", "ada@example.com", "Ada L.", "https://a.example/ada", "creator", "pro")
START = 1_800_000_000.0


def request(token: str = "", **more: Any) -> ApiRequest:
    return ApiRequest(event("POST", "/api/things", token=token, **more))


def enter(token: str, rule: CallerRule) -> Caller:
    return authenticate(request(token), rule)


def session(user_id: str = ADA.user_id) -> Session:
    """A session that begins now."""
    begun = Session(new_id(), user_id, "0" * 64, clock.timestamp(), int(clock.now()) + 86400)
    SessionStore.open().begin(begun)
    return begun


def token_of(begun: Session) -> str:
    return tokens.issue_access_token(ADA, begun.id, session_ends=begun.expires_at)


def acting_token(head: Account, user_id: str) -> str:
    """The token with which an administrator acts as somebody."""
    shown = replace(ADA, user_id=user_id)
    return tokens.issue_impersonation_token(shown, head.user_id, tokens.verify(head.token, "access").session_id)


def end(begun: Session) -> None:
    """End a session elsewhere: this process does not hear of it."""
    assert SessionStore.open().end(begun.user_id, begun.id)


def test_an_access_token_tells_all_of_its_user(stage: Stage) -> None:
    begun = session()
    token = token_of(begun)
    assert enter(token, user("publishing:write")) == Caller(
        user_id=ADA.user_id,
        email="ada@example.com",
        username="ada",
        display_name="Ada L.",
        avatar_url="https://a.example/ada",
        role="creator",
        session_id=begun.id,
        permissions=ROLE_PERMISSIONS["creator"],
        address=ADDRESS,
        tier="pro",
        expires_at=jwts.decode(token)[1]["exp"],
    )


def test_a_service_token_tells_the_service_and_what_it_may(stage: Stage) -> None:
    caller = enter(service_token(stage, "internal:jobs"), service("internal:jobs"))
    permissions = frozenset({"internal:jobs"})
    assert caller == Caller(service="service:tester", role="service", permissions=permissions, address=ADDRESS)


def test_a_key_tells_its_owner_and_what_is_left_of_their_permissions(stage: Stage) -> None:
    owner = account(stage)
    key = api_key(stage, owner.user_id, "videos:read", "publishing:write")
    named = named_by(key)
    assert named
    assert enter(key, user("videos:read")) == Caller(
        user_id=owner.user_id,
        username=owner.user_id.replace("-", "")[-20:],
        display_name="Alice",
        avatar_url="https://media.showreel.example/public/avatar.svg",
        role="user",
        permissions=frozenset({"videos:read"}),
        address=ADDRESS,
        key_id=named[1],
    )
    with pytest.raises(ForbiddenError, match="videos:write"):
        enter(key, user("videos:write"))
    with pytest.raises(ForbiddenError, match="cannot do this"):
        enter(key, person())


def test_an_impersonation_token_tells_the_user_and_who_acts(stage: Stage) -> None:
    head, acted = account(stage, "admin"), account(stage)
    acting = acting_token(head, acted.user_id)
    assert enter(acting, user("videos:write")) == Caller(
        user_id=acted.user_id,
        email="ada@example.com",
        username="ada",
        display_name="Ada L.",
        avatar_url="https://a.example/ada",
        role="user",
        permissions=ROLE_PERMISSIONS["user"],
        address=ADDRESS,
        impersonator=head.user_id,
    )


def subscribe(user_id: str, tier: str) -> None:
    """Give somebody another subscription."""
    key, changed = {"pk": {"S": f"user#{user_id}"}}, {"tier": {"Value": {"S": tier}, "Action": "PUT"}}
    aws.client("dynamodb").update_item(TableName=real_name(USERS), Key=key, AttributeUpdates=changed)


def test_a_subscription_is_that_of_the_account_whatever_stands_for_it(clerk: Issuer, stage: Stage) -> None:
    user_id = enter(clerk.token(), user()).user_id
    subscribe(user_id, "enterprise")
    stage.restart()
    shown = [clerk.token(), api_key(stage, user_id, "videos:read"), acting_token(account(stage, "admin"), user_id)]
    assert [enter(token, user()).tier for token in shown] == ["enterprise"] * 3


def test_a_role_that_nobody_knows_may_nothing(clerk: Issuer, stage: Stage) -> None:
    user_id = enter(clerk.token(), user()).user_id
    set_role(stage, user_id, "janitor")
    stage.restart()
    for token in (
        clerk.token(),
        api_key(stage, user_id, "videos:read"),
        acting_token(account(stage, "admin"), user_id),
    ):
        assert enter(token, user()).permissions == frozenset()
        with pytest.raises(ForbiddenError, match="videos:read"):
            enter(token, user("videos:read"))


def test_a_token_of_clerk_tells_the_account_that_it_leads_to(clerk: Issuer, stage: Stage) -> None:
    token = clerk.token()
    caller = enter(token, user("videos:write"))
    assert caller.user_id
    assert caller == Caller(
        user_id=caller.user_id,
        username="user_ada",
        display_name="User_Ada",
        avatar_url=caller.avatar_url,
        role="user",
        session_id="sess_user_ada",
        permissions=ROLE_PERMISSIONS["user"],
        address=ADDRESS,
        expires_at=jwts.decode(token)[1]["exp"],
    )
    with pytest.raises(ForbiddenError, match="Clerk keeps"):
        enter(clerk.token(), user(ours=True))


@pytest.mark.parametrize("rule", [PUBLIC, SIGNATURE])
def test_where_nobody_is_asked_nothing_that_is_shown_is_looked_at(stage: Stage, rule: CallerRule) -> None:
    assert enter("e30.e30.e30", rule) == Caller(address=ADDRESS)
    assert stage.calls == []


def test_who_shows_nothing_is_let_in_where_that_is_allowed(stage: Stage) -> None:
    assert enter("", optional()) == Caller(address=ADDRESS)
    for rule in (user(), admin(), service("internal:jobs")):
        with pytest.raises(NothingShownError):
            enter("", rule)


def test_only_administrators_pass_for_one_and_only_services_for_theirs(stage: Stage) -> None:
    head, somebody = account(stage, "admin"), account(stage)
    assert enter(head.token, admin()).user_id == head.user_id
    with pytest.raises(ForbiddenError, match="for administrators"):
        enter(somebody.token, admin())
    with pytest.raises(ForbiddenError, match="internal:jobs"):
        enter(service_token(stage, "internal:metrics"), service("internal:jobs"))
    for token in (head.token, api_key(stage, head.user_id, "videos:read")):
        with pytest.raises(InvalidTokenError):
            enter(token, service("internal:jobs"))
    with pytest.raises(InvalidTokenError):
        enter(service_token(stage, "all"), user())


def test_a_login_counts_as_recent_up_to_the_second(stage: Stage, turned_clock: TurnedClock) -> None:
    turned_clock.seconds = START
    token = token_of(session())
    turned_clock.advance(300)
    assert enter(token, user(recent=300))
    with pytest.raises(StepUpError):
        enter(token, user(recent=299))
    turned_clock.advance(1)
    assert enter(token, user())
    with pytest.raises(StepUpError):
        enter(token, user(recent=300))


def test_a_session_that_ended_elsewhere_is_found_out_by_who_asks_afresh(stage: Stage) -> None:
    begun = session()
    token = token_of(begun)
    assert enter(token, user())
    end(begun)
    assert enter(token, user()), "for a minute"
    with pytest.raises(InvalidTokenError, match="has ended"):
        enter(token, user(fresh=True))
    assert enter(token, user(live=False)).session_id == begun.id, "to end what has ended"
    with pytest.raises(InvalidTokenError, match="has ended"):
        enter(token, user())


def test_a_lowered_role_of_a_keys_owner_is_found_out_by_who_asks_afresh(stage: Stage) -> None:
    owner = account(stage, "creator")
    key = api_key(stage, owner.user_id, "publishing:write")
    assert enter(key, user("publishing:write"))
    set_role(stage, owner.user_id, "viewer")
    assert enter(key, user("publishing:write")), "for a minute"
    with pytest.raises(ForbiddenError):
        enter(key, user("publishing:write", fresh=True))


def test_a_key_that_was_deleted_is_found_out_by_who_asks_afresh(stage: Stage, turned_clock: TurnedClock) -> None:
    owner = account(stage)
    key = api_key(stage, owner.user_id, "videos:read")
    named = named_by(key)
    assert named
    assert enter(key, user())
    KeyService.open().delete(*named)
    assert enter(key, user()), "for half a second"
    with pytest.raises(InvalidApiKeyError):
        enter(key, user(fresh=True))


@pytest.fixture
def known(clerk: Issuer, stage: Stage) -> Account:
    """Somebody who has come with Clerk before, with a token that is good for long."""
    token = clerk.token(exp=int(clock.now()) + 3600)
    return Account(enter(token, user()).user_id, token)


def test_an_account_that_is_gone_is_found_out_by_who_asks_afresh(known: Account, stage: Stage) -> None:
    set_role(stage, known.user_id, "viewer")
    assert enter(known.token, user()).role == "user", "for a minute"
    assert enter(known.token, user(fresh=True)).role == "viewer"
    set_role(stage, known.user_id, "")
    with pytest.raises(InvalidTokenError, match="account is gone"):
        enter(known.token, user(fresh=True))


def test_whom_clerk_has_no_more_is_found_out_by_who_asks_afresh(known: Account) -> None:
    before = enter(known.token, user())
    ClerkStore.open().forget("user_ada")
    assert enter(known.token, user()) == before, "for a minute"
    with pytest.raises(InvalidTokenError, match="account is gone"):
        enter(known.token, user(fresh=True))


def test_a_factor_that_clerk_saw_long_ago_is_not_recent(clerk: Issuer, stage: Stage) -> None:
    assert enter(clerk.token(fva=[4, -1]), user(recent=300))
    with pytest.raises(StepUpError):
        enter(clerk.token(fva=[6, -1]), user(recent=300))


def test_the_session_of_a_request_is_that_of_its_access_token_alone(clerk: Issuer, stage: Stage) -> None:
    begun = session()
    refresh = tokens.issue_refresh_token(
        new_id(), user_id=ADA.user_id, session_id=begun.id, session_ends=begun.expires_at
    )
    assert session_of(request(token_of(begun))) == begun.id
    assert session_of(request(clerk.token())) == "sess_user_ada"
    others = [request(), request("e30.e30.e30"), request(refresh), request(api_key(stage, ADA.user_id, "videos:read"))]
    assert [session_of(other) for other in [*others, request(headers={"authorization": "Basic YTpi"})]] == [""] * 5
