"""What somebody is told of that others did: comments, answers, new followers, new videos."""

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

_NAMES = uuid.UUID("0e1f9d2c-7f0b-5d3e-9a64-5b1c9be0a7d1")


class Kind(StrEnum):
    """What somebody is told of: a comment on their video, an answer to their comment, who follows them, a new video."""

    COMMENT = "comment"
    REPLY = "reply"
    FOLLOW = "follow"
    VIDEO = "video"


@dataclass(frozen=True)
class Cause:
    """What there is to tell. `actor_id` is who follows; comments and videos say themselves whose they are."""

    kind: Kind
    actor_id: str = ""
    video_id: str = ""
    comment_id: str = ""

    def id_for(self, user_id: str) -> str:
        """The notification's id: the same for the same cause and user, so that nobody is told twice.

        It leads back to neither. A comment that answers the user on their own video is one cause.
        """
        what = self.comment_id or self.actor_id or self.video_id
        return str(uuid.uuid5(_NAMES, f"{user_id}#{what}"))


@dataclass(frozen=True)
class Notification:
    """A notification as its row has it.

    noticed_at  when it was first told, ISO 8601 in UTC
    round       how often all had been marked as read by then
    is_read     it was marked as read by itself
    is_listed   its cause stands; what is not listed is kept so that it is not told anew if the cause comes back
    """

    user_id: str
    id: str
    cause: Cause
    noticed_at: str
    round: int = 0
    is_read: bool = False
    is_listed: bool = True


@dataclass(frozen=True)
class Box:
    """What is unread of somebody's notifications.

    round   so often all were marked as read; what came in an earlier round is read
    unread  day on which they came (days since 1970) -> unread ones among those that are listed
    """

    round: int = 0
    unread: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """Whether a user is to be told of something.

    is_over    it never comes back, so nothing needs to be remembered
    may_begin  they are told even if they never were
    """

    user_id: str
    cause: Cause
    is_due: bool
    is_over: bool = False
    may_begin: bool = True

    @property
    def notification_id(self) -> str:
        """The id of what would tell them."""
        return self.cause.id_for(self.user_id)
