"""Connections of clients to the WebSocket API: what is sent to one of them, and its end.

API Gateway alone knows which of them are still there.
"""

import functools
import json
from typing import Any

from shared.base.errors import UnavailableError
from shared.base.posting import Frame, Outcome, Poster
from shared.base.settings import setting

SECONDS = 5.0
"""So long API Gateway is waited for."""


@functools.cache
def poster() -> Poster:
    """What sends to clients of the stage's WebSocket API; kept for the life of the process."""
    return Poster(setting("SOCKETS_URL"), setting("AWS_DEFAULT_REGION"))


def forget() -> None:
    """Drop the connections to API Gateway that are kept (tests)."""
    if poster.cache_info().currsize:
        poster().close()
    poster.cache_clear()


def send(connection_id: str, message: dict[str, Any]) -> bool:
    """Send a message to a client; False when it is gone. Needs SOCKETS.send.

    Raises UnavailableError when API Gateway does not take it.
    """
    api = poster()
    frame = Frame.of(json.dumps(message, separators=(",", ":"), ensure_ascii=False))
    return _is_there(api.post(api.signer(), connection_id, frame, SECONDS))


def close(connection_id: str) -> bool:
    """End the connection of a client; False when it is gone already. Needs SOCKETS.close.

    Raises UnavailableError when API Gateway does not do it.
    """
    api = poster()
    return _is_there(api.end(api.signer(), connection_id, SECONDS))


def _is_there(outcome: Outcome) -> bool:
    if outcome not in (Outcome.SENT, Outcome.GONE):
        raise UnavailableError(f"A client cannot be reached at the moment: {outcome}")
    return outcome is Outcome.SENT
