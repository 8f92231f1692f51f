"""What can go wrong with connections."""

from shared.base.errors import (
    InvalidTokenError,
    NotFoundError,
    QuotaExceededError,
    RateLimitedError,
    UnauthorizedError,
)


class BadTicketError(InvalidTokenError):
    """A ticket that was never issued, has been used, or has expired: which of them is not told."""

    def __init__(self) -> None:
        """One message for all."""
        super().__init__("This ticket is not good (any more): ask for another one")


class TooManyConnectionsError(QuotaExceededError):
    """As many are open as may be."""

    def __init__(self, most: int) -> None:
        """`most`: so many may be open at once."""
        super().__init__(f"At most {most} connections may be open at once: close one")


class TooManyChannelsError(QuotaExceededError):
    """A connection that is subscribed to as many channels as one may be."""

    def __init__(self, most: int) -> None:
        """`most`: so many it may be subscribed to at once."""
        super().__init__(f"A connection has at most {most} channels: unsubscribe from one, or open another connection")


class TooManyMessagesError(RateLimitedError):
    """More messages than a client may send. `is_last`: it was told often enough, so its connection ends."""

    def __init__(self, *, is_last: bool) -> None:
        """One message for all."""
        super().__init__("Too many messages: wait a second", retry_after=1)
        self.is_last = is_last


class ConnectionOverError(UnauthorizedError):
    """The token has ended that says whose connection it is, or nothing is known of the connection."""

    def __init__(self) -> None:
        """The message says what to do."""
        super().__init__("This connection is over: connect again")


class ChannelNotFoundError(NotFoundError):
    """There is no such channel, or the caller may not know of it."""

    def __init__(self) -> None:
        """One message for both."""
        super().__init__("There is no such channel")


class NotSubscribedError(NotFoundError):
    """A connection that would go on with a channel which it does not have (any more)."""

    def __init__(self) -> None:
        """The message says what to do."""
        super().__init__("This connection is not subscribed to the channel: subscribe, with resume and the last seq")
