"""Lists of comments: a query of an index, and one read of the video, its numbers, and the comments of the page."""

from dataclasses import dataclass

from shared.base import counts
from shared.base.pages import seal, skipped, unseal
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.domains.comments.errors import CommentNotFoundError
from shared.domains.comments.model import Sort
from shared.domains.comments.rules.answers import CommentAnswer, answer
from shared.domains.comments.store.comments import (
    WHAT,
    CommentStore,
    Entry,
    Items,
    by_id,
    opinions,
    opinions_by_id,
    wanted,
)
from shared.domains.comments.store.rows import replies_of, thread_of
from shared.domains.videos.model import Video
from shared.domains.videos.rules.seeing import may_see, seen
from shared.domains.videos.store.videos import VideoStore, counted_as

MOST = 50
"""Comments of a page."""

MOST_KEYS = 100
"""That DynamoDB reads in one call."""


@dataclass(frozen=True)
class Wish:
    """Which part of a list is wanted. `page` counts from 1, and is not looked at when there is a cursor."""

    limit: int
    page: int = 1
    cursor: str = ""


@dataclass(frozen=True)
class CommentPage:
    """A page of comments, of `total` in the list. `has_prev`: there are comments before it."""

    comments: list[CommentAnswer]
    total: int
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class _Cut:
    """What an index has for a page, and what leads on from there."""

    entries: list[Entry]
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class CommentLists:
    """Lists of comments."""

    comments: CommentStore
    videos: VideoStore

    @classmethod
    def open(cls) -> "CommentLists":
        """On the stage's tables."""
        return cls(CommentStore.open(), VideoStore.open())

    def of_video(self, video_id: str, viewer_id: str, sort: Sort, wish: Wish) -> CommentPage:
        """The comments on a video: two calls. `viewer_id` is "" for who is not logged in.

        Raises VideoNotFoundError, InvalidCursorError, InvalidPageError.
        """
        cut = self._cut(thread_of(video_id), sort, wish, viewer_id)
        subject, table = counted_as(video_id), counts.table()
        video, found = self._read(video_id, viewer_id, cut, {table: counts.keys(subject)})
        seen(video, viewer_id)
        total = counts.total(found[table]).get(subject, {}).get("threads", 0)
        return _page(cut, found, total)

    def of_comment(self, comment_id: str, viewer_id: str, wish: Wish) -> CommentPage:
        """The replies to a comment, the oldest first: two calls, three when there are none.

        Raises CommentNotFoundError, InvalidCursorError, InvalidPageError.
        """
        cut = self._cut(replies_of(comment_id), Sort.OLDEST, wish, viewer_id)
        video_id = cut.entries[0].video_id if cut.entries else self._video_of(comment_id)
        video, found = self._read(video_id, viewer_id, cut, wanted([comment_id]))
        parent = by_id(found).get(comment_id)
        if parent is None or video is None or not may_see(video, viewer_id):
            raise CommentNotFoundError
        return _page(cut, found, parent.reply_count)

    def _video_of(self, comment_id: str) -> str:
        """The video that a comment without replies is on."""
        comment = self.comments.get(comment_id)
        if comment is None or not comment.video_id:
            raise CommentNotFoundError
        return comment.video_id

    def _cut(self, thread: str, sort: Sort, wish: Wish, viewer_id: str) -> _Cut:
        scope = ("comments", viewer_id, thread, sort)
        after = unseal(wish.cursor, *scope) if wish.cursor else ""
        skip = 0 if wish.cursor else skipped(wish.page, wish.limit)
        found = self.comments.entries(thread, sort, skip + wish.limit + 1, after)
        shown = found[skip : skip + wish.limit]
        more = len(found) > skip + wish.limit
        return _Cut(shown, seal(shown[-1].position, *scope) if more else None, bool(after) or skip > 0)

    def _read(self, video_id: str, viewer_id: str, cut: _Cut, others: Items) -> tuple[Video | None, Items]:
        """A video, other items, the comments of a page and what the viewer thinks of them.

        As of now for who is logged in and may look for what they just did; for others at half of the price.
        """
        ids = [entry.comment_id for entry in cut.entries]
        comments, thoughts = wanted(ids), opinions(viewer_id, ids)
        together = {name: others.get(name, []) + comments.get(name, []) for name in {*others, *comments}}
        fits = 1 + sum(map(len, (*together.values(), *thoughts.values()))) <= MOST_KEYS
        video, found = self.videos.get_with(
            video_id, {**together, **(thoughts if fits else {})}, consistent=bool(viewer_id)
        )
        if not fits:
            with answering(WHAT):
                found |= read_together(thoughts)
        return video, found


def _page(cut: _Cut, found: Items, total: int) -> CommentPage:
    """What was read, in the order of the index; a comment that went meanwhile is left out."""
    comments, thoughts, base = by_id(found), opinions_by_id(found), setting("CDN_BASE_URL")
    shown = [comments[entry.comment_id] for entry in cut.entries if entry.comment_id in comments]
    answers = [answer(comment, thoughts.get(comment.id, ""), base) for comment in shown]
    return CommentPage(answers, total, cut.next_cursor, cut.has_prev)
