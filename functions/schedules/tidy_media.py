"""Every two minutes: objects of videos that were deleted or made private."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.needs import unseen
from shared.contract.resources import COMMENTS, EDGE, MEDIA, OPERATIONS, RENDER, TRANSCODE, VIDEOS
from shared.domains.comments.service.clearing import ClearingService
from shared.domains.videos.service.tidying import TidyingService

_PREFIXES = ("uploads/", "work/", "v/", "early/")
_ENDED = "work on a video that is gone mostly ends by itself before it is stopped"


@every(
    2,
    needs=(
        VIDEOS.query_index("by_state"),
        VIDEOS.get,
        VIDEOS.update,
        VIDEOS.delete,
        *(COMMENTS.query_index("by_thread"), COMMENTS.batch_get, COMMENTS.delete),
        OPERATIONS.update,
        MEDIA.list("v/"),
        MEDIA.read("v/"),
        MEDIA.put("v/"),
        unseen(MEDIA.abort("uploads/"), "only of a video that is deleted while its parts arrive"),
        *(MEDIA.list_versions(prefix) for prefix in _PREFIXES),
        *(MEDIA.delete_version(prefix) for prefix in _PREFIXES),
        EDGE.invalidate,
        TRANSCODE.describe,
        unseen(TRANSCODE.stop, _ENDED),
        RENDER.describe,
        unseen(RENDER.stop, _ENDED),
    ),
    compute=Compute(seconds=600),
)
def tidy_media(event: dict[str, Any]) -> None:
    """Erase and move objects, and give up uploads that never came."""
    TidyingService.open(ClearingService.open().clear).run()


handler = serve(tidy_media)
