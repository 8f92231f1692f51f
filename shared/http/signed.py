"""Webhooks: the sender's signature is looked at before the body is."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from shared.http.framework import Request
from shared.http.request import ApiRequest


class Verifier(Protocol):
    """A service that knows a sender."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> Any:
        """What is known of a report whose signature holds; UnauthorizedError for any other. `headers` in lower case."""


def signed(opened: Callable[[], Verifier]) -> Callable[[Request], Awaitable[Any]]:
    """A dependency: what the service that `opened` gives knows of the sender of a request."""

    async def look(request: Request) -> Any:
        received: ApiRequest = request.scope["aws.event"]["request"]
        return opened().verify(received.headers, received.body)

    return look
