"""Every five minutes: what was theirs whose accounts are closed."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.needs import unseen
from shared.contract.resources import (
    API_KEYS,
    AUDIT,
    CHANNELS,
    COMMENTS,
    CONNECTIONS,
    COUNTS,
    DATA_REQUESTS,
    EDGE,
    FEEDS,
    FOLLOWS,
    IDEMPOTENCY,
    JOBS,
    LIMITS,
    MEDIA,
    NOTIFICATIONS,
    OPERATIONS,
    REACTIONS,
    SESSIONS,
    STUDIO_CHANNELS,
    USERS,
    VIDEOS,
)
from shared.domains.privacy.rules.places import PREFIXES
from shared.domains.privacy.service.erasing import ErasingService


@every(
    5,
    needs=(
        DATA_REQUESTS.query,
        *(DATA_REQUESTS.query_index("by_state"), DATA_REQUESTS.get, DATA_REQUESTS.update, DATA_REQUESTS.delete),
        *(CONNECTIONS.get, CONNECTIONS.delete, CHANNELS.query),
        unseen(CONNECTIONS.batch_get, "only of who is connected still: closing an account ends its connections"),
        unseen(CHANNELS.delete, "only where their channel is kept still, ten minutes after its last subscriber left"),
        *(API_KEYS.query, API_KEYS.delete, REACTIONS.query, REACTIONS.delete, VIDEOS.batch_get, COUNTS.update),
        *(COMMENTS.query_index("by_author"), COMMENTS.query_index("by_thread")),
        *(COMMENTS.batch_get, COMMENTS.update, COMMENTS.delete),
        *(JOBS.query_index("by_owner"), JOBS.query_index("by_status"), JOBS.get, JOBS.query, JOBS.update, JOBS.delete),
        *(VIDEOS.query_index("by_owner"), VIDEOS.query_index("by_status"), VIDEOS.get, VIDEOS.update),
        *(OPERATIONS.get, OPERATIONS.update, OPERATIONS.delete),
        *(FOLLOWS.query_index("by_followed"), FOLLOWS.query_index("by_follower"), FOLLOWS.delete, COUNTS.delete),
        *(STUDIO_CHANNELS.query, STUDIO_CHANNELS.delete),
        *(FEEDS.query, NOTIFICATIONS.query, NOTIFICATIONS.delete),
        unseen(FEEDS.delete, "only where `on_follow_changed` is late, which empties a feed as follows go"),
        *(need for table in (SESSIONS, USERS, LIMITS, IDEMPOTENCY) for need in (table.scan, table.delete)),
        *(MEDIA.list_versions(prefix) for prefix in PREFIXES.values()),
        *(MEDIA.delete_version(prefix) for prefix in PREFIXES.values()),
        EDGE.invalidate,
        AUDIT.put,
    ),
    compute=Compute(seconds=600),
)
def erase_accounts(event: dict[str, Any]) -> None:
    """Go on with every deletion of an account, as far as it goes."""
    ErasingService.open().run()


handler = serve(erase_accounts)
