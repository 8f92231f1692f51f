"""A table's stream: a job goes on."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.resources import BROADCASTS, CHANNELS, JOBS
from shared.domains.channels.service.meaning import of_job_row
from shared.domains.channels.service.publishing import PublishingService


@on_change(
    JOBS,
    window=0,
    filters=({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["job"]}}}},),
    needs=(CHANNELS.batch_get, CHANNELS.query, CHANNELS.put, CHANNELS.update, BROADCASTS.send),
)
def on_job_progress(changes: list[Change]) -> Iterable[Change]:
    """Tell its owner how far it is."""
    return PublishingService.open().publish(changes, of_job_row)


handler = serve_change_batches(on_job_progress)
