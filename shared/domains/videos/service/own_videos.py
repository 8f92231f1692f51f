"""All videos of somebody, for themselves alone."""

from dataclasses import dataclass

from shared.base import clock
from shared.base.kept import Kept
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.videos.model import Collection, Status
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.service.listing import TOTALS_SECONDS, Start, collection_among, collection_keys, cut
from shared.domains.videos.service.public_lists import VideoPage, listed
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.rows import of_item

WORDS = {"uploaded": "queued", "processing": "processing", "ready": "completed", "error": "failed"}
"""The Watch edition's words for a status, and those of the index."""

_ROUTE = "own-videos"
_known: Kept[Collection] = Kept(TOTALS_SECONDS)


@dataclass(frozen=True)
class OwnVideosService:
    """Lists for those who own the videos, whatever has become of these."""

    store: CollectionStore

    @classmethod
    def open(cls) -> "OwnVideosService":
        """On the stage's tables."""
        return cls(CollectionStore())

    def page(self, owner_id: str, status: str, *, limit: int, page: int = 1, cursor: str = "") -> VideoPage:
        """A page of an owner's videos, those made latest first. Raises InvalidCursorError, InvalidPageError.

        One call, and another where videos are not ready, which are read whole, since the index does not tell how far
        they are, or where it is not known how many there are: of the last ten seconds that is, while the page shows the
        same videos.
        status  a word of the Watch edition, "" is any
        """
        scope = (_ROUTE, owner_id, status)
        start = Start.of(cursor, page, limit, *scope)
        found = self.store.videos(owner_id, WORDS.get(status, ""), start.skip + limit + 1, after=start.after)
        shown, more = cut(found.videos, found.goes_on, start.skip, limit)
        is_part = bool(cursor) or more
        name = " ".join((owner_id, *(video.id for video in found.videos)))
        known = _known.peek(name)
        asked_at, videos = clock.now(), setting("VIDEOS_TABLE")
        unready = [{"video_id": {"S": video.id}} for video in shown if video.status is not Status.READY]
        with answering("Videos"):
            counted = collection_keys(owner_id) if is_part and not known else {}
            items = read_together({**counted, videos: unready})
        if counted:
            known = collection_among(items)
            _known.keep(name, known, asked_at)
        whole = {video.id: video for video in map(of_item, items[videos])}
        told = [whole.get(video.id, video) for video in shown]
        least = start.shown_after(shown) + more
        return VideoPage(
            videos=[listed(video) for video in told if video.status is not Status.DELETED],
            total=max(_total(known, status), least) if known and is_part else len(found.videos),
            next_cursor=start.after_it(shown, shown[-1].id, *scope) if more else None,
            has_prev=bool(cursor) or start.skip > 0,
        )


def _total(collection: Collection, status: str) -> int:
    counts = collection.by_status.items()
    return sum(number for one, number in counts if not status or processing_status(one) == status)
