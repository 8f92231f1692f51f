"""DELETE /api/users/{user_id}/follow."""

from functions.api.follows.unfollow_user import handler
from shared.base.ids import new_id
from shared.contract.resources import COUNTS, FOLLOWS
from tests.api import call
from tests.aws import Stage
from tests.callers import set_role
from tests.functions.api.follows.conftest import Person, get

EXAMPLE = {"success": True, "following": False, "follower_count": 0}


def test_the_example_of_the_source_and_again(ada: Person, bob: Person, stage: Stage) -> None:
    ada.follow(bob)
    assert ada.unfollow(bob).json == EXAMPLE
    assert stage.rows(FOLLOWS) == []
    rows = stage.rows(COUNTS)
    answer = ada.unfollow(bob)
    assert (answer.status, answer.json, stage.rows(COUNTS)) == (200, EXAMPLE, rows)
    assert get(ada).json["user"]["following_count"] == 0


def test_who_became_private_can_be_left_and_is_then_unknown(ada: Person, bob: Person) -> None:
    ada.follow(bob)
    bob.set(profile_visibility="private")
    assert ada.follow(bob).json["following"], "the same wish again"
    assert ada.unfollow(bob).json == EXAMPLE
    assert ada.unfollow(bob).status == 404


def test_who_is_not_there_is_404(ada: Person, bob: Person, stage: Stage) -> None:
    nobody = new_id()
    path, parameters = f"/api/users/{nobody}/follow", {"user_id": nobody}
    assert call(handler, "DELETE", path, token=ada.token, parameters=parameters).status == 404
    ada.follow(bob)
    set_role(stage, bob.id, "")
    assert ada.unfollow(bob).status == 404
