"""Session tokens of Clerk: whose account they lead to, what they may, and what they cost."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.accounts import get_me, sync_account
from functions.api.keys import list_api_keys
from functions.api.sessions import change_password, log_out
from shared.base import aws
from shared.contract.resources import AUDIT, USERS
from shared.domains.accounts.service.cards import CARD_SECONDS
from shared.domains.accounts.store.clerk import ClerkStore
from tests.api import Answer, call, call_in_a_thread
from tests.aws import Stage, real_name
from tests.callers import account, set_role
from tests.clerk import clerk
from tests.clock import TurnedClock
from tests.issuer import Issuer
from tests.shared.http import things

__all__ = ["clerk"]


def me(token: str, ask: Any = call, **more: Any) -> Answer:
    answer: Answer = ask(get_me.handler, "GET", "/api/auth/me", token=token, **more)
    return answer


def accounts(stage: Stage) -> list[str]:
    return [row["pk"]["S"] for row in stage.rows(USERS) if row["pk"]["S"].startswith("user#")]


def test_at_first_sight_the_account_is_made(clerk: Issuer, stage: Stage) -> None:
    answer = me(clerk.token())
    assert answer.status == 200, answer.body
    user = answer.json["user"]
    assert (user["username"], user["email"]) == ("user_ada", "user_ada@example.com")
    assert (user["display_name"], user["avatar_url"]) == ("User_Ada", "https://img.clerk.example/user_ada")
    assert me(clerk.token(sid="sess_other")).json["user"]["id"] == user["id"]
    assert len(accounts(stage)) == 1
    assert "password_hash" not in json.dumps(stage.rows(USERS))


def test_twenty_first_sights_at_once_are_one_account(clerk: Issuer, stage: Stage) -> None:
    token = clerk.token()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: me(token, call_in_a_thread), range(20)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["user"]["id"] for answer in answers}) == 1
    assert len(accounts(stage)) == 1


def verify_address(stage: Stage, *names: str) -> None:
    set_attribute(stage, "email_verified", {"BOOL": True}, *names)


def set_attribute(stage: Stage, attribute: str, value: dict[str, Any], *names: str) -> None:
    with stage.unrecorded():
        for name in names:
            aws.client("dynamodb").update_item(
                TableName=real_name(USERS),
                Key={"pk": {"S": name}},
                UpdateExpression=f"SET {attribute} = :value",
                ExpressionAttributeValues={":value": value},
            )


def test_an_account_with_the_same_verified_address_is_linked(clerk: Issuer, stage: Stage) -> None:
    known = account(stage)
    email = me(known.token).json["user"]["email"]
    verify_address(stage, f"user#{known.user_id}", f"email#{email}")
    assert me(clerk.token(email=email)).json["user"]["id"] == known.user_id
    assert len(accounts(stage)) == 1


@pytest.mark.parametrize(("ours", "theirs"), [(False, True), (True, False), (False, False)])
def test_an_address_that_is_not_proven_on_both_sides_links_nothing(
    clerk: Issuer, stage: Stage, ours: bool, theirs: bool
) -> None:
    known = account(stage)
    email = me(known.token).json["user"]["email"]
    if ours:
        verify_address(stage, f"user#{known.user_id}", f"email#{email}")
    before = stage.rows(USERS)
    answer = me(clerk.token(email=email, email_verified=theirs))
    assert answer.status == 401
    assert "verify the address" in answer.error["message"]
    assert stage.rows(USERS) == before


def test_an_account_with_a_second_factor_is_not_entered_by_clerk(clerk: Issuer, stage: Stage) -> None:
    known = account(stage)
    email = me(known.token).json["user"]["email"]
    names = (f"user#{known.user_id}", f"email#{email}")
    verify_address(stage, *names)
    set_attribute(stage, "mfa_secret", {"S": "sealed"}, *names)
    before = stage.rows(USERS)
    answer = me(clerk.token(email=email))
    assert answer.status == 401
    assert "second factor" in answer.error["message"]
    assert stage.rows(USERS) == before


def test_a_second_factor_that_comes_between_hinders_the_link(clerk: Issuer, stage: Stage) -> None:
    known = account(stage)
    email = me(known.token).json["user"]["email"]
    verify_address(stage, f"user#{known.user_id}", f"email#{email}")
    set_attribute(stage, "mfa_secret", {"S": "sealed"}, f"user#{known.user_id}")
    assert not ClerkStore.open().link("user_ada", known.user_id), "the row by address was read a moment before"
    assert [row["pk"]["S"] for row in stage.rows(USERS) if row["pk"]["S"].startswith("clerk#")] == []


def test_what_clerk_keeps_is_ended_and_changed_there(clerk: Issuer) -> None:
    token = clerk.token()
    assert me(token).status == 200
    body = {"current_password": "x", "new_password": "Another horse 2!"}
    asked = (
        call(log_out.handler, "POST", "/api/v1/auth/logout", token=token),
        call(change_password.handler, "POST", "/api/v1/auth/change-password", body, token=token),
    )
    assert [(answer.status, "Clerk keeps" in answer.error["message"]) for answer in asked] == [(403, True)] * 2


def test_links_are_told_in_the_audit_trail(clerk: Issuer, stage: Stage) -> None:
    user_id = me(clerk.token()).json["user"]["id"]
    [told] = stage.rows(AUDIT)
    assert (told["action"], told["target"], told["actor"]) == (
        {"S": "identity.linked"},
        {"S": user_id},
        {"S": user_id},
    )


def test_a_taken_username_is_no_hindrance(clerk: Issuer) -> None:
    assert me(clerk.token("user_ada")).json["user"]["username"] == "user_ada"
    other = me(clerk.token("user_eve", username="USER_ADA")).json["user"]
    assert other["username"].startswith("user_eve_")
    assert me(clerk.token("user_bob", username="no/name")).json["user"]["username"].startswith("user_bob_")


def test_a_token_that_names_no_address_makes_no_account(clerk: Issuer, stage: Stage) -> None:
    answer = me(clerk.token(email=None))
    assert answer.status == 401
    assert "names no e-mail address" in answer.error["message"]
    assert stage.rows(USERS) == []
    assert me(clerk.token()).status == 200
    assert me(clerk.token(email=None, sid="sess_2")).status == 200, "who has an account needs none"


def test_a_warm_request_asks_as_much_as_one_with_our_token(
    clerk: Issuer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    import jwt

    known, token = account(stage), clerk.token()
    for shown in (known.token, token, token):
        me(shown)
    asked = len(clerk.asked)
    monkeypatch.delattr(jwt, "decode")
    made = [stage.calls_of(lambda shown=shown: me(shown)) for shown in (known.token, token)]  # type: ignore[misc]
    ours, theirs = ([one for one in calls if one != "dynamodb:UpdateItem"] for calls in made)
    assert ours == theirs, "leases aside"
    assert me(token).status == 200, "a token that is known needs no signature"
    assert len(clerk.asked) == asked


def test_case_10_a_lowered_role_and_an_account_that_is_gone(
    clerk: Issuer, stage: Stage, turned_clock: TurnedClock
) -> None:
    token = clerk.token(exp=int(time.time()) + 3600)
    user_id = me(token).json["user"]["id"]
    assert call(things.list_things_handler, "GET", "/api/v1/admin/things", token=token).status == 403
    set_role(stage, user_id, "admin")
    turned_clock.advance(CARD_SECONDS)
    assert call(things.list_things_handler, "GET", "/api/v1/admin/things", token=token).status == 200
    set_role(stage, user_id, "")
    fresh = call(list_api_keys.handler, "GET", "/api/v1/api-keys", token=token)
    assert fresh.status == 401, "where it matters at once"
    turned_clock.advance(CARD_SECONDS)
    assert me(token).status == 401


def test_what_asks_for_a_recent_login_looks_at_the_age_of_the_factor(clerk: Issuer) -> None:
    from shared.contract.permissions import user
    from shared.http.authenticate import authenticate
    from shared.http.request import ApiRequest
    from tests.api import event

    def ask(**claims: Any) -> str:
        try:
            sent = event("POST", "/api/v1/users/me", token=clerk.token(**claims))
            return authenticate(ApiRequest(sent), user(recent=600)).session_id
        except Exception as error:  # noqa: BLE001 - the test looks at its name
            return type(error).__name__

    assert ask(fva=[9, -1]) == "sess_user_ada"
    assert ask(fva=[11, -1]) == ask(fva=[-1, -1]) == ask(fva=None) == ask(fva="0") == "StepUpError"


def test_sync_takes_over_name_and_picture(clerk: Issuer, stage: Stage) -> None:
    def sync(token: str) -> Answer:
        return call(sync_account.handler, "POST", "/api/auth/sync", token=token)

    first = sync(clerk.token()).json["user"]
    changed = sync(clerk.token(name="Countess Ada", image_url="https://img.clerk.example/new", email="x@example.com"))
    assert changed.status == 200
    assert changed.json["user"]["id"] == first["id"]
    assert changed.json["user"]["display_name"] == "Countess Ada"
    assert changed.json["user"]["avatar_url"] == "https://img.clerk.example/new"
    assert changed.json["user"]["email"] == first["email"]
    rows = [row for row in stage.rows(USERS) if "display_name" in row]
    assert {row["display_name"]["S"] for row in rows} == {"Countess Ada"}
    odd: list[dict[str, Any]] = [{"name": None, "image_url": None}, {"name": " ", "image_url": "javascript:alert(1)"}]
    for claims in odd:
        assert sync(clerk.token(**claims)).json["user"]["display_name"] == "Countess Ada"
    own = account(stage)
    assert sync(own.token).json["user"]["display_name"] == "Alice"
