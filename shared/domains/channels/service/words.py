"""What comments say is read as they are sent: it is kept nowhere else, and what was removed is not sent.

Nor are comments sent to others than its owner while a video is hidden, of which word may come later than of a comment.
"""

from dataclasses import replace

from shared.base.settings import setting
from shared.domains.channels.model import Audience, Event
from shared.domains.channels.rules.messages import COMMENT
from shared.domains.comments.model import Comment
from shared.domains.comments.rules.answers import answer
from shared.domains.comments.store.comments import by_id, wanted
from shared.domains.videos.rules.seeing import may_see
from shared.domains.videos.store.videos import VideoStore

AT_ONCE = 99
"""That are read together with the video."""


def with_words(videos: VideoStore, events: list[Event]) -> list[Event]:
    """Events of a channel with the comments that they tell of: a call for each 99 of these, none when there are none.

    Needs COMMENTS.batch_get and VIDEOS.batch_get.
    """
    told = [event.body for event in events if event.body["type"] == COMMENT]
    found: dict[str, Comment] = {}
    audience = Audience.OWNER
    for first in range(0, len(told), AT_ONCE):
        ids = [body["comment_id"] for body in told[first : first + AT_ONCE]]
        video, items = videos.get_with(told[0]["video_id"], wanted(ids))
        found |= by_id(items)
        audience = Audience.ALL if video and may_see(video, "") else Audience.OWNER
    return [_said(event, found, audience) if event.body["type"] == COMMENT else event for event in events]


def _said(event: Event, comments: dict[str, Comment], audience: Audience) -> Event:
    comment = comments.get(event.body["comment_id"])
    said = None
    if comment and not comment.removed:
        said = answer(comment, "", setting("CDN_BASE_URL")).model_dump(mode="json")
    body = {"type": COMMENT, "video_id": event.body["video_id"], "comment": said}
    return replace(event, body=body, audience=audience)
