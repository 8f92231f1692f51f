"""Everybody's videos as somebody wishes to see them: which of the ways to list them is theirs."""

from dataclasses import dataclass

from shared.base.errors import InvalidInputError
from shared.domains.ranking.model import Order
from shared.domains.ranking.service.reading import Asking, RankedListService
from shared.domains.search.model import VideoSort
from shared.domains.search.rules.asking import asked_for
from shared.domains.search.rules.postings import only_tag
from shared.domains.search.service.searching import SearchService
from shared.domains.search.service.tagged import TaggedListService
from shared.domains.videos.rules.public_lists import PublicList
from shared.domains.videos.service.public_lists import PublicListService, VideoPage


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see; "" is anything. `sort` is by relevance with `q` and by time without, unless named."""

    q: str = ""
    tags: str = ""
    category: str = ""
    author_id: str = ""
    sort: str = ""
    asking: Asking | None = None
    """Who wants to know why they stand where they do."""

    @property
    def order(self) -> VideoSort:
        """What the videos are ordered by. Raises InvalidInputError."""
        if self.sort == VideoSort.RELEVANCE and not self.q:
            raise InvalidInputError.of("sort", "Relevance is that of words: send q")
        return VideoSort(self.sort or (VideoSort.RELEVANCE if self.q else VideoSort.LATEST))

    @property
    def is_one_list(self) -> bool:
        """Whether a list stands ready by itself that has just these videos, by time."""
        return not (self.q or self.tags or (self.category and self.author_id))

    @property
    def is_ranked_list(self) -> bool:
        """Whether that is one which the schedule makes."""
        return self.is_one_list and not self.author_id and self.order is not VideoSort.LATEST


@dataclass(frozen=True)
class BrowsingService:
    """Lists by time, ranked lists, lists of a tag, and the search."""

    lists: PublicListService
    ranked: RankedListService
    tagged: TaggedListService
    search: SearchService

    @classmethod
    def open(cls) -> "BrowsingService":
        """On the stage's tables."""
        lists, ranked = PublicListService.open(), RankedListService.open()
        return cls(lists, ranked, TaggedListService.open(), SearchService.open())

    def page(self, wish: Wish, viewer_id: str, *, limit: int, page: int = 1, cursor: str = "") -> VideoPage:
        """A page of what is wished for. Raises InvalidInputError, InvalidCursorError, InvalidPageError.

        page  is not looked at when there is a cursor
        """
        sort = wish.order
        if wish.asking and not wish.is_ranked_list:
            told = "Only ranked lists are explained: sort=popular or sort=trending, all videos or those of a category"
            raise InvalidInputError.of("explain", told)
        if wish.is_one_list and sort is VideoSort.LATEST:
            which = PublicList(wish.category, wish.author_id)
            return self.lists.page(which, viewer_id, limit=limit, page=page, cursor=cursor)
        if wish.is_ranked_list:
            where = {"limit": limit, "page": page, "cursor": cursor}
            return self.ranked.page(Order(sort), wish.category, viewer_id, **where, asking=wish.asking)
        asked = asked_for(wish.q, wish.tags, wish.category, wish.author_id)
        if sort is VideoSort.LATEST and (tag := only_tag(asked)):
            return self.tagged.page(tag, viewer_id, limit=limit, page=page, cursor=cursor)
        return self.search.page(asked, sort, viewer_id, limit=limit, page=page, cursor=cursor)
