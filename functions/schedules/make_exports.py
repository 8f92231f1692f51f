"""Every five minutes: archives that were asked for and that nobody makes; and the one that was just asked for."""

from typing import Any

from shared.base.running import serve
from shared.contract.declare import Compute, every
from shared.contract.needs import unseen
from shared.contract.resources import (
    API_KEYS,
    AUDIT,
    COMMENTS,
    DATA_REQUESTS,
    FOLLOWS,
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
from shared.domains.privacy.service.archiving import ArchiveService


@every(
    5,
    needs=(
        *(DATA_REQUESTS.query_index("by_state"), DATA_REQUESTS.update, DATA_REQUESTS.delete),
        *(USERS.get, SESSIONS.query, API_KEYS.query, LIMITS.batch_get, OPERATIONS.get, REACTIONS.query),
        *(VIDEOS.query_index("by_owner"), VIDEOS.batch_get, JOBS.query_index("by_owner"), JOBS.query, JOBS.get),
        *(FOLLOWS.query_index("by_followed"), FOLLOWS.query_index("by_follower")),
        *(COMMENTS.query_index("by_author"), COMMENTS.batch_get, COMMENTS.get, NOTIFICATIONS.query),
        STUDIO_CHANNELS.query,
        *(AUDIT.query_index("by_actor"), AUDIT.query_index("by_target")),
        *(MEDIA.read_version("uploads/"), MEDIA.read("v/"), MEDIA.put("exports/")),
        unseen(DATA_REQUESTS.get, "only of an archive whose owner is gone meanwhile"),
        unseen(MEDIA.abort("exports/"), "only of an archive that cannot be finished"),
        unseen(MEDIA.list_versions("exports/"), "only of an archive whose owner is gone meanwhile"),
        unseen(MEDIA.delete_version("exports/"), "only of an archive whose owner is gone meanwhile"),
    ),
    compute=Compute(memory=1769, seconds=900),
)
def make_exports(event: dict[str, Any]) -> None:
    """Make {"user_id", "export_id"}, or without them all that waits, and what was interrupted."""
    service = ArchiveService.open()
    if "export_id" in event:
        service.make(str(event["user_id"]), str(event["export_id"]))
    else:
        service.run()


handler = serve(make_exports)
