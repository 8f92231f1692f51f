"""A table's stream: somebody has commented on a video, or answered a comment."""

from collections.abc import Iterable

from shared.base.consuming import Change, serve_change_batches
from shared.contract.declare import on_change
from shared.contract.needs import unseen
from shared.contract.resources import BROADCASTS, CHANNELS, COMMENTS
from shared.domains.channels.service.meaning import of_new_comment
from shared.domains.channels.service.publishing import PublishingService

_WORD = unseen(BROADCASTS.send, "a comment is counted too, and whoever hears of it first leaves word")


@on_change(
    COMMENTS,
    window=0,
    filters=(
        {
            "eventName": ["INSERT"],
            "dynamodb": {"NewImage": {"thread": {"S": [{"prefix": "video#"}, {"prefix": "comment#"}]}}},
        },
    ),
    needs=(CHANNELS.batch_get, CHANNELS.query, CHANNELS.put, CHANNELS.update, _WORD),
)
def on_comment_written(changes: list[Change]) -> Iterable[Change]:
    """Tell whoever watches the video."""
    return PublishingService.open().publish(changes, of_new_comment)


handler = serve_change_batches(on_comment_written)
