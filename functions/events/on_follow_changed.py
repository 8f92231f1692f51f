"""A table's stream: somebody follows somebody, or does no more."""

from shared.base.consuming import Change, serve_changes
from shared.contract.declare import on_change
from shared.contract.resources import COUNTS, FEEDS, FOLLOWS, NOTIFICATIONS, SETTINGS_OF_PEOPLE, VIDEOS
from shared.domains.feeds.service.following import FollowingService


@on_change(
    FOLLOWS,
    needs=(
        *(FOLLOWS.batch_get, COUNTS.batch_get, VIDEOS.query_index("by_author")),
        *(FEEDS.query, FEEDS.batch_write, FEEDS.update),
        *(SETTINGS_OF_PEOPLE, NOTIFICATIONS.batch_get, NOTIFICATIONS.put, NOTIFICATIONS.update),
    ),
)
def on_follow_changed(change: Change) -> None:
    """Bring newest videos into the follower's feed, or take them out, and tell whom they follow."""
    FollowingService.open().hear(change)


handler = serve_changes(on_follow_changed)
