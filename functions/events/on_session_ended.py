"""A table's stream: somebody logged out, or was, or may do other things from now on."""

from shared.base.consuming import Change, serve_changes
from shared.contract.declare import on_change
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, CONNECTIONS, SESSIONS, SOCKETS
from shared.domains.connections.service.ending import EndingService

_WHY = "API Gateway may have told `disconnect` before"


@on_change(
    SESSIONS,
    filters=({"dynamodb": {"NewImage": {"ended_at": {"S": [{"exists": True}]}}}},),
    window=0,
    needs=(
        *(CONNECTIONS.get, CONNECTIONS.batch_get, SOCKETS.close),
        *(unseen(need, _WHY) for need in (CONNECTIONS.update, CONNECTIONS.delete)),
        *(unseen(need, _WHY) for need in (CHANNELS.delete, CHANNELS.update, BROADCASTS.send)),
    ),
)
def on_session_ended(change: Change) -> None:
    """Close the connections that were made with the session."""
    EndingService.open().session_ended(change.key["user_id"]["S"], change.key["session_id"]["S"])


handler = serve_changes(on_session_ended)
