"""A table's stream: the row of a deleted video is gone."""

from shared.base import counts
from shared.base.consuming import Change, serve_changes
from shared.base.transactions import write_together
from shared.contract.declare import on_change
from shared.contract.resources import COUNTS, VIDEOS
from shared.domains.videos.store.videos import counted_as


@on_change(VIDEOS, filters=({"eventName": ["REMOVE"]},), needs=(COUNTS.delete,))
def on_video_removed(change: Change) -> None:
    """Forget what was counted of the video: views, likes, comments."""
    write_together(*counts.removal(counted_as(change.key["video_id"]["S"])))


handler = serve_changes(on_video_removed)
