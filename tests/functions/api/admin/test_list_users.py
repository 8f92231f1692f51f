"""GET /api/v1/users/."""

from typing import Any

import pytest

from functions.api.accounts import edit_own_account, register_account
from functions.api.admin.list_users import handler
from functions.tasks import set_role
from shared.base import clock
from shared.base.ids import new_id
from shared.domains.accounts.model import User
from shared.domains.accounts.service import listing
from shared.domains.accounts.store.users import AccountStore
from tests.api import Answer, call
from tests.aws import Stage
from tests.callers import service_token, user_token


@pytest.fixture
def admin(stage: Stage) -> str:
    """An administrator who has no account of their own."""
    return user_token(stage, "admin")


@pytest.fixture
def people(stage: Stage) -> list[str]:
    """The ids of seven users, in the order in which they came."""
    roles = ["user", "creator", "user", "admin", "viewer", "creator", "user"]
    return [add(stage, f"User_{number}", role, "pro" if number % 2 else "free") for number, role in enumerate(roles)]


def add(stage: Stage, name: str, role: str = "user", tier: str = "free") -> str:
    user = User(new_id(), name, f"{name}@Example.com", name, clock.timestamp(), role=role, tier=tier)
    with stage.unrecorded():
        AccountStore.open().create(user, "v1$none$none")
    return user.id


def listed(token: str, query: str = "", path: str = "/api/v1/users/") -> Answer:
    return call(handler, "GET", path, token=token, query=query)


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [user["id"] for user in answer.json["users"]]


def test_users_are_listed_the_latest_first(admin: str, people: list[str]) -> None:
    answer = listed(admin)
    assert ids(answer) == people[::-1]
    assert answer.json["users"][3] == {
        "id": people[3],
        "email": "User_3@Example.com",
        "username": "User_3",
        "full_name": "User_3",
        "role": "admin",
        "subscription_tier": "pro",
        "email_verified": False,
        "created_at": answer.json["users"][3]["created_at"],
    }
    assert answer.json["pagination"] == {
        "current_page": 1,
        "total_pages": 1,
        "total_items": 7,
        "total_is_capped": False,
        "has_next": False,
        "has_prev": False,
        "next_cursor": None,
    }
    assert ids(listed(admin, path="/api/v1/users")) == people[::-1]


def test_who_registers_is_there_and_changes_show(admin: str, quick_hashes: None) -> None:
    body = {"username": "ada", "email": "ada@example.com", "password": "Correct horse 1"}
    told = call(register_account.handler, "POST", "/api/auth/register", body).json
    token = told["tokens"]["access_token"]
    renamed = call(edit_own_account.handler, "PATCH", "/api/v1/users/me", {"username": "countess"}, token=token)
    assert renamed.status == 200
    set_role.handler({"login": "countess", "role": "creator"}, None)
    (user,) = listed(admin).json["users"]
    assert (user["id"], user["username"], user["role"]) == (told["user"]["id"], "countess", "creator")
    assert ids(listed(admin, "q=ada@")) == ids(listed(admin, "q=COUNT")) == [user["id"]]
    assert ids(listed(admin, "q=adam")) == []


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("role=creator", [5, 1]),
        ("role=admin", [3]),
        ("tier=pro", [5, 3, 1]),
        ("tier=free&role=user", [6, 2, 0]),
        ("tier=enterprise", []),
        ("q=user_3", [3]),
        ("q=USER_3%40EXAMPLE", [3]),
        ("q=example", []),
        ("q=User&role=viewer", [4]),
        ("q=%25", []),
        ("q=_", []),
    ],
)
def test_filters_narrow_it(admin: str, people: list[str], query: str, numbers: list[int]) -> None:
    answer = listed(admin, query)
    assert ids(answer) == [people[number] for number in numbers]
    assert answer.json["pagination"]["total_items"] == len(numbers)
    assert not answer.json["pagination"]["has_next"]


@pytest.mark.parametrize("query", ["", "role=user"])
def test_pages_and_cursors_lead_through_all_and_repeat_nobody(admin: str, people: list[str], query: str) -> None:
    whole = ids(listed(admin, query))
    by_page = [ids(listed(admin, f"{query}&limit=2&page={page}")) for page in range(1, 6)]
    assert [one for page in by_page for one in page] == whole
    seen, cursor, totals = [], "", set()
    while True:
        answer = listed(admin, f"{query}&limit=2&cursor={cursor}")
        seen += ids(answer)
        told = answer.json["pagination"]
        totals.add(told["total_items"])
        assert told["has_prev"] == bool(cursor)
        if not (cursor := told["next_cursor"] or ""):
            break
    assert (seen, totals) == (whole, {len(whole)})


def test_case_54_who_comes_meanwhile_changes_no_page(stage: Stage, admin: str, people: list[str]) -> None:
    first = listed(admin, "limit=3").json
    add(stage, "late")
    assert ids(listed(admin, f"limit=10&cursor={first['pagination']['next_cursor']}")) == people[3::-1]


def test_a_stage_without_users_is_an_empty_list(admin: str) -> None:
    answer = listed(admin)
    assert (ids(answer), answer.json["pagination"]["total_items"]) == ([], 0)
    assert ids(listed(admin, "page=3")) == []


def test_they_are_counted_up_to_a_bound(
    stage: Stage, admin: str, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "DEEPEST", 5)
    for query in ("limit=2", "limit=2&q=user"):
        told = listed(admin, query).json["pagination"]
        assert (told["total_items"], told["total_is_capped"], told["has_next"]) == (5, True, True)
        again = listed(admin, f"{query}&cursor={told['next_cursor']}").json["pagination"]
        assert (again["total_items"], again["total_is_capped"]) == (5, True)


class Short:
    """A table whose answers hold three users each."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def read(self, after: str, count: int = 0) -> Any:
        return self._store.read(after, min(count or 3, 3))


def test_where_few_pass_a_page_is_short_and_the_cursor_looks_further(
    admin: str, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = listing.UserListStore()
    monkeypatch.setattr(listing, "UserListStore", lambda: Short(store))
    answer = listed(admin, "q=user_0")
    told = answer.json["pagination"]
    assert (ids(answer), told["total_is_capped"], told["has_next"]) == ([], True, True)
    rest = listed(admin, f"q=user_0&cursor={told['next_cursor']}")
    assert (ids(rest), rest.json["pagination"]["has_next"]) == ([people[0]], False)
    deep = listed(admin, "q=user_0&page=2")
    assert (deep.status, deep.error["code"]) == (400, "INVALID_PAGE")


def test_pages_end_where_a_cursor_goes_on(admin: str) -> None:
    for query in ("page=51", "page=1001&limit=1", "page=1000000000"):
        answer = listed(admin, query)
        assert (answer.status, answer.error["code"]) == (400, "INVALID_PAGE")
    assert listed(admin, "page=50").status == 200


def test_case_52_a_cursor_is_good_for_its_list_alone(stage: Stage, admin: str, people: list[str]) -> None:
    cursor = listed(admin, "limit=1").json["pagination"]["next_cursor"]
    for query in (f"cursor={cursor}&role=user", f"cursor={cursor}&q=u", f"cursor={cursor}x", "cursor=%00"):
        answer = listed(admin, query)
        assert (answer.status, answer.error["code"]) == (400, "INVALID_CURSOR")
    assert listed(user_token(stage, "admin"), f"cursor={cursor}").status == 400


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=1.5", "page=0", "role=root", "tier=gold", f"q={'x' * 255}", "limit=", "page=x"],
)
def test_bad_queries_are_named(admin: str, query: str) -> None:
    answer = listed(admin, query)
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")


def test_it_costs_few_calls(stage: Stage, admin: str, people: list[str]) -> None:
    listed(admin)
    for query in ("", "q=user"):
        made = stage.calls_of(lambda query=query: listed(admin, query))  # type: ignore[misc]
        assert [one for one in made if one != "dynamodb:UpdateItem"] == ["dynamodb:GetItem", "dynamodb:Query"], (
            "a lease"
        )


@pytest.mark.parametrize("role", ["viewer", "user", "creator"])
def test_case_34_others_may_not(stage: Stage, role: str) -> None:
    answer = listed(user_token(stage, role))
    assert (answer.status, answer.error["code"]) == (403, "INSUFFICIENT_PERMISSIONS")
    assert listed(service_token(stage, "internal:all")).status == 401


def test_case_39_no_secret_of_anybody_is_in_it(admin: str, people: list[str]) -> None:
    body = listed(admin).body
    assert "password" not in body
    assert "v1$none$none" not in body
