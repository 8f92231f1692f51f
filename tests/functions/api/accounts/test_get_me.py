"""GET /api/auth/me."""

from functions.api.accounts import edit_profile, get_profile, sync_account
from functions.api.accounts.get_me import handler
from shared.base import counts, tokens
from shared.base.transactions import write_together
from shared.domains.accounts.store.sessions import SessionStore
from tests import jwts
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import user_token
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.accounts.conftest import Register

EXAMPLE = {
    "user": {
        "id": "uuid",
        "username": "string",
        "email": "string",
        "display_name": "string",
        "avatar_url": "string",
        "bio": "string",
        "follower_count": "number",
        "following_count": "number",
        "created_at": "moment",
        "verified": "boolean",
    },
    "profile": {"total_views": "number", "total_videos": "number", "total_likes_received": "number"},
}


def me(**headers: str) -> Answer:
    return call(handler, "GET", "/api/auth/me", headers=headers)


def with_token(token: str) -> Answer:
    return me(authorization=f"Bearer {token}")


def test_the_example_of_the_source(register: Register) -> None:
    made = register().json
    answer = with_token(made["tokens"]["access_token"])
    assert answer.status == 200
    assert differences(EXAMPLE, answer.json) == []
    assert set(answer.json["user"]) == set(EXAMPLE["user"])
    assert answer.json["user"] == {**made["user"], "bio": "", "verified": False}
    assert "password" not in answer.body
    assert "private" in answer.headers["cache-control"]


def test_a_stranger_is_401(stage: Stage) -> None:
    answer = me()
    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_odd_headers_are_401(register: Register) -> None:
    token = register().json["tokens"]["access_token"]
    odd = [
        f"Bearer  {token}",
        f"Bearer {token} {token}",
        f"Bearer {token},Bearer {token}",
        f"Bearer {token}, Bearer {token}",
        f"Bearer{token}",
        f"Basic {token}",
        token,
        "Bearer",
        "Bearer ",
        "Bearer " + "x" * 20_000,
        "Bearer é",
        f"\tBearer {token}",
    ]
    assert [me(authorization=value).status for value in odd] == [401] * len(odd)
    assert call(handler, "GET", "/api/auth/me", query=f"access_token={token}").status == 401
    assert me(cookie=f"access_token={token}").status == 401


def test_other_tokens_are_401(register: Register) -> None:
    made = register().json["tokens"]
    service = tokens.issue_service_token("metrics", frozenset({"internal:metrics"}))
    forged = jwts.parts(jwts.header(alg="none"), jwts.claims()) + "."
    for token in (made["refresh_token"], service, forged):
        answer = with_token(token)
        assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")


def test_an_expired_token_is_401(register: Register, turned_clock: TurnedClock) -> None:
    token = register().json["tokens"]["access_token"]
    turned_clock.advance(900)
    assert with_token(token).status == 401


def test_an_ended_session_is_over_within_a_minute(register: Register, turned_clock: TurnedClock) -> None:
    token = register().json["tokens"]["access_token"]
    assert with_token(token).status == 200
    claims = tokens.verify(token, "access")
    SessionStore.open().end(claims.user_id, claims.session_id)
    turned_clock.advance(60)
    assert with_token(token).status == 401


def test_a_user_who_is_gone_is_401(stage: Stage) -> None:
    answer = with_token(user_token(stage))
    assert (answer.status, answer.error["message"]) == (401, "This account is gone")


def test_a_warm_request_makes_one_call_for_all(stage: Stage, register: Register) -> None:
    token = register().json["tokens"]["access_token"]
    with_token(token)
    before = len(stage.calls)
    with_token(token)
    assert [str(call) for call in stage.calls[before:] if "limits" not in str(call.parameters)] == [
        "dynamodb:BatchGetItem"
    ]


def test_numbers_are_those_that_are_counted(register: Register) -> None:
    made = register().json
    user = f"user#{made['user']['id']}"
    for who in ("one", "two", "three"):
        write_together(counts.adding(user, who, {"followers": 2, "following": 1, "views": 5, "likes": 3}))
    token = made["tokens"]["access_token"]
    told = with_token(token).json
    assert (told["user"]["follower_count"], told["user"]["following_count"]) == (6, 3)
    assert told["profile"] == {"total_views": 15, "total_videos": 0, "total_likes_received": 9}
    others = [
        call(get_profile.handler, "GET", "/api/user/profile", token=token),
        call(edit_profile.handler, "PATCH", "/api/user/profile", {"bio": "New"}, token=token),
        call(sync_account.handler, "POST", "/api/auth/sync", token=token),
    ]
    shown = [(one.json["user"]["follower_count"], one.json["user"]["following_count"]) for one in others]
    assert shown == [(6, 3)] * len(others)
