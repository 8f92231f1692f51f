"""Finding videos by words, tags, author and category, in pages.

One of the terms leads: that which the fewest videos have, so far as is known. Its latest postings are read and compared
with all that is asked for; so the cost of a page is bounded, however many videos there are.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shared.base import clock
from shared.base.kept import Kept
from shared.base.pages import DEEPEST, seal, skipped, unseal
from shared.domains.search.model import Asked, Posting, VideoSort
from shared.domains.search.rules.asking import score
from shared.domains.search.rules.postings import matches, terms_for
from shared.domains.search.store.postings import Found, PostingStore
from shared.domains.videos.rules.public_lists import video_at
from shared.domains.videos.service.public_lists import VideoPage
from shared.domains.videos.service.shown import shown, still_listed
from shared.domains.videos.store.videos import VideoStore

_ROUTE = "found-videos"
_AFTER_ALL = "~"
"""Behind the place of a video it is a place after it."""

_frequencies: Kept[int] = Kept(300)


@dataclass(frozen=True)
class _Position:
    """Where a page begins, and what the first page has counted.

    score, place  of the last video of the page before; what follows has less
    top           the latest place that is looked at: what came since is not among them
    term          the term that leads
    """

    score: int = 0
    place: str = ""
    top: str = ""
    total: int = 0
    is_capped: bool = False
    term: str = ""

    def sealed(self, scope: tuple[str, ...]) -> str:
        """The cursor."""
        held = [self.score, self.place, self.top, self.total, self.is_capped, self.term]
        return seal(json.dumps(held, ensure_ascii=False, separators=(",", ":")), *scope)

    @classmethod
    def of(cls, cursor: str, scope: tuple[str, ...]) -> "_Position":
        """The inverse. Raises InvalidCursorError."""
        return cls(*json.loads(unseal(cursor, *scope)))


@dataclass(frozen=True)
class SearchService:
    """Search among the videos that lists show to everybody."""

    store: PostingStore
    videos: VideoStore

    @classmethod
    def open(cls) -> "SearchService":
        """On the stage's tables."""
        return cls(PostingStore(), VideoStore.open())

    def page(
        self, asked: Asked, sort: VideoSort, viewer_id: str, *, limit: int, page: int = 1, cursor: str = ""
    ) -> VideoPage:
        """A page of what is found.

        Two calls, and one more when the frequencies of several terms are not known to this process. By time a cursor
        leads through all that there are; other orders are of the latest thousand postings of the leading term. What is
        hidden meanwhile is left out.
        Raises InvalidCursorError, InvalidPageError.
        page  is not looked at when there is a cursor
        """
        scope = (_ROUTE, viewer_id, sort, *asked.words, *asked.labels)
        since = _Position.of(cursor, scope) if cursor else _Position(term=self._leading(terms_for(asked)))
        skip = 0 if cursor else skipped(page, limit)
        found = self._read(asked, sort, since, limit)
        looked_at = found.postings if sort is VideoSort.LATEST else found.postings[:DEEPEST]
        standing = sorted(_standing(asked, sort, looked_at), reverse=True)
        if cursor:
            standing = [one for one in standing if one < (since.score, since.place)]
        elif found.postings:
            newest = found.postings[0].place + _AFTER_ALL
            is_capped = found.goes_on or len(standing) > DEEPEST
            since = replace(since, top=newest, total=min(len(standing), DEEPEST), is_capped=is_capped)
        placed = standing[skip : skip + limit]
        there = still_listed(self.videos, (video_at(place) for _, place in placed), lambda video: matches(asked, video))
        if not cursor:
            since = replace(since, total=since.total - len(placed) + len(there))
        end: tuple[int, str] | None = None
        if len(standing) > skip + limit:
            end = placed[-1]
        elif sort is VideoSort.LATEST and found.goes_on:
            end = 0, found.postings[-1].place
        return VideoPage(
            videos=shown(there),
            total=since.total,
            next_cursor=replace(since, score=end[0], place=end[1]).sealed(scope) if end else None,
            has_prev=bool(cursor) or skip > 0,
            is_capped=since.is_capped,
        )

    def _read(self, asked: Asked, sort: VideoSort, since: _Position, limit: int) -> Found:
        """The latest postings of the term that leads, of which a page is made."""
        if not since.top:
            return self.store.latest(since.term, DEEPEST + 1)
        if sort is not VideoSort.LATEST:
            return self.store.latest(since.term, DEEPEST, since.top)
        is_all = (*asked.words, *asked.labels) == (since.term,)
        return self.store.latest(since.term, limit + 1 if is_all else DEEPEST, since.place)

    def _leading(self, terms: tuple[str, ...]) -> str:
        """The term of which there are the fewest samples; of several the first."""
        if len(terms) == 1:
            return terms[0]
        now = clock.now()
        known = {term: seen for term in terms if (seen := _frequencies.peek(term)) is not None}
        if new := [term for term in terms if term not in known]:
            known |= self.store.frequencies(new)
            for term in new:
                _frequencies.keep(term, known[term], now)
        return min(terms, key=lambda term: known[term])


def _standing(asked: Asked, sort: VideoSort, postings: Iterable[Posting]) -> Iterator[tuple[int, str]]:
    """Score and place of those among postings that are what is asked for."""
    for posting in postings:
        found = score(asked, posting, sort)
        if found is not None:
            yield found, posting.place
