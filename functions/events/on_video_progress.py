"""A table's stream: a video goes on through its processing, is given up or reported on, or is hidden."""

from collections.abc import Iterable

from shared.base.consuming import Change, done_one_by_one, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.needs import Need
from shared.contract.resources import BROADCASTS, CHANNELS, MEDIA, TRANSCODE, VIDEOS
from shared.domains.channels.service.meaning import of_video_row
from shared.domains.channels.service.publishing import PublishingService
from shared.domains.videos.model import Status
from shared.domains.videos.service.aftermath import AftermathService

_UNREADY = {"status": {"S": [str(status) for status in Status if status is not Status.READY]}}
_SHOWN = {"visibility": {"S": ["public", "unlisted"]}}
_HIDDEN = {"visibility": {"S": ["private"]}}


@on_change(
    VIDEOS,
    window=0,
    filters=(
        *({"eventName": ["MODIFY"], "dynamodb": {image: _UNREADY}} for image in ("OldImage", "NewImage")),
        {"dynamodb": {"OldImage": _SHOWN, "NewImage": _HIDDEN}},
    ),
    needs=(
        *(CHANNELS.batch_get, CHANNELS.query, CHANNELS.put, CHANNELS.update, BROADCASTS.send),
        MEDIA.abort("uploads/"),
        *(Need(TRANSCODE, "states:SendTaskSuccess"), Need(TRANSCODE, "states:SendTaskFailure")),
    ),
)
def on_video_progress(changes: list[Change]) -> Iterable[Change]:
    """Tell AWS what it waits for, the owner how far it is, and whoever watches it that it is hidden."""
    failed = done_one_by_one(changes, AftermathService.open().follow)
    return [*failed, *PublishingService.open().publish(changes, of_video_row)]


handler = serve_change_batches(on_video_progress)
