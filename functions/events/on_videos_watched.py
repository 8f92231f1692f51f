"""A queue: people watch videos."""

from collections.abc import Iterable

from shared.base.consuming import Message, serve_batches
from shared.contract.declare import on_messages
from shared.contract.resources import COUNTS, VIEWS, WATCHED
from shared.domains.views.service.counting import CountingService


@on_messages(WATCHED, batch=1000, window=10, at_once=5, needs=(VIEWS.query, VIEWS.put, COUNTS.update))
def on_videos_watched(messages: list[Message]) -> Iterable[Message]:
    """Count the views of a batch, each viewer once in a video's half hour."""
    return CountingService.open().count(messages)


handler = serve_batches(on_videos_watched)
