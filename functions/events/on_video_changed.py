"""A table's stream: a video that others may see, before or after, has changed, or a video is deleted or gone."""

from shared.base import counts
from shared.base.consuming import Change, serve_changes
from shared.base.transactions import write_together
from shared.contract.declare import on_change
from shared.contract.resources import AUDIENCES, COUNTS, POSTINGS, RANKINGS, VIDEOS
from shared.domains.feeds.service import spreading
from shared.domains.ranking.service.ranking import RankingService
from shared.domains.search.service.indexing import IndexService
from shared.domains.videos.store.rows import of_item
from shared.domains.videos.store.videos import counted_as
from shared.domains.views.store import watched_as

_OF_OTHERS = {"visibility": {"S": ["public", "unlisted"]}}
_SEEN = {**_OF_OTHERS, "status": {"S": ["ready", "processing"]}}
"""What a row has while others may see the video: some can be played early."""

_HIDDEN = {"visibility": {"S": ["private"]}}
_DELETED = {"status": {"S": ["deleted"]}}


@on_change(
    VIDEOS,
    filters=(
        {"eventName": ["REMOVE"]},
        *({"dynamodb": {image: _SEEN}} for image in ("NewImage", "OldImage")),
        {"dynamodb": {"OldImage": _OF_OTHERS, "NewImage": _HIDDEN}},
        {"dynamodb": {"NewImage": _DELETED}},
    ),
    needs=(
        *(COUNTS.delete, AUDIENCES.send, RANKINGS.put, VIDEOS.batch_get),
        *(POSTINGS.batch_get, POSTINGS.put, POSTINGS.batch_write, POSTINGS.update, POSTINGS.delete),
    ),
)
def on_video_changed(change: Change) -> None:
    """Tell one after the other who keeps something of it. Each may be told twice."""
    video_id = change.key["video_id"]["S"]
    before, after = (of_item(image) if image else None for image in (change.before, change.after))
    if after is None:
        _forget_numbers(video_id)
    IndexService.open().follow(video_id, before, after)
    RankingService.open().follow(video_id, before, after)
    spreading.hear(before, after)  # last: what fails before it does not have all followers walked through again


def _forget_numbers(video_id: str) -> None:
    """Forget what was counted of the video: views, likes, comments, and its seconds."""
    write_together(*(write for one in (counted_as(video_id), watched_as(video_id)) for write in counts.removal(one)))


handler = serve_changes(on_video_changed)
