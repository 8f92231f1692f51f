"""GET /api/users/{user_id}/videos."""

from functions.api.videos.list_videos_of_user import handler
from shared.base.ids import new_id
from shared.domains.videos.model import Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from tests.api import Answer
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.videos.conftest import Make, Someone
from tests.functions.api.videos.lists import VIDEO, ids, total


def get(of: str, query: str = "", who: Someone | None = None) -> Answer:
    return (who or Someone()).call(handler, "GET", f"/api/users/{of}/videos", query=query)


def test_public_videos_of_somebody(ready: Make, running: Make, ada: Someone, bob: Someone) -> None:
    shown = [ready(category="Games") for _ in range(3)]
    ready(visibility="private")
    ready(visibility="unlisted")
    running()
    for who in (Someone(), bob, ada):
        answer = get(ada.user_id, who=who)
        assert ids(answer) == shown[::-1], "the same for everybody"
        assert total(answer) == 3
        assert not differences(VIDEO, answer.json["videos"][0])
    first = get(ada.user_id, "limit=2")
    rest = get(ada.user_id, f"limit=2&cursor={first.json['pagination']['next_cursor']}")
    assert ids(first) + ids(rest) == shown[::-1]
    assert ids(get(ada.user_id, "limit=2&page=2")) == shown[:1]


def test_nobody_and_who_has_none_are_alike(ready: Make, bob: Someone) -> None:
    ready()
    for of in (bob.user_id, new_id()):
        assert (ids(get(of)), total(get(of))) == ([], 0)
    assert get("ada").status == 422


def test_what_is_deleted_or_made_private_is_gone_at_once(ready: Make, ada: Someone) -> None:
    first, second = ready(), ready()
    CatalogueService.open().edit(first, ada.user_id, {"visibility": Visibility.PRIVATE})
    assert (ids(get(ada.user_id)), total(get(ada.user_id))) == ([second], 1)
    CatalogueService.open().delete(second, ada.user_id)
    assert (ids(get(ada.user_id)), total(get(ada.user_id))) == ([], 0)


def test_a_cursor_is_good_for_one_author(ready: Make, ada: Someone, bob: Someone) -> None:
    for _ in range(2):
        ready()
    cursor = get(ada.user_id, "limit=1").json["pagination"]["next_cursor"]
    assert get(bob.user_id, f"cursor={cursor}").error["code"] == "INVALID_CURSOR"


def test_it_is_two_reads_and_shared(ready: Make, ada: Someone, stage: Stage) -> None:
    ready()
    get(ada.user_id)
    calls = stage.calls_of(lambda: get(ada.user_id))
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ["dynamodb:Query"]
    assert get(ada.user_id).headers["cache-control"] == "public, max-age=0, s-maxage=60"
