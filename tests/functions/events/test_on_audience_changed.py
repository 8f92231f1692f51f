"""More or fewer people see a video: followers are told of it, and nobody of comments on what they may not see."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.events import on_audience_changed
from shared.base.consuming import Change
from shared.contract.resources import NOTIFICATIONS
from shared.domains.comments.service.writing import CommentService
from shared.domains.feeds.service.following import FollowingService
from shared.domains.feeds.store import FeedStore
from shared.domains.follows.service.following import FollowService
from shared.domains.follows.store.edges import EdgeStore, edge_key
from shared.domains.notifications.service.reading import NotificationService
from shared.domains.videos.model import Author, Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.callers import account
from tests.functions.api.videos.conftest import Someone, ada, awaiting, bob, ready, running, someone
from tests.streams import Streams, streamed

__all__ = ["ada", "awaiting", "bob", "ready", "running", "someone"]

Make = Callable[..., str]


@pytest.fixture(autouse=True)
def streams(stage: Stage) -> Iterator[Streams]:
    """Tells what has changed when it is asked to."""
    names = ("on_comment_changed", "on_follow_changed", "on_video_changed", "on_audience_changed")
    with streamed(stage, *names) as made:
        yield made


def told(who: Someone) -> list[tuple[str, str, bool]]:
    """Kind, video and whether it is read of what somebody is told; what is unread is counted."""
    page = NotificationService.open().page(who.user_id, limit=20)
    assert page.unread == sum(not one.read for one in page.notifications)
    return [(one.kind, one.video.id if one.video else "", one.read) for one in page.notifications]


def show(who: Someone, video_id: str, visibility: str) -> None:
    CatalogueService.open().change(video_id, who.user_id, {"visibility": Visibility(visibility)})


@pytest.mark.parametrize("times", [1, 2])
def test_followers_are_told_of_a_new_video_while_lists_show_it(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, stage: Stage, times: int
) -> None:
    ready()
    streams.tell(times)
    FollowService.open().follow(bob.user_id, ada.user_id)
    streams.tell(times)
    assert told(bob) == [], "what was there before is in the feed, and no news"
    video_id = ready()
    streams.tell(times)
    assert told(bob) == [("video", video_id, False)]
    show(ada, video_id, "unlisted")
    assert NotificationService.open().page(bob.user_id, limit=20).notifications == [], "before that is heard"
    streams.tell(times)
    assert told(bob) == []
    assert video_id not in str([row for row in stage.rows(NOTIFICATIONS) if row["user_id"]["S"] == bob.user_id])
    show(ada, video_id, "public")
    streams.tell(times)
    assert told(bob) == [("video", video_id, False)]
    NotificationService.open().read_all(bob.user_id)
    for visibility in ("private", "public"):
        show(ada, video_id, visibility)
        streams.tell(times)
    assert told(bob) == [("video", video_id, True)]
    CatalogueService.open().delete(video_id, ada.user_id)
    streams.tell(times)
    assert told(bob) == []


def test_answers_on_a_hidden_video_are_not_told_but_to_its_owner(
    ready: Make, ada: Someone, bob: Someone, someone: Callable[[str], Someone], streams: Streams
) -> None:
    video_id, comments, eve = ready(), CommentService.open(), someone("eve")
    first = comments.create(video_id, Author(bob.user_id, "bob", "Bob"), "First")
    comments.create(video_id, Author(eve.user_id, "eve", "Eve"), "Answer", first.id)
    streams.tell()
    of_ada = [("comment", video_id, False)] * 2
    assert (told(bob), told(ada)) == ([("reply", video_id, False)], of_ada)
    for _ in range(2):
        show(ada, video_id, "private")
        streams.tell()
        assert (told(bob), told(ada)) == ([], of_ada)
        show(ada, video_id, "unlisted")
        streams.tell()
        assert (told(bob), told(ada)) == ([("reply", video_id, False)], of_ada)
    CatalogueService.open().delete(video_id, ada.user_id)
    streams.tell()
    assert told(bob) == told(ada) == []


def test_who_leaves_the_author_is_told_of_no_video_of_theirs(
    ready: Make, ada: Someone, bob: Someone, streams: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    follows, original = FollowService.open(), EdgeStore.page
    follows.follow(bob.user_id, ada.user_id)
    ready()
    streams.tell()
    assert len(told(bob)) == 1
    follows.unfollow(bob.user_id, ada.user_id)
    streams.tell()
    assert told(bob) == []
    follows.follow(bob.user_id, ada.user_id)
    streams.tell()
    ready()
    left = list[bool]()

    def page(*args: Any, **more: Any) -> Any:
        """Bob leaves just after he was found among the followers, and has tidied up before the rest."""
        found = original(*args, **more)
        if not left:
            left.append(follows.unfollow(bob.user_id, ada.user_id).following)
            FollowingService.open().hear(
                Change("1", edge_key(bob.user_id, ada.user_id), before=None, after=None, expired=False)
            )
        return found

    monkeypatch.setattr(EdgeStore, "page", page)
    streams.tell()
    assert left == [False]
    assert told(bob) == []
    assert FeedStore().latest(bob.user_id, 9).entries == []


def test_page_of_followers_is_six_calls(ready: Make, ada: Someone, streams: Streams, stage: Stage) -> None:
    for _ in range(26):
        FollowService.open().follow(account(stage).user_id, ada.user_id)
    streams.tell()
    ready()
    made = [one for one in stage.calls_of(streams.tell) if one.startswith("dynamodb")]
    made = made[made.index("dynamodb:Query") :]  # what writes postings comes before, and asks for none
    followers = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchWriteItem", "dynamodb:BatchGetItem"]
    assert made == [
        *(*followers, "dynamodb:TransactWriteItems", "dynamodb:BatchGetItem") * 2,
        "dynamodb:Query",
    ]


def test_what_fails_comes_again_and_the_others_do_not(stage: Stage) -> None:
    records: list[dict[str, Any]] = [
        {"messageId": name, "body": body} for name, body in (("one", '{"video_id": "a"}'), ("two", "[]"))
    ]
    answer = on_audience_changed.handler({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "two"}]}
    with stage.refusing("dynamodb", "Query", "InternalServerError") as fired:
        answer = on_audience_changed.handler({"Records": records[:1]}, None)
    assert fired
    assert answer == {"batchItemFailures": [{"itemIdentifier": "one"}]}
