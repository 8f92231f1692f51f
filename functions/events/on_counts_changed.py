"""A table's stream: the numbers of a video have changed."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.resources import BROADCASTS, CHANNELS, COUNTS
from shared.domains.channels.service.meaning import of_counts
from shared.domains.channels.service.publishing import PublishingService


@on_change(
    COUNTS,
    window=0,
    filters=({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"of": {"S": [{"prefix": "video#"}]}}}},),
    needs=(CHANNELS.batch_get, COUNTS.batch_get, CHANNELS.put, CHANNELS.update, BROADCASTS.send),
)
def on_counts_changed(changes: list[Change]) -> Iterable[Change]:
    """Tell whoever watches the video, once for all that has changed of it."""
    return PublishingService.open().publish(changes, of_counts)


handler = serve_change_batches(on_counts_changed)
