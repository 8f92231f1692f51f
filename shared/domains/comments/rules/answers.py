"""A comment as callers see it."""

from pydantic import BaseModel

from shared.domains.accounts.rules.pictures import avatar_address
from shared.domains.comments.model import Comment
from shared.domains.videos.model import Author


class CommentAuthorAnswer(BaseModel):
    """Who wrote a comment, as they were then. `avatar_url` stands for none while they have no picture."""

    id: str
    username: str
    display_name: str
    avatar_url: str
    verified: bool


class InteractionAnswer(BaseModel):
    """What the caller thinks of it; neither for who is not logged in."""

    liked: bool
    disliked: bool


class CommentAnswer(BaseModel):
    """A comment. `content` is text, not HTML. `parent_comment_id` is null for one that is on the video itself.

    A removed one that has replies keeps its place: it has no content, and `author` and `user_id` are null. One that is
    `held` is seen by its author and by whose video it is on, until they have approved it.
    """

    id: str
    video_id: str
    user_id: str | None
    parent_comment_id: str | None
    content: str
    like_count: int
    dislike_count: int
    reply_count: int
    created_at: str
    updated_at: str
    edited: bool
    removed: bool
    held: bool
    author: CommentAuthorAnswer | None
    user_interaction: InteractionAnswer


def answer(comment: Comment, reaction: str, base: str, *, held: bool = False) -> CommentAnswer:
    """The answer about a comment.

    reaction  "like", "dislike" or "": what the caller thinks of it
    base      the media server's address
    """
    return CommentAnswer(
        id=comment.id,
        video_id=comment.video_id,
        user_id=comment.author.id if comment.author else None,
        parent_comment_id=comment.parent_id or None,
        content=comment.content,
        like_count=comment.like_count,
        dislike_count=comment.dislike_count,
        reply_count=comment.reply_count,
        created_at=comment.created_at,
        updated_at=comment.edited_at or comment.created_at,
        edited=bool(comment.edited_at),
        removed=comment.removed,
        held=held,
        author=_author(comment.author, base) if comment.author else None,
        user_interaction=InteractionAnswer(liked=reaction == "like", disliked=reaction == "dislike"),
    )


def _author(author: Author, base: str) -> CommentAuthorAnswer:
    return CommentAuthorAnswer(
        id=author.id,
        username=author.username,
        display_name=author.display_name,
        avatar_url=avatar_address(author.avatar_url, base),
        verified=author.verified,
    )
