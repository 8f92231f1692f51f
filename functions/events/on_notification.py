"""A table's stream: somebody has a notification."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, NOTIFICATIONS
from shared.domains.channels.service.meaning import of_notification_row
from shared.domains.channels.service.publishing import PublishingService

_WORD = unseen(BROADCASTS.send, "only where nobody else has just left word for the same user")


@on_change(
    NOTIFICATIONS,
    window=0,
    filters=({"dynamodb": {"NewImage": {"listed": {"S": [{"exists": True}]}}}},),
    needs=(CHANNELS.batch_get, CHANNELS.query, CHANNELS.put, CHANNELS.update, _WORD),
)
def on_notification(changes: list[Change]) -> Iterable[Change]:
    """Tell whom it is for, where they are connected."""
    return PublishingService.open().publish(changes, of_notification_row)


handler = serve_change_batches(on_notification)
