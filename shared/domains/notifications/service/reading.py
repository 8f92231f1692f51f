"""What somebody is told, in pages, and what they have read of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shared.base.errors import UnavailableError
from shared.base.pages import seal, unseal
from shared.base.settings import setting
from shared.base.tables import answering, read_together
from shared.base.transactions import write_together
from shared.domains.accounts.store import people
from shared.domains.comments.store import comments
from shared.domains.notifications.model import Box, Kind, Notification
from shared.domains.notifications.rules.answers import ActorAnswer, NotificationAnswer, answer
from shared.domains.notifications.rules.days import day_of
from shared.domains.notifications.rules.telling import is_unread, unread
from shared.domains.notifications.store import writes
from shared.domains.notifications.store.notifications import NotificationStore, place_of
from shared.domains.notifications.store.rows import WHAT, Item, key, table, to_box
from shared.domains.videos.rules.public_lists import is_listed
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.rows import of_item

MOST = 40
"""Notifications of a page: what they are about, two items each, fits into one BatchGetItem."""

MOST_IDS = 50
"""That are marked as read in one transaction."""

TRIES = 6
_ROUTE = "notifications"

Items = dict[str, list[Item]]


@dataclass(frozen=True)
class NotificationPage:
    """A page, the latest first. `total` is how many are known by then: there are more if there is a cursor."""

    notifications: list[NotificationAnswer]
    unread: int
    total: int
    next_cursor: str | None
    has_prev: bool


@dataclass(frozen=True)
class NotificationService:
    """Notifications, for whom they are."""

    store: NotificationStore

    @classmethod
    def open(cls) -> "NotificationService":
        """On the stage's tables."""
        return cls(NotificationStore())

    def page(self, user_id: str, *, limit: int, cursor: str = "") -> NotificationPage:
        """A page of what somebody is told: two calls. Raises InvalidCursorError.

        What a comment or a video said is read with it, and what they may not see any more is left out: its notification
        is about to go.
        """
        before, after = 0, ""
        if cursor:
            count, after = unseal(cursor, _ROUTE, user_id).split(" ")
            before = int(count)
        found = self.store.latest(user_id, limit + 1, after)
        shown = found[:limit]
        items = _read(user_id, shown)
        [own] = items[table()] or [None]
        box, told = to_box(own), _Told(user_id, items)
        more, total = len(found) > limit, before + len(found)
        return NotificationPage(
            notifications=[one for notification in shown if (one := told.answer(notification, box))],
            unread=unread(box),
            total=total,
            next_cursor=seal(f"{before + limit} {place_of(shown[-1])}", _ROUTE, user_id) if more else None,
            has_prev=bool(cursor),
        )

    def read_some(self, user_id: str, ids: Iterable[str]) -> int:
        """Mark some as read, MOST_IDS at most, as far as there are any; how many are unread then. Two calls."""
        wanted = tuple(ids)
        for _ in range(TRIES):
            found, box = self.store.some(user_id, wanted)
            new = [one for one in found if one.is_listed and is_unread(one, box)]
            if not new:
                return unread(box)
            less = Counter(day_of(one.noticed_at) for one in new)
            counted = writes.counting(user_id, box, {day: -count for day, count in less.items()})
            with answering(WHAT):
                refusal = write_together(*map(writes.reading, new), counted)
            if refusal is None:
                return unread(box) - len(new)
        raise UnavailableError("Too many changes at this moment")

    def read_all(self, user_id: str) -> int:
        """Mark all as read; none is unread then. One call."""
        self.store.read_all(user_id)
        return 0


def _read(user_id: str, shown: list[Notification]) -> Items:
    """The user's box, and what is told: as of now."""
    causes = [one.cause for one in shown]
    actors = [people.key(actor_id) for actor_id in _each(cause.actor_id for cause in causes)]
    videos = [{"video_id": {"S": video_id}} for video_id in _each(cause.video_id for cause in causes)]
    keys = {
        table(): [key(user_id)],
        people.table(): actors,
        setting("VIDEOS_TABLE"): videos,
        **comments.wanted(_each(cause.comment_id for cause in causes)),
    }
    with answering(WHAT):
        return read_together(keys, {people.table(): people.LISTED})


def _each(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for one in ids if one))


class _Told:
    """What was read, and what it makes of notifications."""

    def __init__(self, user_id: str, items: Items) -> None:
        self.user_id, self.base = user_id, setting("CDN_BASE_URL")
        self.people = people.people(items[people.table()])
        self.videos = {video.id: video for video in map(of_item, items[setting("VIDEOS_TABLE")])}
        self.comments = comments.by_id(items)

    def answer(self, notification: Notification, box: Box) -> NotificationAnswer | None:
        """The answer; None when there is nothing to tell any more."""
        is_read = not is_unread(notification, box)
        cause = notification.cause
        if cause.kind is Kind.FOLLOW:
            person = self.people.get(cause.actor_id)
            return answer(notification, is_read=is_read, actor=ActorAnswer.of(person, self.base)) if person else None
        video, comment = self.videos.get(cause.video_id), self.comments.get(cause.comment_id)
        if video is None or not may_see(video, self.user_id):
            return None
        if cause.kind is Kind.VIDEO:
            author = ActorAnswer.of(video.author, self.base)
            return answer(notification, is_read=is_read, actor=author, video=video) if is_listed(video) else None
        if comment is None or comment.author is None:
            return None
        author = ActorAnswer.of(comment.author, self.base)
        return answer(notification, is_read=is_read, actor=author, video=video, comment=comment)
