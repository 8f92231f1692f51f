"""Videos that have a tag, the latest first, in pages. How many there are is counted as postings are written."""

from dataclasses import dataclass

from shared.domains.search.rules.postings import has_tag
from shared.domains.search.store.postings import PostingStore, count_keys, counted_among
from shared.domains.videos.rules.public_lists import video_at
from shared.domains.videos.service.listing import Start, cut
from shared.domains.videos.service.public_lists import VideoPage
from shared.domains.videos.service.shown import shown, still_listed_with
from shared.domains.videos.store.videos import VideoStore

_ROUTE = "tagged-videos"


@dataclass(frozen=True)
class TaggedListService:
    """Lists that show everybody the same."""

    store: PostingStore
    videos: VideoStore

    @classmethod
    def open(cls) -> "TaggedListService":
        """On the stage's tables."""
        return cls(PostingStore(), VideoStore.open())

    def page(self, tag: str, viewer_id: str, *, limit: int, page: int = 1, cursor: str = "") -> VideoPage:
        """A page of the videos that have a tag: two calls, however many these are.

        What is hidden since its posting was written is left out, here and in the total.
        Raises InvalidCursorError, InvalidPageError.
        tag   its term (rules.postings.labels)
        page  is not looked at when there is a cursor
        """
        scope = (_ROUTE, viewer_id, tag)
        start = Start.of(cursor, page, limit, *scope)
        wanted = start.skip + limit + 1
        found = self.store.latest(tag, wanted, start.after)
        is_cut = found.goes_on and len(found.postings) < wanted
        places, more = cut([posting.place for posting in found.postings], is_cut, start.skip, limit)
        is_all = not (cursor or more)
        others = count_keys(() if is_all else (tag,))
        there, items = still_listed_with(self.videos, map(video_at, places), others, lambda video: has_tag(video, tag))
        hidden = len(places) - len(there)
        counted, least = counted_among(items).get(tag, 0), start.shown_after(there) + more
        return VideoPage(
            videos=shown(there),
            total=len(found.postings) - hidden if is_all else max(counted - hidden, least),
            next_cursor=start.after_it(there, places[-1], *scope) if more else None,
            has_prev=bool(cursor) or start.skip > 0,
        )
