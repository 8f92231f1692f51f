"""PATCH /api/v1/users/me."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.accounts import log_in
from functions.api.accounts.edit_own_account import handler
from functions.api.accounts.get_own_account import handler as get
from shared.base import aws, tokens
from shared.base.errors import ConflictError
from shared.contract.resources import JOBS, USERS
from shared.domains.accounts.service.profiles import ProfileService
from shared.domains.jobs.rules.keys import account_key
from shared.domains.jobs.store.expressions import item_of
from shared.domains.jobs.store.jobs import JobStore
from tests.api import Answer, call
from tests.aws import Stage, real_name
from tests.functions.api.accounts.conftest import PASSWORD, Register


@pytest.fixture
def token(register: Register) -> str:
    """Somebody's access token."""
    found: str = register().json["tokens"]["access_token"]
    return found


def edit(token: str, **wish: Any) -> Answer:
    return call(handler, "PATCH", "/api/v1/users/me", wish, token=token)


def account(token: str) -> dict[str, Any]:
    found: dict[str, Any] = call(get, "GET", "/api/v1/users/me", token=token).json
    return found


def logged_in(login: str) -> int:
    return call(log_in.handler, "POST", "/api/auth/login", {"login": login, "password": PASSWORD}).status


def test_what_is_named_changes(token: str) -> None:
    answer = edit(token, full_name="Ada Lovelace", monthly_budget=12.5)
    assert (answer.status, set(answer.json)) == (200, {"id", "updated_at"})
    found = account(token)
    assert (found["full_name"], found["monthly_budget"], found["username"]) == ("Ada Lovelace", 12.5, "alice")
    assert found["updated_at"] == answer.json["updated_at"] > found["created_at"]
    assert edit(token, monthly_budget=None).status == 200
    assert (account(token)["monthly_budget"], account(token)["full_name"]) == (None, "Ada Lovelace")


def test_a_budget_bounds_work_from_the_same_moment(token: str, register: Register, stage: Stage) -> None:
    """The account that orders are held against changes with the user, or not at all."""
    user_id = tokens.verify(token, "access").user_id

    def bound() -> int | None:
        return JobStore.open().account(user_id).budget

    register("bob")
    for wish, status, held in (
        ({"monthly_budget": 12.5}, 200, 12_500_000_000),
        ({"monthly_budget": 0.0, "username": "ada"}, 200, 0),
        ({"monthly_budget": 9, "username": "bob"}, 409, 0),
        ({"full_name": "Ada L."}, 200, 0),
        ({"monthly_budget": None}, 200, None),
    ):
        assert edit(token, **wish).status == status
        assert bound() == held
        assert account(token)["monthly_budget"] == (held if held is None else held / 1e9)


def test_a_budget_that_is_set_again_binds_though_nothing_changes(token: str, stage: Stage) -> None:
    """One that was set before there were books is in the account alone."""
    user_id = tokens.verify(token, "access").user_id
    assert edit(token, monthly_budget=10).status == 200
    with stage.unrecorded():
        store = JobStore.open()
        aws.client("dynamodb").delete_item(TableName=real_name(JOBS), Key=item_of({**account_key(user_id)}))
        assert store.account(user_id).budget is None
    assert edit(token, monthly_budget=10).status == 200
    assert store.account(user_id).budget == 10_000_000_000


def test_a_new_username_logs_in_and_the_old_one_is_free(token: str, register: Register) -> None:
    assert edit(token, username="ada").status == 200
    assert [logged_in(login) for login in ("ada", "alice", "alice@example.com")] == [200, 401, 200]
    assert register("alice", email="other@example.com").status == 201
    assert edit(token, username="Ada").status == 200, "other letters of the same name"
    assert account(token)["username"] == "Ada"


def test_a_taken_username_changes_nothing(token: str, register: Register, stage: Stage) -> None:
    register("bob")
    before = stage.rows(USERS)
    answer = edit(token, username="BOB", full_name="Bob")
    assert (answer.status, answer.error["code"], list(answer.error["field_errors"])) == (409, "CONFLICT", ["username"])
    assert stage.rows(USERS) == before


BAD: list[tuple[dict[str, Any], str]] = [
    ({"username": "a"}, "username"),
    ({"username": "ada\n"}, "username"),
    ({"full_name": ""}, "full_name"),
    ({"monthly_budget": -1}, "monthly_budget"),
    ({"monthly_budget": 1e7}, "monthly_budget"),
    ({"monthly_budget": "much"}, "monthly_budget"),
    ({"subscription_tier": "pro"}, "subscription_tier"),
    ({"total_spent": 0}, "total_spent"),
    ({"is_beta_user": True}, "is_beta_user"),
    ({"email": "x@example.com"}, "email"),
]


@pytest.mark.parametrize(("wish", "field"), BAD, ids=str)
def test_bad_input_is_named_and_changes_nothing(token: str, stage: Stage, wish: dict[str, Any], field: str) -> None:
    before = stage.rows(USERS)
    answer = edit(token, **wish)
    assert (answer.status, list(answer.error["field_errors"])) == (400, [field])
    assert stage.rows(USERS) == before


def test_of_renames_at_once_the_rows_stay_one_user(token: str, stage: Stage) -> None:
    user_id = tokens.verify(token, "access").user_id

    def attempt(number: int) -> str:
        try:
            return ProfileService.open().rename(user_id, f"ada_{number}", None).username
        except ConflictError:
            return ""

    with ThreadPoolExecutor(5) as pool:
        made = {name for name in pool.map(attempt, range(5)) if name}
    rows = stage.rows(USERS)
    assert len(rows) == 3
    (name,) = {row["username"]["S"] for row in rows}
    assert name in made
    assert f"username#{name}" in {row["pk"]["S"] for row in rows}
