"""Bringing notifications into line with what there is to tell, however often and in whatever order that is told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from shared.base import clock
from shared.base.errors import UnavailableError
from shared.base.tables import answering
from shared.base.transactions import write_together
from shared.domains.accounts.model import Notifications
from shared.domains.notifications.model import Box, Notification, Wish
from shared.domains.notifications.rules.days import day_of
from shared.domains.notifications.rules.telling import is_kept, is_unread, wants
from shared.domains.notifications.store import writes
from shared.domains.notifications.store.notifications import NotificationStore
from shared.domains.notifications.store.rows import WHAT

TRIES = 6
"""How often it begins anew because something changed since it was read."""

Write = dict[str, Any]
Unread = dict[str, Counter[int]]
"""User -> day -> how many more are unread."""


@dataclass(frozen=True)
class SettlingService:
    """Writes notifications and what is unread, in one transaction."""

    store: NotificationStore

    @classmethod
    def open(cls) -> "SettlingService":
        """On the stage's table."""
        return cls(NotificationStore())

    def settle(self, wishes: Iterable[Wish], *held: Write) -> None:
        """Have each user told of what is due, once, and of nothing else: a read and at most one transaction.

        wishes  at most MOST_WISHES, of which no two are about the same notification
        held    conditions of that transaction; when one does not hold, nothing is done
        Raises UnavailableError when these are changed all along.
        """
        some = list(wishes)
        for _ in range(TRIES if some else 0):
            seen = self.store.look(some)
            changes: list[Write] = []
            more: Unread = {}
            for wish in some:
                known = seen.notifications.get((wish.user_id, wish.notification_id))
                box = seen.boxes[wish.user_id]
                if write := _change(wish, known, box, seen.wanted.get(wish.user_id), more):
                    changes.append(write)
            if not changes:
                return
            with answering(WHAT):
                refusal = write_together(*held, *changes, *_counted(more, seen.boxes))
            if refusal is None or refusal.number < len(held):
                return
        if some:
            raise UnavailableError("Too many changes at this moment")


def _change(
    wish: Wish, known: Notification | None, box: Box, wanted: Notifications | None, more: Unread
) -> Write | None:
    """The write that brings one notification into line, if any; what becomes unread or read by it goes into `more`."""
    is_listed = known is not None and known.is_listed
    if wish.is_due:
        if is_listed or wanted is None or not wants(wanted, wish.cause.kind):
            return None
        return _told(wish, known, box, more) if known or wish.may_begin else None
    if known is None:
        return None
    if is_listed:
        _count(known, box, -1, more)
    if wish.is_over:
        return writes.removal(known)
    return writes.hiding(known) if is_listed else None


def _told(wish: Wish, known: Notification | None, box: Box, more: Unread) -> Write | None:
    if known is None:
        new = Notification(wish.user_id, wish.notification_id, wish.cause, clock.timestamp(), box.round)
        _count(new, box, 1, more)
        return writes.creation(new)
    if not is_kept(known):
        return None
    _count(known, box, 1, more)
    return writes.return_(replace(known, cause=wish.cause))


def _count(notification: Notification, box: Box, change: int, more: Unread) -> None:
    if is_unread(notification, box):
        more.setdefault(notification.user_id, Counter())[day_of(notification.noticed_at)] += change


def _counted(more: Unread, boxes: dict[str, Box]) -> list[Write]:
    """One write for each box that changes."""
    changed = {user_id: {day: by for day, by in days.items() if by} for user_id, days in more.items()}
    return [writes.counting(user_id, boxes[user_id], days) for user_id, days in changed.items() if days]
