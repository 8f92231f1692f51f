"""An owner's videos in lists."""

from dataclasses import dataclass
from typing import Any, TypeVar

from shared.base.errors import InvalidPageError
from shared.base.pages import DEEPEST, seal, skipped, unseal
from shared.base.settings import setting
from shared.domains.videos.model import Card, Collection, Video
from shared.domains.videos.rules.listing import Filter
from shared.domains.videos.rules.status import studio_word
from shared.domains.videos.store.collections import Cards, CollectionStore, collection_item, to_collection

_ROUTE = "studio-videos"
TOTALS_SECONDS = 10
"""So long a process remembers how many videos a list has."""

T = TypeVar("T")


@dataclass(frozen=True)
class Count:
    """Videos that a filter lets through; there are at least so many when it `is_capped`."""

    total: int
    is_capped: bool = False


@dataclass(frozen=True)
class CardPage:
    """A page of an owner's videos, the latest first. `has_prev`: there are videos before it."""

    cards: list[Card]
    collection: Collection
    count: Count
    next_cursor: str | None = None
    has_prev: bool = False


@dataclass(frozen=True)
class _Position:
    """Where a page begins: after so many videos, or after one of them; and what the page before has counted."""

    skip: int = 0
    after: str = ""
    count: Count | None = None


@dataclass(frozen=True)
class Start:
    """Where a page of a list of videos begins.

    skip    videos after the one before it, or from the start
    after   the last one of the page before, "" from the start
    before  videos that the pages before it have shown, as far as its cursor tells
    """

    skip: int = 0
    after: str = ""
    before: int = 0

    @classmethod
    def of(cls, cursor: str, page: int, limit: int, *scope: str) -> "Start":
        """Of a cursor, or else of a page's number. Raises InvalidCursorError, InvalidPageError."""
        if not cursor:
            return cls(skipped(page, limit))
        *before, after = unseal(cursor, *scope).split(" ")
        return cls(0, after, int(before[0]) if before else 0)

    def shown_after(self, shown: list[Video]) -> int:
        """Videos that were shown once a page is."""
        return self.before + self.skip + len(shown)

    def after_it(self, shown: list[Video], last: str, *scope: str) -> str:
        """The cursor of what comes after a page whose last video stands at a place."""
        return seal(f"{self.shown_after(shown)} {last}", *scope)


@dataclass(frozen=True)
class ListingService:
    """Lists for those who own the videos."""

    store: CollectionStore

    @classmethod
    def open(cls) -> "ListingService":
        """On the stage's tables."""
        return cls(CollectionStore())

    def page(
        self, owner_id: str, wish: Filter, *, limit: int, page: int = 1, offset: int | None = None, cursor: str = ""
    ) -> CardPage:
        """A page of an owner's videos: two calls. Raises InvalidCursorError, InvalidPageError, InvalidInputError.

        page, offset  are not looked at when there is a cursor
        """
        scope = (_ROUTE, owner_id, wish.status, wish.channel_id, wish.date_from, wish.date_to)
        at = _position(unseal(cursor, *scope)) if cursor else _Position(skipped(page, limit, offset))
        between = wish.between()
        collection = self.store.read(owner_id)
        if wish.is_empty:
            return CardPage([], collection, Count(0))
        wanted = DEEPEST + 1 if between and not at.count else at.skip + limit + 1
        found = self.store.cards(owner_id, wish.word, wanted, after=at.after, between=between)
        count = at.count or (_counted(found) if between else _known(collection, wish.word))
        shown, more = cut(found.cards, found.goes_on, at.skip, limit)
        return CardPage(
            cards=shown,
            collection=collection,
            count=count,
            next_cursor=seal(_after(shown[-1], count if between else None), *scope) if more else None,
            has_prev=bool(cursor) or at.skip > 0,
        )


def collection_keys(owner_id: str) -> dict[str, list[dict[str, Any]]]:
    """What to read, with whatever else, for an owner's videos in numbers: as `read_together` takes it."""
    return {setting("OPERATIONS_TABLE"): [collection_item(owner_id)]}


def collection_among(found: dict[str, list[dict[str, Any]]]) -> Collection:
    """An owner's videos in numbers, of what was read by `collection_keys`."""
    items = found[setting("OPERATIONS_TABLE")]
    return to_collection(items[0] if items else {})


def cut(found: list[T], goes_on: bool, skip: int, limit: int) -> tuple[list[T], bool]:
    """What a page shows of all that was read for it, and whether there is more after it.

    goes_on  the list goes on after what was read
    """
    shown = found[skip : skip + limit]
    if goes_on and not shown:
        raise InvalidPageError("This page lies too deep: go on with cursor")
    return shown, goes_on or len(found) > skip + limit


def _known(collection: Collection, word: str) -> Count:
    counts = collection.by_status.items()
    return Count(sum(number for status, number in counts if not word or studio_word(status) == word))


def _counted(found: Cards) -> Count:
    return Count(min(len(found.cards), DEEPEST), found.goes_on or len(found.cards) > DEEPEST)


def _after(card: Card, count: Count | None) -> str:
    """What a cursor holds: the last video of its page, and what had to be counted, so that it is counted once."""
    return f"{card.id} {count.total} {count.is_capped:d}" if count else card.id


def _position(held: str) -> _Position:
    after, *counted = held.split(" ")
    return _Position(after=after, count=Count(int(counted[0]), counted[1] == "1") if counted else None)
