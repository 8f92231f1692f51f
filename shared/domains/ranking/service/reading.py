"""Ranked lists in pages. A cursor goes on in the list that its first page was of, whatever has been made since."""

from dataclasses import dataclass

from shared.base import counts
from shared.base.errors import InvalidCursorError
from shared.base.pages import DEEPEST, seal, skipped, unseal
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.ranking.model import Order, Ranking
from shared.domains.ranking.rules.explaining import Explanation, explained
from shared.domains.ranking.rules.lists import TOP, list_name
from shared.domains.ranking.store.lists import BEGINNING, CURRENT, key, to_ranking
from shared.domains.ranking.store.moved import WHAT
from shared.domains.videos.rules.public_lists import PublicList
from shared.domains.videos.service.public_lists import VideoPage
from shared.domains.videos.service.shown import shown, still_listed
from shared.domains.videos.store.videos import VideoStore

_ROUTE = "ranked-videos"


@dataclass(frozen=True)
class RankedPage(VideoPage):
    """A page of a ranked list, and why some of its videos stand where they do; None when nobody asked."""

    explanations: list[Explanation] | None = None


@dataclass(frozen=True)
class Asking:
    """Who wants to know why videos stand where they do: about their own, or all."""

    user_id: str
    sees_all: bool = False


@dataclass(frozen=True)
class RankedListService:
    """Popular and trending videos: all, or those of a category."""

    videos: VideoStore

    @classmethod
    def open(cls) -> "RankedListService":
        """On the stage's tables."""
        return cls(VideoStore.open())

    def page(
        self,
        order: Order,
        category: str,
        viewer_id: str,
        *,
        limit: int,
        page: int = 1,
        cursor: str = "",
        asking: Asking | None = None,
    ) -> RankedPage:
        """A page of a list. Two calls.

        A video that is hidden since the list was made is left out. Raises InvalidCursorError, InvalidPageError.
        page  is not looked at when there is a cursor
        """
        scope = (_ROUTE, viewer_id, order, category)
        made, _, place = unseal(cursor, *scope).rpartition(" ") if cursor else ("", "", "")
        skip = int(place) if cursor else skipped(page, limit)
        ends = skip + limit
        ranking, size = _read(order, PublicList(category), made, ends)
        if cursor and not ranking.generation:
            raise InvalidCursorError("This list was made anew long ago: begin again without cursor")
        standing = {one.video_id: (skip + number, one) for number, one in enumerate(ranking.entries[skip:ends], 1)}
        there = still_listed(self.videos, standing, lambda video: category in ("", video.category))
        return RankedPage(
            videos=shown(there),
            total=min(size, ranking.length),
            next_cursor=seal(f"{ranking.generation} {ends}", *scope) if ends < ranking.length else None,
            has_prev=skip > 0,
            is_capped=size > DEEPEST,
            explanations=[
                explained(order, video, *standing[video.id], ranking.made_at)
                for video in there
                if asking.sees_all or asking.user_id == video.owner_id
            ]
            if asking
            else None,
        )


def _read(order: Order, which: PublicList, made: str, ends: int) -> tuple[Ranking, int]:
    """A list as it stands, or as it was `made` once, which it may be still; and how many videos could be in it.

    ends  so many of its first videos are looked at
    """
    table, name = setting("RANKINGS_TABLE"), list_name(order, which.category)
    now = BEGINNING if ends <= TOP else CURRENT
    generations = (now, made) if made else (now,)
    keys = {table: [key(name, one) for one in generations], counts.table(): counts.keys(which.subject)}
    with answering(WHAT):
        found = read_together(keys, consistent=False)
    kept = [one for one in map(to_ranking, found[table]) if made in ("", one.generation)]
    ranking = kept[0] if kept else Ranking(name)
    return ranking, sum(counts.total(found[counts.table()]).get(which.subject, {}).values())
