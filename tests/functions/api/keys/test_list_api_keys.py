"""GET /api/v1/api-keys."""

from functions.api.accounts import get_me
from functions.api.keys.list_api_keys import handler
from shared.domains.keys.service import showing
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.keys.conftest import PATH, Create

EXAMPLE = {"id": "uuid", "name": "string", "prefix": "string", "created_at": "moment", "last_used_at": None}


def listed(token: str) -> Answer:
    return call(handler, "GET", PATH, token=token)


def test_ones_own_keys_the_latest_first_without_their_texts(create: Create, somebody: Account) -> None:
    made = [create(name=name).json for name in ("first", "second")]
    answer = listed(somebody.token)
    keys = answer.json["api_keys"]
    assert [key["name"] for key in keys] == ["second", "first"]
    assert differences(EXAMPLE, keys[0]) == []
    assert not any(key["key"] in answer.body for key in made)
    assert "hash" not in answer.body
    assert "no-store" in answer.headers["cache-control"]


def test_somebody_elses_keys_are_not_listed(create: Create, stage: Stage) -> None:
    create()
    assert listed(account(stage).token).json == {"api_keys": []}


def test_when_a_key_was_last_used(create: Create, somebody: Account, turned_clock: TurnedClock) -> None:
    key = create().json["key"]
    assert call(get_me.handler, "GET", "/api/auth/me", token=key).status == 200
    showing.settle(None)
    used = listed(somebody.token).json["api_keys"][0]["last_used_at"]
    turned_clock.advance(59)
    assert call(get_me.handler, "GET", "/api/auth/me", token=key).status == 200
    showing.settle(None)
    assert listed(somebody.token).json["api_keys"][0]["last_used_at"] == used, "a minute has one"
    turned_clock.advance(1)
    assert call(get_me.handler, "GET", "/api/auth/me", token=key).status == 200
    showing.settle(None)
    assert listed(somebody.token).json["api_keys"][0]["last_used_at"] > used


def test_a_key_cannot_list_keys(stage: Stage, somebody: Account) -> None:
    assert listed(api_key(stage, somebody.user_id, "videos:all")).status == 403


def test_what_is_not_told_of_all_is_503(create: Create, somebody: Account, stage: Stage) -> None:
    create()
    with stage.refusing("dynamodb", "BatchGetItem", "ThrottlingException") as fired:
        assert listed(somebody.token).status == 503
    assert fired
