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
