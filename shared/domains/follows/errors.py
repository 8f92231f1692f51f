"""What can go wrong with follows."""

from shared.base.errors import InvalidInputError, NotFoundError


class UserNotFoundError(NotFoundError):
    """There is no such user, or the caller may not know what they asked of them."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such user")


class OwnFollowError(InvalidInputError):
    """Somebody who would follow themselves."""

    def __init__(self) -> None:
        """It is the path that is wrong."""
        super().__init__("Validation failed", field_errors={"user_id": ["You cannot follow yourself"]})
