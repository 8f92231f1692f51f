"""A queue: more or fewer people see a video."""

from collections.abc import Iterable

from shared.base.consuming import Message, serve_batches
from shared.contract.declare import on_messages
from shared.contract.needs import unseen
from shared.contract.resources import AUDIENCES, FEEDS, FOLLOWS, NOTIFICATIONS, SETTINGS_OF_PEOPLE, VIDEOS
from shared.domains.feeds.service.spreading import SpreadingService


@on_messages(
    AUDIENCES,
    batch=10,
    window=0,
    needs=(
        *(FOLLOWS.query_index("by_followed"), FOLLOWS.batch_get, VIDEOS.get, VIDEOS.check, FEEDS.batch_write),
        *(NOTIFICATIONS.query_index("by_video"), NOTIFICATIONS.batch_get, NOTIFICATIONS.put, NOTIFICATIONS.update),
        SETTINGS_OF_PEOPLE,
        unseen(AUDIENCES.send, "only of an author with hundreds of followers"),
    ),
)
def on_audience_changed(messages: list[Message]) -> Iterable[Message]:
    """Bring the video into feeds of followers, or take it out, and tell them, and whom comments on it concern."""
    return SpreadingService.open().work(messages)


handler = serve_batches(on_audience_changed)
