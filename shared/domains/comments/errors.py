"""What can go wrong with comments."""

from shared.base.errors import InvalidInputError, NotFoundError


class CommentNotFoundError(NotFoundError):
    """There is no such comment, the caller may not know of it, or may not do this to it."""

    def __init__(self) -> None:
        """One message for all."""
        super().__init__("There is no such comment")


def unknown_parent() -> InvalidInputError:
    """What is to be answered is no comment on this video, or was removed."""
    return InvalidInputError.of("parent_comment_id", "There is no such comment on this video")


def to_be_held() -> InvalidInputError:
    """An edit has words that wait for whose video it is, while the comment is to be seen."""
    told = "Whose video this is looks at such words first: write them as a new comment, which waits for them"
    return InvalidInputError.of("content", told)
