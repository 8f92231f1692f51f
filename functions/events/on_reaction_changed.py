"""A table's stream: somebody likes a video, or does not any more."""

from shared.base.consuming import Change, serve_changes
from shared.contract.declare import on_change
from shared.contract.resources import COUNTS, OPERATIONS, REACTIONS, VIDEOS
from shared.domains.reactions.service.crediting import CreditService

_OF_A_VIDEO = {"target": {"S": [{"prefix": "video#"}]}}
_LIKE = {"reaction": {"S": ["like"]}}


@on_change(
    REACTIONS,
    filters=tuple({"dynamodb": {"Keys": _OF_A_VIDEO, image: _LIKE}} for image in ("NewImage", "OldImage")),
    needs=(VIDEOS.get, OPERATIONS.put, COUNTS.update),
)
def on_reaction_changed(change: Change) -> None:
    """Count it among the likes that the author of the video has received."""
    CreditService.open().credit(change)


handler = serve_changes(on_reaction_changed)
