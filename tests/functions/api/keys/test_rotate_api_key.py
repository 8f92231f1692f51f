"""POST /api/v1/api-keys/{key_id}/rotate."""

from typing import Any

import pytest

from functions.api.accounts import get_me
from functions.api.keys.rotate_api_key import handler
from shared.contract.resources import API_KEYS
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key
from tests.clock import TurnedClock
from tests.functions.api.keys.conftest import PATH, Create

DAY = 86400


def rotate(token: str, key_id: str, body: Any = None, **headers: str) -> Answer:
    path = f"{PATH}/{key_id}/rotate"
    return call(handler, "POST", path, body, token=token, parameters={"key_id": key_id}, headers=headers)


def works(key: str) -> bool:
    return call(get_me.handler, "GET", "/api/auth/me", token=key).status == 200


def test_the_text_before_works_for_a_day_more(create: Create, somebody: Account, turned_clock: TurnedClock) -> None:
    old = create().json
    answer = rotate(somebody.token, old["id"])
    assert answer.status == 200
    assert answer.json["id"] == old["id"]
    new = answer.json["key"]
    assert new.startswith(old["prefix"])
    assert new != old["key"]
    assert works(old["key"])
    assert works(new)
    turned_clock.advance(DAY - 1)
    assert works(old["key"])
    turned_clock.advance(1)
    assert not works(old["key"])
    assert works(new)


def test_the_new_text_works_at_once_where_the_key_was_just_used(create: Create, somebody: Account) -> None:
    old = create().json
    assert works(old["key"])
    assert works(rotate(somebody.token, old["id"]).json["key"])


def test_no_grace_ends_it_at_once(create: Create, somebody: Account, turned_clock: TurnedClock) -> None:
    old = create().json
    assert works(old["key"])
    answer = rotate(somebody.token, old["id"], {"grace_seconds": 0})
    assert answer.json["previous_works_until"] is None
    turned_clock.advance(0.5)
    assert not works(old["key"])
    assert works(answer.json["key"])


def test_one_text_before_is_good_not_two(create: Create, somebody: Account, turned_clock: TurnedClock) -> None:
    first = create().json
    second = rotate(somebody.token, first["id"]).json["key"]
    third = rotate(somebody.token, first["id"]).json["key"]
    turned_clock.advance(0.5)
    assert [works(key) for key in (first["key"], second, third)] == [False, True, True]


def test_a_key_that_has_expired_stays_so(create: Create, somebody: Account, turned_clock: TurnedClock) -> None:
    from shared.base import clock

    key = create(expires_at=clock.timestamp(clock.now() + 900)).json
    assert works(key["key"])
    rotated = rotate(somebody.token, key["id"]).json["key"]
    turned_clock.advance(901)
    assert not works(key["key"])
    assert not works(rotated)


@pytest.mark.parametrize("grace", [-1, 8 * DAY, "soon", 1.5])
def test_a_grace_that_breaks_the_rule_changes_nothing(create: Create, somebody: Account, grace: object) -> None:
    key = create().json
    assert rotate(somebody.token, key["id"], {"grace_seconds": grace}).status == 400
    assert works(key["key"])


def test_nobody_elses_key(create: Create, stage: Stage, somebody: Account) -> None:
    key = create().json
    before = stage.rows(API_KEYS)
    stranger = account(stage)
    answer = rotate(stranger.token, key["id"])
    unknown = rotate(stranger.token, "01900000-0000-7000-8000-000000000001")
    assert answer.status == unknown.status == 404
    assert answer.error["message"] == unknown.error["message"]
    assert rotate(api_key(stage, somebody.user_id, "videos:all"), key["id"]).status == 403
    assert [row for row in stage.rows(API_KEYS) if row in before] != []
    assert works(key["key"])


def test_a_reply_that_is_lost_leaves_the_text_before_its_grace(create: Create, stage: Stage, somebody: Account) -> None:
    key = create().json
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        answer = rotate(somebody.token, key["id"])
    assert answer.status == 200
    assert fired
    assert works(key["key"])
    assert works(answer.json["key"])


def test_a_repeat_under_an_idempotency_key_rotates_once(create: Create, somebody: Account) -> None:
    key = create().json
    first = rotate(somebody.token, key["id"], **{"idempotency-key": "one"})
    assert rotate(somebody.token, key["id"], **{"idempotency-key": "one"}).status == 409
    assert works(first.json["key"])
    assert works(key["key"])
