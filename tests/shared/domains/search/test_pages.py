"""Pages of a search, while videos come, change and go: what is found all the while is seen once, nothing is twice."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.strategies import integers, sampled_from

from shared.base import clock
from shared.base.errors import ConflictError, NotFoundError
from shared.base.ids import new_id
from shared.domains.search.model import VideoSort
from shared.domains.search.service.browsing import BrowsingService, Wish
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from tests.aws import running
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import OWNER
from tests.streams import streamed

ASKED = {
    "q": Wish("whale"),
    "tags": Wish(tags="Sea"),
    "both": Wish("wha", "sea", author_id=OWNER.id),
}
BY_TAG = ("tags", VideoSort.LATEST)
FOUND, OTHER = "A whale", "A shark"


class Searching(RuleBasedStateMachine):
    """Somebody who reads what is found to its end, again and again, while its author is at work."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._running = running(self._patch)
        self._streaming = streamed(self._running.__enter__(), "on_video_changed")
        self._streams = self._streaming.__enter__()
        self._clock = TurnedClock()
        self._patch.setattr(clock, "now", self._clock)
        self._titles: dict[str, str] = {}
        self._found: set[str] = set()
        """What is to be found."""
        self._lasting: set[str] = set()
        """What has been since the reader began, and was told of before."""
        self._seen: list[str] = []
        self._cursor = ""
        self._way = ("q", VideoSort.LATEST)

    def teardown(self) -> None:
        self._streaming.__exit__(None, None, None)
        self._running.__exit__(None, None, None)
        self._patch.undo()

    @rule(title=sampled_from([FOUND, FOUND, OTHER]))
    def publish(self, title: str) -> None:
        self._clock.advance(1)
        now, video_id = clock.timestamp(), new_id()
        known: dict[str, Any] = {"created_at": now, "updated_at": now, "status": Status.PROCESSING}
        video = Video(id=video_id, owner_id=OWNER.id, author=OWNER, title=title, tags=("Sea",), **known)
        VideoStore.open().create(video)
        assert VideoStore.open().move(video_id, Expected((Status.PROCESSING,)), Status.READY, published_at=now).made
        self._titles[video_id] = title
        self._look(video_id, there=True)

    @precondition(lambda self: self._titles)
    @rule(which=integers(0, 20), visibility=sampled_from(list(Visibility)), title=sampled_from([FOUND, FOUND, OTHER]))
    def edit(self, which: int, visibility: Visibility, title: str) -> None:
        video_id = list(self._titles)[which % len(self._titles)]
        with suppress(NotFoundError, ConflictError):
            CatalogueService.open().change(video_id, OWNER.id, {"visibility": visibility, "title": title})
            self._titles[video_id] = title
            self._look(video_id, there=visibility is Visibility.PUBLIC)

    @precondition(lambda self: self._titles)
    @rule(which=integers(0, 20))
    def delete(self, which: int) -> None:
        video_id = list(self._titles)[which % len(self._titles)]
        CatalogueService.open().delete(video_id, OWNER.id)
        self._look(video_id, there=False)

    @rule(times=sampled_from([1, 2]))
    def hear(self, times: int) -> None:
        self._streams.tell(times)

    @rule(way=sampled_from(list(ASKED)), sort=sampled_from([VideoSort.LATEST, VideoSort.POPULAR]), limit=integers(1, 3))
    def read(self, way: str, sort: VideoSort, limit: int) -> None:
        if not self._cursor:
            self._streams.tell()
            self._way, self._seen, self._lasting = (way, sort), [], set(self._found)
        wish = replace(ASKED[self._way[0]], sort=self._way[1])
        page = BrowsingService.open().page(wish, "", limit=limit, cursor=self._cursor)
        shown = [video.id for video in page.videos]
        assert set(shown) <= self._found, "nothing that is hidden"
        assert all(self._titles[one] == FOUND for one in shown) or self._way[0] == "tags"
        self._seen += shown
        assert len(set(self._seen)) == len(self._seen), "nothing twice"
        if self._way == BY_TAG:
            assert page.total >= len(self._seen) + bool(page.next_cursor)
            assert self._cursor or page.total == len(self._found), "all was told of"
        self._cursor = page.next_cursor or ""
        if not self._cursor:
            wanted = {one for one in self._lasting if self._way[0] == "tags" or self._titles[one] == FOUND}
            assert wanted <= set(self._seen), "nothing is missed"

    def _look(self, video_id: str, *, there: bool) -> None:
        (self._found.add if there else self._found.discard)(video_id)
        self._lasting &= self._found if self._titles[video_id] == FOUND else self._found - {video_id}


Searching.TestCase.settings = settings(max_examples=6, stateful_step_count=20, deadline=None)
TestSearching = Searching.TestCase
