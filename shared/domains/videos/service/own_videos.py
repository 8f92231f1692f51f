"""All videos of somebody, for themselves alone."""

from dataclasses import dataclass

from shared.base.pages import seal, skipped, unseal
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.videos.model import Collection, Status
from shared.domains.videos.rules.status import processing_status
from shared.domains.videos.service.listing import collection_among, collection_keys, cut
from shared.domains.videos.service.public_lists import VideoPage, listed
from shared.domains.videos.store.collections import CollectionStore
from shared.domains.videos.store.rows import of_item

WORDS = {"uploaded": "queued", "processing": "processing", "ready": "completed", "error": "failed"}
"""The Watch edition's words for a status, and those of the index."""

_ROUTE = "own-videos"


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

        Two calls. Videos that are not ready are read whole, since the index does not tell how far they are.
        status  a word of the Watch edition, "" is any
        """
        scope = (_ROUTE, owner_id, status)
        after = unseal(cursor, *scope) if cursor else ""
        skip = 0 if cursor else skipped(page, limit)
        found = self.store.videos(owner_id, WORDS.get(status, ""), skip + limit + 1, after=after)
        shown, more = cut(found.videos, found.goes_on, skip, limit)
        videos = setting("VIDEOS_TABLE")
        unready = [{"video_id": {"S": video.id}} for video in shown if video.status is not Status.READY]
        with answering("Videos"):
            items = read_together({**collection_keys(owner_id), videos: unready})
        whole = {video.id: video for video in map(of_item, items[videos])}
        told = [whole.get(video.id, video) for video in shown]
        return VideoPage(
            videos=[listed(video) for video in told if video.status is not Status.DELETED],
            total=_total(collection_among(items), status),
            next_cursor=seal(shown[-1].id, *scope) if more else None,
            has_prev=bool(cursor) or skip > 0,
        )


def _total(collection: Collection, status: str) -> int:
    counts = collection.by_status.items()
    return sum(number for one, number in counts if not status or processing_status(one) == status)
