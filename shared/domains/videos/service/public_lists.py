"""Lists of videos for everybody, and of one's own, in pages."""

from dataclasses import dataclass

from shared.base import clock, counts
from shared.base.errors import InvalidPageError
from shared.base.pages import seal, skipped, unseal
from shared.base.tables import answering, read_together
from shared.domains.videos.model import Video
from shared.domains.videos.rules.answers import VideoAnswer
from shared.domains.videos.rules.counted import unpacked
from shared.domains.videos.rules.public_lists import PublicList, place
from shared.domains.videos.service.catalogue import show
from shared.domains.videos.service.listing import collection_among, collection_keys
from shared.domains.videos.store.public_lists import PublicListStore

_ROUTE = "videos"


class ListedVideo(VideoAnswer):
    """A video in a list. Of a long `description` it has the first 200 characters; GET /api/videos/{id} has all.

    Counts are copies, which miss what has happened since `counts_as_of`; a change is in them after a minute.
    """

    counts_as_of: str


@dataclass(frozen=True)
class VideoPage:
    """A page of videos in order, of `total` in all, or more where that `is_capped`.

    `has_prev`: there are videos before it.
    """

    videos: list[ListedVideo]
    total: int
    next_cursor: str | None
    has_prev: bool
    is_capped: bool = False


@dataclass
class _Walk:
    """Videos of a list from some place on, until there are enough of them.

    part    the last one that was read
    is_cut  DynamoDB had more to tell of it than fits into an answer
    """

    which: PublicList
    wanted: int
    part: str
    videos: list[Video]
    is_cut: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether there may be more to read in earlier parts."""
        return not self.is_cut and len(self.videos) < self.wanted

    def read(self, store: PublicListStore, part: str, after: str = "") -> None:
        """Go on with a part: one call."""
        wanted = self.wanted - len(self.videos)
        found = store.latest(self.which, part, wanted, after)
        self.part = part
        self.is_cut = found.goes_on and len(found.videos) < wanted
        self.videos += found.videos


@dataclass(frozen=True)
class PublicListService:
    """Lists that show everybody the same."""

    store: PublicListStore

    @classmethod
    def open(cls) -> "PublicListService":
        """On the stage's tables."""
        return cls(PublicListStore())

    def page(self, which: PublicList, viewer_id: str, *, limit: int, page: int = 1, cursor: str = "") -> VideoPage:
        """A page of a list. Raises InvalidCursorError, InvalidPageError.

        Two calls. From the second year on it is one more where this year's videos do not fill the page, and two where
        last year's do not either.
        page  is not looked at when there is a cursor
        """
        scope = (_ROUTE, viewer_id, which.subject, which.author_id)
        after = unseal(cursor, *scope) if cursor else ""
        skip = 0 if cursor else skipped(page, limit)
        walk = _Walk(which, skip + limit + 1, "", [])
        for part in which.parts(after or clock.timestamp()):
            walk.read(self.store, part, after if not walk.part else "")
            if not walk.goes_on:
                break
        sizes = _sizes(which)
        for part in sorted((part for part, size in sizes.items() if size and part < walk.part), reverse=True):
            if walk.goes_on:
                walk.read(self.store, part)
        shown = walk.videos[skip : skip + limit]
        if walk.is_cut and not shown:
            raise InvalidPageError("This page lies too deep: go on with cursor")
        more = walk.is_cut or len(walk.videos) > skip + limit
        return VideoPage(
            videos=[listed(video) for video in shown],
            total=sum(sizes.values()),
            next_cursor=seal(place(shown[-1]), *scope) if more else None,
            has_prev=bool(cursor) or skip > 0,
        )


def listed(video: Video) -> ListedVideo:
    """A video as lists show it."""
    counted = unpacked(video.counted, otherwise=video.published_at or video.created_at)
    return ListedVideo.model_construct(**vars(show(video, counted.numbers)), counts_as_of=counted.as_of)


def _sizes(which: PublicList) -> dict[str, int]:
    """Part of the list -> how many videos it has: one call."""
    author = which.author_id
    keys = collection_keys(author) if author else {counts.table(): counts.keys(which.subject)}
    with answering("Videos"):
        found = read_together(keys, consistent=False)
    if author:
        return {"": collection_among(found).public}
    return counts.total(found[counts.table()]).get(which.subject, {})
