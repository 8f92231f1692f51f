"""A feed in pages: what was put into it, merged with videos of authors who are looked up."""

from dataclasses import dataclass

from shared.base.pages import seal, skipped, unseal
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.feeds.model import Entry, Feed
from shared.domains.feeds.store import WHAT, FeedStore
from shared.domains.follows.store import edges
from shared.domains.videos.model import Video
from shared.domains.videos.rules.public_lists import PublicList, is_listed, place
from shared.domains.videos.service.public_lists import ListedVideo, listed
from shared.domains.videos.store.public_lists import PublicListStore
from shared.domains.videos.store.rows import of_item

_ROUTE = "feed"


@dataclass(frozen=True)
class FeedPage:
    """A page of a feed, the latest first. `total` are known by then; there are more if there is a cursor."""

    videos: list[ListedVideo]
    total: int
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class _Position:
    """Where a page begins: after so many videos, or after a place which so many stand before."""

    skip: int = 0
    before: int = 0
    after: str = ""
    pulls: bool = True


@dataclass(frozen=True)
class FeedService:
    """Feeds, for whom they are."""

    feeds: FeedStore
    lists: PublicListStore

    @classmethod
    def open(cls) -> "FeedService":
        """On the stage's tables."""
        return cls(FeedStore(), PublicListStore())

    def page(self, user_id: str, *, limit: int, page: int = 1, cursor: str = "") -> FeedPage:
        """A page of videos of whom somebody follows. Raises InvalidCursorError, InvalidPageError.

        Two calls; one more for each author who is looked up, MOST_PULLED at most, and one to know them after a cursor.
        What is hidden, and whose author they follow no more, is left out: its entry is about to go.
        page  is not looked at when there is a cursor
        """
        at = _position(unseal(cursor, _ROUTE, user_id)) if cursor else _Position(skipped(page, limit))
        wanted = at.skip + limit + 1
        feed = self._feed(user_id, wanted, at)
        places = {entry.place: entry.author_id for entry in feed.entries}
        known: dict[str, Video] = {}
        for author_id in feed.pulled:
            latest = self.lists.latest(PublicList("", author_id), "", wanted, at.after)
            known |= {place(video): video for video in latest.videos}
        places |= {where: video.owner_id for where, video in known.items()}
        found = [Entry(where, places[where]) for where in sorted(places, reverse=True)[:wanted]]
        shown = found[at.skip : at.skip + limit]
        more = len(found) > at.skip + limit
        last = f"{at.before + at.skip + limit} {int(bool(feed.pulled))} {shown[-1].place}" if more else ""
        return FeedPage(
            videos=[listed(video) for video in _videos(user_id, shown, known)],
            total=at.before + len(found),
            next_cursor=seal(last, _ROUTE, user_id) if more else None,
            has_prev=bool(cursor) or at.skip > 0,
        )

    def _feed(self, user_id: str, wanted: int, at: _Position) -> Feed:
        feed = self.feeds.latest(user_id, wanted, at.after)
        return Feed(feed.entries, self.feeds.pulled(user_id)) if at.after and at.pulls else feed


def _position(held: str) -> _Position:
    before, pulls, after = held.split(" ")
    return _Position(before=int(before), pulls=pulls == "1", after=after)


def _videos(user_id: str, shown: list[Entry], known: dict[str, Video]) -> list[Video]:
    """The videos of a page that lists show, of authors whom the user follows now: one call, none for an empty page."""
    if not shown:
        return []
    rows = [{"video_id": {"S": entry.video_id}} for entry in shown if entry.place not in known]
    authors = dict.fromkeys(entry.author_id for entry in shown)
    keys = {
        setting("VIDEOS_TABLE"): rows,
        edges.table(): [edges.edge_key(user_id, author_id) for author_id in authors],
    }
    with answering(WHAT):
        found = read_together(keys, consistent=False)
    followed = {edge["followed_id"]["S"] for edge in found[edges.table()]}
    pushed = {place(video): video for video in map(of_item, found[setting("VIDEOS_TABLE")]) if is_listed(video)}
    videos = {**pushed, **known}
    return [videos[one.place] for one in shown if one.author_id in followed and one.place in videos]
