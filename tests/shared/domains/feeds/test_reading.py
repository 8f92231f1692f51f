"""Pages of a feed, while videos and authors come and go: what stays is seen once, and nothing that is hidden.

Streams are told now and then. Of what was published or followed before the reader began, and told, nothing is missed.
"""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.strategies import booleans, integers, sampled_from

from shared.base import clock
from shared.base.errors import ConflictError, NotFoundError
from shared.base.ids import new_id
from shared.domains.feeds.service import following
from shared.domains.feeds.service.reading import FeedService
from shared.domains.follows.service.following import FollowService
from shared.domains.videos.model import Author, Status, Video, Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from tests.aws import Stage, running
from tests.callers import account
from tests.clock import TurnedClock
from tests.streams import Streams, streamed

CONSUMERS = ("on_follow_changed", "on_video_changed", "on_audience_changed")


class Reading(RuleBasedStateMachine):
    """Somebody who reads their feed to its end, again and again, while authors are at work."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._running = running(self._patch)
        self._stage: Stage = self._running.__enter__()
        self._streamed = streamed(self._stage, *CONSUMERS)
        self._streams: Streams = self._streamed.__enter__()
        self._clock = TurnedClock()
        self._patch.setattr(clock, "now", self._clock)
        self._reader, *authors = (account(self._stage).user_id for _ in range(3))
        self._authors = [Author(author, "ada", "Ada") for author in authors]
        self._followed: set[str] = set()
        self._videos: dict[str, str] = {}
        """Video -> author."""
        self._listed: set[str] = set()
        self._lasting: set[str] = set()
        """What the feed has had since the reader began."""
        self._seen: list[str] = []
        self._cursor = ""

    def teardown(self) -> None:
        self._streamed.__exit__(None, None, None)
        self._running.__exit__(None, None, None)
        self._patch.undo()

    @property
    def _feed(self) -> set[str]:
        return {video_id for video_id in self._listed if self._videos[video_id] in self._followed}

    @rule(who=integers(0, 1), visibility=sampled_from([Visibility.PUBLIC, Visibility.PUBLIC, Visibility.PRIVATE]))
    def publish(self, who: int, visibility: Visibility) -> None:
        self._clock.advance(1)
        now, video_id, author = clock.timestamp(), new_id(), self._authors[who]
        video = Video(
            id=video_id,
            owner_id=author.id,
            author=author,
            title="A film",
            status=Status.PROCESSING,
            visibility=visibility,
            created_at=now,
            updated_at=now,
        )
        VideoStore.open().create(video)
        assert VideoStore.open().move(video_id, Expected((Status.PROCESSING,)), Status.READY, published_at=now).made
        self._videos[video_id] = author.id
        if visibility is Visibility.PUBLIC:
            self._listed.add(video_id)

    @precondition(lambda self: self._videos)
    @rule(which=integers(0, 20), visibility=sampled_from(list(Visibility)))
    def edit(self, which: int, visibility: Visibility) -> None:
        video_id, author_id = [*self._videos.items()][which % len(self._videos)]
        with suppress(NotFoundError, ConflictError):
            CatalogueService.open().change(video_id, author_id, {"visibility": visibility})
            (self._listed.add if visibility is Visibility.PUBLIC else self._listed.discard)(video_id)
            self._lasting &= self._feed

    @rule(who=integers(0, 1), is_late=booleans())
    def turn(self, who: int, is_late: bool) -> None:
        """Follow somebody, with many others or not, or do so no more."""
        author_id = self._authors[who].id
        self._clock.advance(1)
        self._patch.setattr(following, "MOST_PUSHED", 0 if is_late else 10)
        if author_id in self._followed:
            FollowService.open().unfollow(self._reader, author_id)
            self._followed.discard(author_id)
        else:
            FollowService.open().follow(self._reader, author_id)
            self._followed.add(author_id)
        self._streams.tell()
        self._lasting &= self._feed

    @rule(times=integers(1, 2), is_again=booleans())
    def hear(self, times: int, is_again: bool) -> None:
        if is_again:
            self._streams.rewind()
        self._streams.tell(times)

    @rule(limit=integers(1, 3))
    def read(self, limit: int) -> None:
        if not self._cursor:
            self._streams.tell()
            self._seen, self._lasting = [], self._feed
        page = FeedService.open().page(self._reader, limit=limit, cursor=self._cursor)
        found = [video.id for video in page.videos]
        assert set(found) <= self._feed, "nothing that is hidden, of nobody who was left"
        self._seen += found
        assert len(set(self._seen)) == len(self._seen), "nothing twice"
        self._cursor = page.next_cursor or ""
        if not self._cursor:
            assert self._lasting <= set(self._seen), "nothing is missed"


Reading.TestCase.settings = settings(max_examples=5, stateful_step_count=20, deadline=None)
TestReading = Reading.TestCase
