"""What a change of a table means to channels."""

from shared.base.consuming import Change
from shared.domains.channels.model import Notice
from shared.domains.channels.rules.messages import of_comment, of_job, of_notification, of_video
from shared.domains.channels.rules.names import USER, VIDEO, channel_of
from shared.domains.channels.service.publishing import Told
from shared.domains.jobs.store.rows import to_job
from shared.domains.videos.store.rows import of_item

_TOLD_NUMBERS = ("views", "likes", "comments")


def of_counts(change: Change) -> Told:
    """The numbers of a video may be others."""
    before, after = change.before or {}, change.after or {}
    if all(before.get(name) == after.get(name) for name in _TOLD_NUMBERS):
        return Told()
    return Told(video_id=change.key["of"]["S"].split("#")[1])


def of_new_comment(change: Change) -> Told:
    """Somebody has said something."""
    row = change.after or {}
    video_id, comment_id = row["video_id"]["S"], row["comment_id"]["S"]
    body = of_comment(video_id, comment_id)
    return _told(change, f"comment#{comment_id}", [Notice(channel_of(VIDEO, video_id), body)])


def of_video_row(change: Change) -> Told:
    """A video goes on, or is hidden."""
    before, after = (of_item(image) if image else None for image in (change.before, change.after))
    return _told(change, f"video#{change.key['video_id']['S']}", of_video(before, after))


def of_job_row(change: Change) -> Told:
    """A job goes on."""
    if change.after is None:
        return Told()
    after = to_job(change.after)
    return _told(change, f"job#{after.id}", of_job(to_job(change.before) if change.before else None, after))


def of_notification_row(change: Change) -> Told:
    """Somebody has a notification, or has one again."""
    row, before = change.after or {}, change.before or {}
    if row.get("noticed_at") == before.get("noticed_at"):
        return Told()
    names = {"notification_id": "id", "kind": "type", "video_id": "video_id", "comment_id": "comment_id"}
    told = {called: row[name]["S"] for name, called in names.items() if name in row}
    channel = channel_of(USER, row["user_id"]["S"])
    return _told(change, f"notification#{told['id']}", [Notice(channel, of_notification(told))])


def _told(change: Change, source: str, notices: list[Notice]) -> Told:
    number = int(change.change_id)
    return Told(tuple(Notice(one.channel, one.body, one.audience, source, number, change.at) for one in notices))
