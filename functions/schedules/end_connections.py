"""Every minute: connections whose token has ended are closed."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import every
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, CONNECTIONS, SOCKETS
from shared.domains.connections.service.ending import EndingService

_WHY = "API Gateway may have told `disconnect` before"


@every(
    1,
    needs=(
        *(CONNECTIONS.query_index("by_end"), CONNECTIONS.get, SOCKETS.close),
        *(unseen(need, _WHY) for need in (CONNECTIONS.update, CONNECTIONS.delete)),
        *(unseen(need, _WHY) for need in (CHANNELS.delete, CHANNELS.update, BROADCASTS.send)),
    ),
)
def end_connections(event: dict[str, Any]) -> None:
    """Close the connections whose token has ended. Whoever is still there connects again with the next one."""
    EndingService.open().tokens_ended()


handler = serve(end_connections)
