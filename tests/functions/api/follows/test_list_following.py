"""GET /api/users/{user_id}/following."""

import pytest

from tests.examples import differences
from tests.functions.api.follows.conftest import Person, get
from tests.functions.api.follows.test_list_followers import EXAMPLE, PAGE


def ids(person: Person, reader: Person | None = None) -> list[str]:
    return [one["id"] for one in get(person, "/following", reader).json["following"]]


def test_the_example_of_the_source(ada: Person, bob: Person) -> None:
    ada.follow(bob)
    answer = get(ada, "/following")
    [followed] = answer.json["following"]
    assert differences(EXAMPLE, followed) == []
    assert (followed["id"], followed["follower_count"]) == (bob.id, 1)
    assert answer.json["pagination"] == {**PAGE, "total_items": 1, "total_is_capped": False}
    assert ids(bob) == []


def test_the_latest_are_first(ada: Person, bob: Person, eve: Person, turned_clock: object) -> None:
    ada.follow(eve)
    turned_clock.advance(1)  # type: ignore[attr-defined]
    ada.follow(bob)
    assert ids(ada) == [bob.id, eve.id]


def test_who_shows_no_such_list_keeps_it(ada: Person, bob: Person, eve: Person) -> None:
    ada.follow(bob)
    ada.set(show_following=False)
    assert [get(ada, "/following", reader).status for reader in (None, bob, eve, ada)] == [404, 404, 404, 200]
    assert get(ada, "/followers").status == 200


@pytest.mark.parametrize("privacy", [{"show_followers": False}, {"profile_visibility": "private"}], ids=str)
def test_who_does_not_show_their_followers_is_not_seen_among_the_followed(
    ada: Person, bob: Person, eve: Person, privacy: dict[str, object]
) -> None:
    ada.follow(bob)
    bob.set(**privacy)
    assert ids(ada, eve) == []
    assert ids(ada, ada) == ids(ada, bob) == [bob.id]
