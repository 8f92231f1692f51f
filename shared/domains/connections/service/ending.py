"""Connections whose time is over: their session ended, or the token that somebody connected with."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from shared.base import clock, logs, sockets
from shared.contract.limits import MINUTE
from shared.domains.connections.model import Client
from shared.domains.connections.service.connecting import ConnectionService
from shared.domains.connections.store import connections

AT_ONCE = 8
AHEAD = 5
"""Seconds before its end that a token counts as ended: the next look is a minute later."""

MISSED_MINUTES = 5
"""So far back a look goes, should others have failed."""


class EndingService:
    """Closes connections. Those which are gone are forgotten too, so all of it is safe to repeat."""

    @classmethod
    def open(cls) -> "EndingService":
        """On the stage's table."""
        return cls()

    def session_ended(self, user_id: str, session_id: str) -> None:
        """Close the connections of a session. Raises what the first that fails raises, after the others."""
        found = connections.of_holder(Client(user_id).holder)
        _close_all(one.id for one in found if one.session_id == session_id)

    def tokens_ended(self) -> None:
        """Close the connections whose token has ended, in the last minutes or the next seconds."""
        now = clock.now()
        minutes = dict.fromkeys(connections.minute(now + AHEAD - back * MINUTE) for back in range(MISSED_MINUTES))
        due = [one for named in minutes for one in connections.ending_in(named, until=int(now) + AHEAD)]
        _close_all(due)


def _close_all(connection_ids: Iterable[str]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        failed = [error for error in pool.map(_close, connection_ids) if error]
    if failed:
        raise failed[0]


def _close(connection_id: str) -> Exception | None:
    """API Gateway tells of the end, but not for sure."""
    try:
        sockets.close(connection_id)
        ConnectionService.open().end(connection_id)
    except Exception as error:  # noqa: BLE001 - raised once the others have had their turn
        logs.log_exception("a connection cannot be closed", error, connection_id=connection_id)
        return error
    return None
