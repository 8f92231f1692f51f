"""What a fetch from the internet keeps to, and the errors that say it could not."""

import math
import time
from dataclasses import dataclass


class FetchError(Exception):
    """A source on the internet that could not be fetched. `code` is for programs."""

    code = "FETCH_FAILED"

    def __init__(self, message: str, *, passing: bool = False) -> None:
        """`message` is a sentence for whoever gave the address; `passing`: another try may end otherwise."""
        super().__init__(f"{self.code}: {message}")
        self.message = message
        self.passing = passing


class FetchRefusedError(FetchError):
    """We do not go there, or do not take what is offered."""

    code = "FETCH_REFUSED"


class FetchTooLargeError(FetchError):
    """The source is larger than it may be."""

    code = "FETCH_TOO_LARGE"


class FetchTimeoutError(FetchError):
    """The source, or the name service, was too slow."""

    code = "FETCH_TIMEOUT"

    def __init__(self, message: str) -> None:
        """What was slow may be quick the next time."""
        super().__init__(message, passing=True)


class FetchFailedError(FetchError):
    """The source does not exist, does not answer, or breaks off."""


@dataclass(frozen=True)
class Limits:
    """What one fetch may take.

    max_bytes        bytes of the source
    seconds          for everything, redirects and the sink's own work included
    connect_seconds  for each host: to look its name up, and again to connect and agree on TLS
    head_seconds     from a request to the end of the answer's header
    head_bytes       of that header, its status line included
    pace_bytes       that arrive at least in each stretch of `pace_seconds` that we wait for the body
    redirects        that are followed
    """

    max_bytes: int
    seconds: float = 300
    connect_seconds: float = 5
    head_seconds: float = 15
    head_bytes: int = 32 * 1024
    pace_bytes: int = 256 * 1024
    pace_seconds: float = 10
    redirects: int = 3


class Deadline:
    """A moment after which nothing may wait any more."""

    def __init__(self, seconds: float) -> None:
        """It lies so many seconds ahead."""
        self._end = time.monotonic() + seconds

    def left(self, at_most: float = math.inf) -> float:
        """Seconds that may be waited, never 0: FetchTimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchTimeoutError("The source took too long")
        return min(left, at_most)
