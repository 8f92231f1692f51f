"""The words of comments are read as they are sent: they are kept nowhere else, and what was removed is not sent."""

from dataclasses import replace

from shared.base.settings import setting
from shared.domains.channels.model import Event
from shared.domains.channels.rules.messages import COMMENT
from shared.domains.comments.rules.answers import answer
from shared.domains.comments.store.comments import CommentStore

AT_ONCE = 100


def with_words(comments: CommentStore, events: list[Event]) -> list[Event]:
    """Events with the comments that they tell of: a call for each 100 of these, none when there are none.

    Those of removed comments tell nothing. Needs COMMENTS.batch_get.
    """
    ids = [event.body["comment_id"] for event in events if event.body["type"] == COMMENT]
    if not ids:
        return events
    parts = [comments.many(ids[first : first + AT_ONCE]) for first in range(0, len(ids), AT_ONCE)]
    base = setting("CDN_BASE_URL")
    told = {
        comment.id: answer(comment, "", base).model_dump(mode="json")
        for part in parts
        for comment in part
        if not comment.removed
    }
    return [_told(event, told) for event in events]


def _told(event: Event, comments: dict[str, dict[str, object]]) -> Event:
    if event.body["type"] != COMMENT:
        return event
    comment = comments.get(event.body["comment_id"])
    body = {"type": COMMENT, "video_id": event.body["video_id"], "comment": comment}
    return replace(event, body=body)
