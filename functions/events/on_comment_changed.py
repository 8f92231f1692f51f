"""A table's stream: somebody comments, or a comment goes."""

from shared.base.consuming import Change, serve_changes
from shared.contract.declare import on_change
from shared.contract.resources import COMMENTS, NOTIFICATIONS, SETTINGS_OF_PEOPLE, VIDEOS
from shared.domains.notifications.service.hearing import HearingService

_OF_A_VIDEO = {"video_id": {"S": [{"exists": True}]}}
_REMOVED = {"removed": {"BOOL": [True]}}


@on_change(
    COMMENTS,
    filters=(
        {"eventName": ["INSERT"], "dynamodb": {"NewImage": _OF_A_VIDEO}},
        {"eventName": ["MODIFY"], "dynamodb": {"NewImage": _REMOVED, "OldImage": _OF_A_VIDEO}},
        {"eventName": ["REMOVE"], "dynamodb": {"OldImage": _OF_A_VIDEO}},
    ),
    needs=(
        *(COMMENTS.batch_get, VIDEOS.batch_get, SETTINGS_OF_PEOPLE, NOTIFICATIONS.batch_get),
        *(NOTIFICATIONS.query_index("by_video"), NOTIFICATIONS.put, NOTIFICATIONS.update, NOTIFICATIONS.delete),
    ),
)
def on_comment_changed(change: Change) -> None:
    """Tell whose video it is on and who is answered, or tell them no more."""
    HearingService.open().comment(change)


handler = serve_changes(on_comment_changed)
