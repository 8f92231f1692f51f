"""Fetches of one film from the web of the tests, and how they end."""

import hashlib
import os

import pytest

from shared.base.fetching import Fetched, fetch
from shared.base.fetching_hosts import Network
from shared.base.fetching_rules import FetchError, Limits
from tests.shared.base.web import (
    HOST,
    Page,
    Web,
)

LIMITS = Limits(max_bytes=200_000, seconds=20, connect_seconds=10, head_seconds=10, pace_bytes=1, pace_seconds=10)
BODY = os.urandom(150_000)
URL = f"https://{HOST}/film"
PATIENCE = 8
"""Seconds within which a limit of a fraction of a second has certainly been kept, on a busy machine too."""


class Held:
    """A sink in memory."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ends: list[str] = []

    def write(self, data: bytes) -> None:
        self.data += data

    def finish(self) -> None:
        self.ends.append("finished")

    def abort(self) -> None:
        self.ends.append("aborted")


def fetched(web: Web, url: str = URL, limits: Limits = LIMITS) -> tuple[Fetched, bytes]:
    """What a fetch says and what it wrote."""
    sink = Held()
    result = fetch(url, sink, limits, web.network)
    assert sink.ends == ["finished"]
    assert (result.size, result.sha256) == (len(sink.data), hashlib.sha256(sink.data).hexdigest())
    return result, bytes(sink.data)


def refused(web: Web, url: str = URL, limits: Limits = LIMITS, network: Network | None = None) -> FetchError:
    """The error that a fetch ends in; its sink was aborted and never finished."""
    sink = Held()
    with pytest.raises(FetchError) as caught:
        fetch(url, sink, limits, network or web.network)
    assert sink.ends == ["aborted"]
    assert len(sink.data) <= limits.max_bytes
    return caught.value


def page(web: Web, body: Page) -> None:
    """What the server does when it is asked for the film."""
    web.site.pages["/film"] = body
