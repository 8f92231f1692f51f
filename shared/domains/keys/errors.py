"""What can go wrong with API keys."""

from shared.base.errors import InvalidInputError, InvalidTokenError, NotFoundError, QuotaExceededError


class InvalidApiKeyError(InvalidTokenError):
    """A key that is malformed, unknown, revoked or expired; which of them is not told."""

    def __init__(self) -> None:
        """One message for all reasons."""
        message = "This API key is not valid"
        super().__init__(message, details=[{"code": "INVALID_API_KEY", "message": message}])


class KeyNotFoundError(NotFoundError):
    """There is no such key, or it is somebody else's."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such API key")


class TooManyKeysError(QuotaExceededError):
    """The user has as many keys as one may have."""

    def __init__(self, most: int) -> None:
        """`most`: how many that is."""
        super().__init__(f"You have {most} API keys, which is the most: delete one first")


class InvalidKeyWishError(InvalidInputError):
    """Fields of a wish that break the rules."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        """`problems`: field -> messages."""
        super().__init__("Validation failed", field_errors=problems)
