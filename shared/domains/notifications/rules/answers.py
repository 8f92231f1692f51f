"""A notification as callers see it."""

from pydantic import BaseModel

from shared.domains.accounts.model import Person
from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.comments.model import Comment
from shared.domains.notifications.model import Kind, Notification
from shared.domains.videos.model import Author, Video


class ActorAnswer(BaseModel):
    """Who did it."""

    id: str
    username: str
    display_name: str
    avatar_url: str

    @classmethod
    def of(cls, who: Author | Person, base: str) -> "ActorAnswer":
        """Whoever it is; `base` is the media server's address."""
        picture = avatar_address(who.avatar_url, base)
        return cls(id=who.id, username=who.username, display_name=who.display_name, avatar_url=picture)


class ToldVideoAnswer(BaseModel):
    """The video that it is about."""

    id: str
    title: str


class ToldCommentAnswer(BaseModel):
    """The comment that it is about, as it reads now. `parent_comment_id` is null for one on the video itself."""

    id: str
    parent_comment_id: str | None
    content: str


class NotificationAnswer(BaseModel):
    """What somebody is told of. `video` is null for a new follower, `comment` for whatever is no comment.

    `kind`: `comment` on the caller's video, `reply` to their comment, `follow` by somebody, `video` of whom they
    follow.
    The id is the same whenever and wherever the same is told.
    """

    id: str
    kind: Kind
    created_at: str
    read: bool
    actor: ActorAnswer
    video: ToldVideoAnswer | None
    comment: ToldCommentAnswer | None


def answer(
    notification: Notification,
    *,
    is_read: bool,
    actor: ActorAnswer,
    video: Video | None = None,
    comment: Comment | None = None,
) -> NotificationAnswer:
    """The answer about a notification."""
    return NotificationAnswer(
        id=notification.id,
        kind=notification.cause.kind,
        created_at=notification.noticed_at,
        read=is_read,
        actor=actor,
        video=ToldVideoAnswer(id=video.id, title=video.title) if video else None,
        comment=ToldCommentAnswer(id=comment.id, parent_comment_id=comment.parent_id or None, content=comment.content)
        if comment
        else None,
    )
