"""Lists of videos for everybody, and of one's own, in pages."""

from dataclasses import dataclass

from shared.base import clock, counts
from shared.base.kept import Kept
from shared.base.tables import answering, read_together
from shared.domains.videos.model import Video
from shared.domains.videos.rules.answers import VideoAnswer
from shared.domains.videos.rules.counted import unpacked
from shared.domains.videos.rules.public_lists import FIRST_PART, PublicList, place
from shared.domains.videos.service.catalogue import show
from shared.domains.videos.service.listing import TOTALS_SECONDS, Start, collection_among, collection_keys, cut
from shared.domains.videos.store.public_lists import PublicListStore

_ROUTE = "videos"
_known: Kept[dict[str, int]] = Kept(TOTALS_SECONDS)


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

        One call, and another when nobody has asked here for ten seconds how many there are. From the second year on it
        is one more where this year's videos do not fill the page, and two where last year's do not either.
        page  is not looked at when there is a cursor
        """
        scope = (_ROUTE, viewer_id, which.subject, which.author_id)
        start = Start.of(cursor, page, limit, *scope)
        walk = _Walk(which, start.skip + limit + 1, "", [])
        for part in which.parts(start.after or clock.timestamp()):
            walk.read(self.store, part, start.after if not walk.part else "")
            if not walk.goes_on:
                break
        is_all = not cursor and walk.goes_on and walk.part <= FIRST_PART
        sizes: dict[str, int] = {} if is_all else _sizes(which, walk.videos)
        for part in sorted((part for part, size in sizes.items() if size and part < walk.part), reverse=True):
            if walk.goes_on:
                walk.read(self.store, part)
        shown, more = cut(walk.videos, walk.is_cut, start.skip, limit)
        least = start.shown_after(shown) + more
        return VideoPage(
            videos=[listed(video) for video in shown],
            total=max(sum(sizes.values()), least) if cursor or more else len(walk.videos),
            next_cursor=start.after_it(shown, place(shown[-1]), *scope) if more else None,
            has_prev=bool(cursor) or start.skip > 0,
        )


def listed(video: Video) -> ListedVideo:
    """A video as lists show it."""
    counted = unpacked(video.counted, otherwise=video.published_at or video.created_at)
    return ListedVideo.model_construct(**vars(show(video, counted.numbers)), counts_as_of=counted.as_of)


def _sizes(which: PublicList, shown: list[Video]) -> dict[str, int]:
    """Part of the list -> how many videos it has, as of the last ten seconds: mostly no call.

    Of an author it is of the last time that their page has shown the same.
    """
    name = " ".join((which.author_id, *(video.id for video in shown))) if which.author_id else which.subject
    return _known.get(name, lambda: _read_sizes(which)) or {}


def _read_sizes(which: PublicList) -> dict[str, int]:
    author = which.author_id
    keys = collection_keys(author) if author else {counts.table(): counts.keys(which.subject)}
    with answering("Videos"):
        found = read_together(keys, consistent=False)
    if author:
        return {"": collection_among(found).public}
    return counts.total(found[counts.table()]).get(which.subject, {})
