"""What somebody wants to be told of, and what is unread."""

from shared.domains.accounts.model import Notifications
from shared.domains.notifications.model import Box, Kind, Notification
from shared.domains.notifications.rules.days import day_of, first_day


def wants(settings: Notifications, kind: Kind) -> bool:
    """Whether somebody wants to be told of a kind. `push` is for what comes without anybody having turned to them."""
    wanted = {
        Kind.COMMENT: settings.comments,
        Kind.REPLY: settings.comments,
        Kind.FOLLOW: settings.followers,
        Kind.VIDEO: settings.push,
    }
    return wanted[kind]


def is_kept(notification: Notification) -> bool:
    """Whether a notification is not too old; DynamoDB removes what is within some days."""
    return day_of(notification.noticed_at) >= first_day()


def is_unread(notification: Notification, box: Box) -> bool:
    """Whether a notification, listed or not, was not marked as read, by itself or with all."""
    return not notification.is_read and notification.round == box.round and is_kept(notification)


def unread(box: Box) -> int:
    """How many of those that are listed are unread."""
    return sum(count for day, count in box.unread.items() if day >= first_day())
