"""API keys as callers show them: where, what they may do, and what a warm request with one costs."""

import json
from typing import Any

import pytest

from functions.api.accounts import get_me
from functions.api.jobs import list_jobs
from functions.api.operations import get_admin_health
from functions.api.videos import get_video
from shared.base import clock
from shared.contract.resources import LIMITS
from shared.domains.accounts.service.cards import CARD_SECONDS
from shared.domains.keys import rules
from shared.domains.keys.model import KeyWish
from shared.domains.keys.service import showing
from shared.domains.keys.service.managing import KeyService
from shared.domains.keys.store import UseStore
from shared.http import limiting
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key, set_role, user_token
from tests.clock import TurnedClock
from tests.shared.http import things

ME = "/api/auth/me"


@pytest.fixture
def somebody(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv("RATE_SCALE", "1000")
    return account(stage)


@pytest.fixture
def key(stage: Stage, somebody: Account) -> str:
    return api_key(stage, somebody.user_id, "videos:read")


def me(token: str = "", **more: Any) -> Answer:
    return call(get_me.handler, "GET", ME, token=token, **more)


def with_header(key: str, **more: Any) -> Answer:
    return me(headers={"x-api-key": key}, **more)


def codes(answer: Answer) -> list[str]:
    return [detail["code"] for detail in answer.error["details"]]


def test_either_header_will_do(key: str, somebody: Account) -> None:
    assert me(key).json["user"]["id"] == somebody.user_id
    answer = with_header(key)
    assert answer.json["user"]["id"] == somebody.user_id
    assert answer.headers["cache-control"] == "private, no-store"
    assert "X-API-Key" in answer.headers["vary"]


def test_details_say_what_is_wrong(key: str, somebody: Account) -> None:
    studio = {"handler": list_jobs.handler, "method": "GET", "path": "/api/v1/jobs"}
    assert codes(me()) == ["MISSING_AUTH_HEADER"]
    assert call(**studio).error["code"] == "AUTH_REQUIRED"
    assert codes(me(headers={"authorization": f"Basic {key}"})) == ["INVALID_AUTH_FORMAT"]
    assert codes(with_header(key, token=somebody.token)) == ["INVALID_AUTH_FORMAT"]
    assert codes(with_header(key, token=key)) == ["INVALID_AUTH_FORMAT"]
    assert codes(with_header(somebody.token)) == ["INVALID_API_KEY"]
    assert codes(with_header("")) == ["INVALID_API_KEY"]
    wrong = call(**studio, headers={"x-api-key": key[:-1]})
    assert (wrong.status, wrong.error["code"], codes(wrong)) == (401, "INVALID_TOKEN", ["INVALID_API_KEY"])


def test_case_9_odd_keys_are_401_and_ask_nobody(key: str, somebody: Account, stage: Stage) -> None:
    unknown = rules.new_text(somebody.user_id, somebody.user_id)
    mistyped = key[:60] + ("1" if key[60] == "0" else "0") + key[61:]
    odd = [key[:-1], key + "0", key.swapcase(), mistyped, f"{key},{key}", f"{key} {key}", "showreel_", "é"]
    odd += [f"showreel_{'x' * 20_000}", f" {key}", f"{key}\n"]
    me(somebody.token)
    before = len(stage.calls)
    assert [with_header(text).status for text in odd] == [401] * len(odd)
    assert not [one for one in stage.calls[before:] if one.operation == "GetItem"]
    assert with_header(unknown).status == 401
    other_secret = rules.new_text(*(rules.named_by(key) or ("", "")))
    assert with_header(other_secret).status == 401, "the names in a key prove nothing"


def test_case_36_a_key_in_the_address_is_refused(key: str, somebody: Account) -> None:
    for query in (f"api_key={key}", f"a=1&token={key}", key, key.replace("_", "%5F"), key.replace("s", "%73", 1)):
        assert me(query=query).status == 401
        answer = me(somebody.token, query=query)
        assert (answer.status, codes(answer)) == (401, ["INVALID_AUTH_FORMAT"]), "whatever else is shown"
    watching = call(get_video.handler, "GET", f"/api/videos/{key}", parameters={"video_id": key})
    assert watching.status == 401


def test_case_36_scopes_are_checked_route_by_route(stage: Stage, somebody: Account, key: str) -> None:
    jobs = api_key(stage, somebody.user_id, "renders:read")
    missing = {"video_id": "01900000-0000-7000-8000-000000000001"}
    path = "/api/videos/01900000-0000-7000-8000-000000000001"
    assert call(list_jobs.handler, "GET", "/api/v1/jobs", token=jobs).status == 200
    refused = call(list_jobs.handler, "GET", "/api/v1/jobs", token=key)
    assert (refused.status, refused.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert call(get_video.handler, "GET", path, token=key, parameters=missing).status == 404
    assert call(get_video.handler, "GET", path, token=jobs, parameters=missing).status == 403


def test_what_only_people_or_services_may_is_out_of_reach(stage: Stage) -> None:
    key = api_key(stage, account(stage, "admin").user_id, "videos:all")
    assert call(things.list_things_handler, "GET", "/api/v1/admin/things", token=key).status == 403
    assert call(things.count_things_handler, "GET", "/internal/things", token=key).status == 401
    assert call(get_admin_health.handler, "GET", "/api/v1/admin/health", headers={"x-api-key": key}).status == 401


def test_a_lowered_role_lowers_the_key(stage: Stage, somebody: Account, turned_clock: TurnedClock) -> None:
    key = api_key(stage, somebody.user_id, "renders:all", "videos:read")
    jobs = {"method": "GET", "path": "/api/v1/jobs", "token": key}
    assert call(list_jobs.handler, **jobs).status == 200
    set_role(stage, somebody.user_id, "viewer")
    turned_clock.advance(CARD_SECONDS)
    assert call(list_jobs.handler, **jobs).status == 403
    assert me(key).status == 200, "what is left of it goes on"
    set_role(stage, somebody.user_id, "user")
    turned_clock.advance(CARD_SECONDS)
    assert call(list_jobs.handler, **jobs).status == 200


def test_case_10_keys_of_somebody_who_is_gone_are_no_good(
    stage: Stage, somebody: Account, key: str, turned_clock: TurnedClock
) -> None:
    assert me(key).status == 200
    set_role(stage, somebody.user_id, "")
    turned_clock.advance(CARD_SECONDS)
    assert codes(me(key)) == ["INVALID_API_KEY"]


def test_a_key_ends_when_it_was_to_end(stage: Stage, somebody: Account, turned_clock: TurnedClock) -> None:
    ends = int(clock.now()) + 100
    made = KeyService.open().create(somebody.user_id, frozenset({"all"}), KeyWish("a", ("videos:read",), ends))
    assert me(made.text).status == 200
    turned_clock.advance(ends - clock.now())
    assert me(made.text).status == 401


def test_a_warm_request_with_a_key_asks_no_more_than_one_with_a_token(
    stage: Stage, key: str, somebody: Account, turned_clock: TurnedClock
) -> None:
    for token in (key, somebody.token, key):
        me(token)
    by_token = stage.calls_of(lambda: me(somebody.token))
    assert stage.calls_of(lambda: me(key)) == by_token
    turned_clock.advance(showing.KEY_SECONDS)
    made = stage.calls_of(lambda: me(key))
    assert [one for one in made if one != "dynamodb:UpdateItem"] == ["dynamodb:GetItem", *by_token], "but for a lease"


def test_keys_of_a_user_share_the_limits_of_the_user(
    stage: Stage, somebody: Account, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", "0.05")
    limiting.forget()
    shown = [
        key,
        somebody.token,
        api_key(stage, somebody.user_id, "videos:read"),
        user_token(stage, "user", somebody.user_id),
    ]
    assert [me(shown[number % 4]).status for number in range(6)] == [200] * 5 + [429]


def last_uses(*keys: str) -> list[int | None]:
    """When keys were last used."""
    named = [(rules.named_by(key) or ("", ""))[1] for key in keys]
    found = UseStore.open().of(named)
    return [found.get(key_id) for key_id in named]


def test_the_last_use_of_each_key_is_kept_once_in_a_minute(
    stage: Stage, somebody: Account, key: str, turned_clock: TurnedClock
) -> None:
    other = api_key(stage, somebody.user_id, "videos:read")
    began = int(clock.now())
    uses = []
    for shown, seconds in ((key, 1), (other, 58), (key, 1), (key, 0)):
        assert me(shown).status == 200
        showing.settle(None)
        uses.append(last_uses(key, other))
        turned_clock.advance(seconds)
    assert uses == [[began, None], [began, began + 1], [began, began + 1], [began + 60, began + 1]]


def test_keys_are_kept_beside_one_another(stage: Stage, somebody: Account, key: str, turned_clock: TurnedClock) -> None:
    keys = [key, api_key(stage, somebody.user_id, "videos:read")]
    for shown in keys * 2:
        me(shown)
    showing.settle(None)
    assert "dynamodb:GetItem" not in stage.calls_of(lambda: [me(shown) for shown in keys])


def test_a_key_that_was_just_rotated_is_good_in_a_process_that_knows_its_text_before(
    stage: Stage, somebody: Account, key: str, turned_clock: TurnedClock
) -> None:
    assert me(key).status == 200
    rotated = KeyService.open().rotate(*(rules.named_by(key) or ("", "")), 0)
    assert me(rotated.text).status == 200
    assert me(key).status == 401


def test_a_key_that_nobody_has_is_looked_for_once(stage: Stage, somebody: Account) -> None:
    unknown = rules.new_text(somebody.user_id, somebody.user_id)
    made = stage.calls_of(lambda: with_header(unknown))
    assert made.count("dynamodb:GetItem") == 1


def test_a_last_use_that_cannot_be_written_harms_nobody(
    stage: Stage, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        assert me(key).status == 200
        showing.settle(None)
    assert fired
    assert not [row for row in stage.rows(LIMITS) if row["bucket"]["S"].startswith("api-key#")]
    told = capsys.readouterr().out
    [line] = [line for line in map(json.loads, told.splitlines()) if "last use" in line.get("message", "")]
    assert (line["key_id"], line["level"]) == ((rules.named_by(key) or ("", ""))[1], "ERROR")
    assert "InternalServerError" in line["trace"]
    assert key not in told


def test_keys_that_cannot_be_read_are_503_not_401(stage: Stage, key: str) -> None:
    with stage.refusing("dynamodb", "GetItem", "InternalServerError") as fired:
        assert me(key).status == 503
    assert fired


def test_wrong_keys_pay_as_strangers(stage: Stage, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", "0.1")
    limiting.forget()
    statuses = [with_header(key[:-1]).status for _ in range(4)]
    assert statuses[:2] == [401, 401]
    assert statuses[-1] == 429
