"""What is told depends on how a video stands as it is sent, of which word may come late.

What comments say is read then: it is kept nowhere else, and what was removed is not sent. None is sent to others than
its owner while the video is hidden; and nobody is sent away because it was hidden once, and is not any more.
"""

from dataclasses import replace

from shared.base.settings import setting
from shared.domains.channels.model import Audience, Event
from shared.domains.channels.rules.messages import COMMENT, HIDDEN
from shared.domains.channels.rules.names import VIDEO
from shared.domains.comments.model import Comment
from shared.domains.comments.rules.answers import answer
from shared.domains.comments.store.comments import by_id, wanted
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.videos import VideoStore

AT_ONCE = 99
"""That are read together with the video."""


def as_of_now(videos: VideoStore, channel: str, events: list[Event]) -> list[Event]:
    """Events of a channel as they are to be told now, in as many calls as there are 99 comments among them.

    None where there is no comment and nothing is hidden from others. Needs COMMENTS.batch_get and VIDEOS.batch_get.
    """
    ids = [event.body["comment_id"] for event in events if event.body["type"] == COMMENT]
    if not ids and not any(map(_is_hiding, events)):
        return events
    found: dict[str, Comment] = {}
    is_seen = False
    for first in range(0, max(1, len(ids)), AT_ONCE):
        video, items = videos.get_with(channel.removeprefix(f"{VIDEO}:"), wanted(ids[first : first + AT_ONCE]))
        found |= by_id(items)
        is_seen = video is not None and may_see(video, "")
    return [_as_of_now(event, found, is_seen=is_seen) for event in events]


def _is_hiding(event: Event) -> bool:
    return event.body["type"] == HIDDEN and event.audience is Audience.OTHERS


def _as_of_now(event: Event, comments: dict[str, Comment], *, is_seen: bool) -> Event:
    if _is_hiding(event):
        return replace(event, audience=Audience.NOBODY) if is_seen else event
    if event.body["type"] != COMMENT:
        return event
    comment = comments.get(event.body["comment_id"])
    if comment is None or comment.removed:
        return replace(event, audience=Audience.NOBODY)
    said = answer(comment, "", setting("CDN_BASE_URL")).model_dump(mode="json")
    body = {"type": COMMENT, "video_id": event.body["video_id"], "comment": said}
    return replace(event, body=body, audience=Audience.ALL if is_seen else Audience.OWNER)
