"""DELETE /api/v1/api-keys/{key_id}."""

from functions.api.accounts import get_me
from functions.api.keys.delete_api_key import handler
from shared.contract.resources import API_KEYS
from shared.domains.keys.rules import MOST_KEYS
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import Account, account, api_key
from tests.clock import TurnedClock
from tests.functions.api.keys.conftest import PATH, Create


def delete(token: str, key_id: str) -> Answer:
    return call(handler, "DELETE", f"{PATH}/{key_id}", token=token, parameters={"key_id": key_id})


def test_case_36_a_revoked_key_is_refused_within_a_second(
    create: Create, somebody: Account, turned_clock: TurnedClock
) -> None:
    key = create().json
    assert call(get_me.handler, "GET", "/api/auth/me", token=key["key"]).status == 200
    answer = delete(somebody.token, key["id"])
    assert (answer.status, answer.json) == (200, {"message": "API key deleted"})
    turned_clock.advance(0.9)
    refused = call(get_me.handler, "GET", "/api/auth/me", token=key["key"])
    assert refused.status == 401
    assert [detail["code"] for detail in refused.error["details"]] == ["INVALID_API_KEY"]
    assert delete(somebody.token, key["id"]).status == 404


def test_nobody_elses_key(create: Create, stage: Stage, somebody: Account) -> None:
    key = create().json
    before = stage.rows(API_KEYS)
    assert delete(account(stage).token, key["id"]).status == 404
    assert delete(somebody.token, "01900000-0000-7000-8000-000000000001").status == 404
    assert stage.rows(API_KEYS) == before
    assert delete(api_key(stage, somebody.user_id, "videos:all"), key["id"]).status == 403
    assert call(get_me.handler, "GET", "/api/auth/me", token=key["key"]).status == 200


def test_there_is_room_for_another_one(create: Create, somebody: Account) -> None:
    made = [create() for _ in range(MOST_KEYS)]
    assert create().status == 429
    assert delete(somebody.token, made[0].json["id"]).status == 200
    assert create().status == 201
    assert create().status == 429


def test_a_reply_that_is_lost_counts_once(create: Create, stage: Stage, somebody: Account) -> None:
    key = create().json
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert delete(somebody.token, key["id"]).status == 200
    assert fired
    assert [row["keys_held"] for row in stage.rows(API_KEYS)] == [{"N": "0"}]
