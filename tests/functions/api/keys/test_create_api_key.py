"""POST /api/v1/api-keys."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.contract.resources import API_KEYS
from shared.domains.keys.rules import FORM, MOST_KEYS
from tests.aws import Stage
from tests.callers import Account, account, api_key
from tests.examples import differences
from tests.functions.api.keys.conftest import Create

EXAMPLE = {"id": "uuid", "key": "string", "name": "Nightly upload", "scopes": ["videos:read"], "created_at": "moment"}


def test_a_key_is_told_once_and_kept_as_a_hash(create: Create, stage: Stage) -> None:
    answer = create()
    assert answer.status == 201
    assert differences(EXAMPLE, answer.json) == []
    key = answer.json["key"]
    assert FORM.fullmatch(key)
    assert key.startswith(answer.json["prefix"])
    at_rest = str(stage.rows(API_KEYS))
    assert answer.json["prefix"] in at_rest
    assert key[52:95] not in at_rest, "no secret lies in the table"


def test_a_repeat_under_an_idempotency_key_tells_no_secret(create: Create) -> None:
    headers = {"idempotency-key": "one"}
    assert create(headers=headers).status == 201
    again = create(headers=headers)
    assert again.status == 409
    assert "showreel_" not in again.body


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": ["videos:read", "internal:metrics"]}, "scopes"),
        ({"scopes": ["publishing:write"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"name": "\u0000"}, "name"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"owner_id": "somebody"}, "owner_id"),
    ],
)
def test_what_breaks_a_rule_makes_no_key(create: Create, stage: Stage, fields: dict[str, object], named: str) -> None:
    answer = create(**fields)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert any(field.startswith(named) for field in answer.error["field_errors"])
    assert stage.rows(API_KEYS) == []


def test_a_viewer_cannot_give_more_than_they_have(create: Create, stage: Stage) -> None:
    viewer = account(stage, "viewer")
    assert create(viewer.token, scopes=["videos:write"]).status == 400
    assert create(viewer.token, scopes=["videos:all"]).status == 400
    assert create(viewer.token, scopes=["videos:read"]).status == 201


def test_a_key_cannot_make_keys(create: Create, stage: Stage, somebody: Account) -> None:
    key = api_key(stage, somebody.user_id, "videos:all")
    answer = create(key)
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert len(stage.rows(API_KEYS)) == 2, "the key and the count"


def test_parallel_wishes_do_not_overrun_the_most_that_one_may_have(create: Create, stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: create(alone=False).status, range(MOST_KEYS + 8)))
    assert (statuses.count(201), statuses.count(429)) == (MOST_KEYS, 8)
    assert len(stage.rows(API_KEYS)) == MOST_KEYS + 1
    assert create(account(stage).token).status == 201, "somebody else may"


def test_a_reply_that_is_lost_makes_one_key(create: Create, stage: Stage) -> None:
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert create().status == 201
    assert fired
    assert {row["key_id"]["S"]: row.get("keys_held") for row in stage.rows(API_KEYS)}["count"] == {"N": "1"}
    assert len(stage.rows(API_KEYS)) == 2


def test_an_outage_is_503_and_makes_no_key(create: Create, stage: Stage) -> None:
    with stage.refusing("dynamodb", "TransactWriteItems", "InternalServerError") as fired:
        assert create().status == 503
    assert fired
    assert stage.rows(API_KEYS) == []
