"""Every hour: channels that were deleted 30 days ago go for good."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import every
from shared.contract.needs import unseen
from shared.contract.resources import AUDIT, STUDIO_CHANNELS
from shared.domains.studio_channels.service.purging import PurgeService

_LATER = "a channel goes 30 days after it was deleted"


@every(
    minutes=60,
    needs=(
        STUDIO_CHANNELS.query_index("by_state"),
        unseen(STUDIO_CHANNELS.delete, _LATER),
        unseen(STUDIO_CHANNELS.update, _LATER),
        unseen(AUDIT.put, _LATER),
    ),
)
def purge_channels(event: dict[str, Any]) -> None:
    """Forget what nobody can have back any more."""
    PurgeService.open().run()


handler = serve(purge_channels)
