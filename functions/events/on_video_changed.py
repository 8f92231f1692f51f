"""A table's stream: a video that lists show to everybody, before or after, has changed, or a video's row is gone."""

from shared.base import counts
from shared.base.consuming import Change, serve_changes
from shared.base.transactions import write_together
from shared.contract.declare import on_change
from shared.contract.resources import AUDIENCES, COUNTS, VIDEOS
from shared.domains.feeds.service import spreading
from shared.domains.videos.store.videos import counted_as

_LISTED = {"public_year": {"S": [{"exists": True}]}}
"""A row has this key while lists show the video to everybody."""

_TURNS = ((("private",), ("public", "unlisted")), (("public", "unlisted"), ("private",)))
"""Visibilities before and after, of what others may see then and could not before, or the other way round."""


def _visible(*words: str) -> dict[str, object]:
    return {"visibility": {"S": list(words)}}


@on_change(
    VIDEOS,
    filters=(
        {"eventName": ["REMOVE"]},
        *({"dynamodb": {image: _LISTED}} for image in ("NewImage", "OldImage")),
        *({"dynamodb": {"OldImage": _visible(*old), "NewImage": _visible(*new)}} for old, new in _TURNS),
    ),
    needs=(COUNTS.delete, AUDIENCES.send),
)
def on_video_changed(change: Change) -> None:
    """Tell one after the other who keeps something of it. Each may be told twice."""
    spreading.hear(change)
    if change.after is None:
        _forget_numbers(change.key["video_id"]["S"])


def _forget_numbers(video_id: str) -> None:
    """Forget what was counted of the video: views, likes, comments."""
    write_together(*counts.removal(counted_as(video_id)))


handler = serve_changes(on_video_changed)
