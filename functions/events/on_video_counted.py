"""A table's stream: what is counted of videos has changed."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import Compute, on_change
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.videos.service.counting import CopyingService


@on_change(
    COUNTS,
    batch=10_000,
    window=60,
    filters=({"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"of": {"S": [{"prefix": "video#"}]}}}},),
    needs=(COUNTS.batch_get, COUNTS.update, VIDEOS.batch_get, VIDEOS.update),
    compute=Compute(seconds=300),
)
def on_video_counted(changes: list[Change]) -> Iterable[Change]:
    """Copy the numbers into the rows of the videos, for lists: of each once, however often it was liked in a minute."""
    return CopyingService.open().follow(changes)


handler = serve_change_batches(on_video_counted)
