"""Pages of a list, while videos come and go: what is there all the while is seen once, and nothing is seen twice."""

from contextlib import suppress

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from hypothesis.strategies import booleans, integers, sampled_from

from shared.base import clock, kept
from shared.base.errors import ConflictError, NotFoundError
from shared.base.ids import new_id
from shared.domains.videos.model import Status, Video, Visibility
from shared.domains.videos.rules.public_lists import EVERYTHING, PublicList
from shared.domains.videos.service.catalogue import CatalogueService
from shared.domains.videos.service.listing import TOTALS_SECONDS
from shared.domains.videos.service.public_lists import PublicListService
from shared.domains.videos.store.videos import VideoStore
from shared.domains.videos.store.writes import Expected
from tests.aws import running
from tests.clock import TurnedClock
from tests.shared.domains.videos.conftest import OWNER

CATEGORY = PublicList("Games")
LISTS = (EVERYTHING, CATEGORY, PublicList(author_id=OWNER.id))
YEAR = 365 * 24 * 3600


class Reading(RuleBasedStateMachine):
    """Somebody who reads a list to its end, again and again, while its author is at work."""

    def __init__(self) -> None:
        super().__init__()
        self._patch = pytest.MonkeyPatch()
        self._running = running(self._patch)
        self._running.__enter__()
        self._clock = TurnedClock()
        self._patch.setattr(clock, "now", self._clock)
        self._videos: list[str] = []
        self._listed: set[str] = set()
        """What lists have."""
        self._lasting: set[str] = set()
        """What they have had since the reader began."""
        self._seen: list[str] = []
        self._cursor = ""
        self._which = EVERYTHING

    def teardown(self) -> None:
        self._running.__exit__(None, None, None)
        self._patch.undo()

    @rule(visibility=sampled_from([Visibility.PUBLIC, Visibility.PUBLIC, Visibility.PRIVATE]))
    def publish(self, visibility: Visibility) -> None:
        self._clock.advance(1)
        now, video_id = clock.timestamp(), new_id()
        video = Video(
            id=video_id,
            owner_id=OWNER.id,
            author=OWNER,
            title="A film",
            category=CATEGORY.category,
            status=Status.PROCESSING,
            visibility=visibility,
            created_at=now,
            updated_at=now,
        )
        VideoStore.open().create(video)
        assert VideoStore.open().move(video_id, Expected((Status.PROCESSING,)), Status.READY, published_at=now).made
        self._videos.append(video_id)
        if visibility is Visibility.PUBLIC:
            self._listed.add(video_id)

    @rule()
    def a_year_goes_by(self) -> None:
        self._clock.advance(YEAR)

    @precondition(lambda self: self._videos)
    @rule(which=integers(0, 20), visibility=sampled_from(list(Visibility)))
    def edit(self, which: int, visibility: Visibility) -> None:
        video_id = self._videos[which % len(self._videos)]
        with suppress(NotFoundError, ConflictError):
            CatalogueService.open().change(video_id, OWNER.id, {"visibility": visibility})
            self._clock.advance(TOTALS_SECONDS)  # so long nobody may know that an earlier year has a video again
            (self._listed.add if visibility is Visibility.PUBLIC else self._listed.discard)(video_id)
            self._lasting &= self._listed

    @precondition(lambda self: self._videos)
    @rule(which=integers(0, 20))
    def delete(self, which: int) -> None:
        video_id = self._videos[which % len(self._videos)]
        CatalogueService.open().delete(video_id, OWNER.id)
        self._listed.discard(video_id)
        self._lasting &= self._listed

    @rule(which=sampled_from(LISTS), limit=integers(1, 3), is_cold=booleans())
    def read(self, which: PublicList, limit: int, *, is_cold: bool) -> None:
        if is_cold:
            kept.forget()
        if not self._cursor:
            self._which, self._seen, self._lasting = which, [], set(self._listed)
        page = PublicListService.open().page(self._which, "", limit=limit, cursor=self._cursor)
        found = [video.id for video in page.videos]
        assert set(found) <= self._listed, "nothing that is hidden"
        least = len(self._seen) + len(found) + bool(page.next_cursor)
        assert page.total >= least, "no fewer than were shown, and one where there are more"
        assert page.total == max(len(self._listed), least) or not is_cold
        assert len(found) == limit or not page.next_cursor
        self._seen += found
        assert len(set(self._seen)) == len(self._seen), "nothing twice"
        self._cursor = page.next_cursor or ""
        if not self._cursor:
            assert self._lasting <= set(self._seen), "nothing is missed"


Reading.TestCase.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
TestReading = Reading.TestCase
