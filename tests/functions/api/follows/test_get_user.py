"""GET /api/users/{user_id}."""

import pytest

from functions.api.follows.get_user import handler
from shared.base import counts
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.contract.resources import USER_PROFILE
from shared.domains.videos.model import Status
from shared.domains.videos.store.collections import count_video
from tests.api import call
from tests.aws import Stage, real_name
from tests.callers import account, set_role
from tests.examples import differences
from tests.functions.api.accounts.test_get_me import EXAMPLE
from tests.functions.api.follows.conftest import Person, get


def test_the_example_of_the_source_but_for_the_address(ada: Person, bob: Person) -> None:
    answer = get(bob, reader=ada)
    assert answer.status == 200
    example = {**EXAMPLE, "user": {**EXAMPLE["user"], "email": None}}
    assert differences(example, answer.json) == []
    assert set(answer.json["user"]) == set(EXAMPLE["user"])
    assert "example.com" not in answer.body.replace("showreel.example", "")
    assert get(bob, reader=bob).json["user"]["email"] == "alice@example.com"
    assert get(bob).json == answer.json


def test_numbers(ada: Person, bob: Person, stage: Stage) -> None:
    ada.follow(bob)
    write_together(counts.adding(f"user#{bob.id}", "somebody", {"views": 7, "likes": 3}))
    for status in (Status.READY, Status.READY, Status.PROCESSING):
        write_together(count_video(bob.id, None, status, more_public=int(status is Status.READY)))
    told = get(bob, reader=ada).json
    assert (told["user"]["follower_count"], told["user"]["following_count"]) == (1, 0)
    assert told["profile"] == {"total_views": 7, "total_videos": 2, "total_likes_received": 3}
    assert get(bob, reader=bob).json["profile"]["total_videos"] == 3
    assert get(ada).json["user"]["following_count"] == 1


def test_one_call_and_no_more_of_the_user_than_is_granted(ada: Person, bob: Person, stage: Stage) -> None:
    get(bob, reader=ada)
    before = len(stage.calls)
    get(bob, reader=ada)
    [found] = [one for one in stage.calls[before:] if one.operation == "BatchGetItem"]
    assert [one.operation for one in stage.calls[before:] if "limits" not in str(one.parameters)] == ["BatchGetItem"]
    named = found.parameters["RequestItems"][real_name_of_users()]["ExpressionAttributeNames"].values()
    assert set(named) == set(USER_PROFILE.split())


def real_name_of_users() -> str:
    from shared.contract.resources import USERS

    return real_name(USERS)


@pytest.mark.parametrize(
    ("visibility", "stranger", "follower"), [("public", 200, 200), ("followers", 404, 200), ("private", 404, 404)]
)
def test_a_profile_is_shown_to_whom_its_user_wants(
    ada: Person, bob: Person, eve: Person, visibility: str, stranger: int, follower: int
) -> None:
    ada.follow(bob)
    bob.set(profile_visibility=visibility)
    assert [get(bob).status, get(bob, reader=eve).status] == [stranger, stranger]
    assert (get(bob, reader=ada).status, get(bob, reader=bob).status) == (follower, 200)


def test_what_is_hidden_looks_like_what_is_not_there(ada: Person, bob: Person, eve: Person, stage: Stage) -> None:
    ada.set(profile_visibility="private")
    set_role(stage, bob.id, "")
    nobody = new_id()
    missing = call(handler, "GET", f"/api/users/{nobody}", parameters={"user_id": nobody})
    told = [one.error | {"request_id": "", "timestamp": ""} for one in (missing, get(ada), get(bob, reader=eve))]
    assert told[0] == told[1] == told[2]
    administrator = Person(account(stage, "admin"), stage)
    assert get(ada, reader=administrator).status == 404


def test_only_what_everybody_may_see_lies_in_shared_caches(ada: Person, bob: Person) -> None:
    assert "s-maxage=60" in get(bob).headers["cache-control"]
    assert "private" in get(bob, reader=ada).headers["cache-control"]
