"""What can go wrong with channels of Studio."""

from shared.base.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class ChannelNotFoundError(NotFoundError):
    """There is no such channel, or it is somebody else's."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such channel")


class ChannelLimitError(ForbiddenError):
    """The user has as many channels as their tier allows."""

    code = studio_code = "CHANNEL_LIMIT_REACHED"

    def __init__(self, most: int) -> None:
        """`most`: how many that is."""
        super().__init__(
            f"You have {most} channels, which is the most of your tier: delete one. "
            "Those that you deleted within 30 days are counted too, as soon as there are as many of them"
        )


class ChannelChangedError(ConflictError):
    """The channel was changed by another request meanwhile."""

    def __init__(self) -> None:
        """What to do about it."""
        super().__init__("The channel was changed by another request: read it, and try again")


class ConfirmationError(InvalidInputError):
    """A confirmation that is wrong, over, used, or of another channel; which of them is not told."""

    def __init__(self) -> None:
        """One message for all reasons."""
        message = "This is not good any more: delete without it to get another one"
        super().__init__("Validation failed", field_errors={"confirmation_token": [message]})
