"""Changes of tables as streams tell them, and clients that join channels."""

import json
from contextlib import suppress
from typing import Any

from pynamodb.exceptions import PutError

from functions.events import on_comment_written, on_counts_changed
from shared.base import clock, counts
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.domains.channels.model import Joined, Subscriber
from shared.domains.channels.rules.messages import COUNTERS
from shared.domains.channels.service.joining import JoiningService
from shared.domains.comments.model import Comment
from shared.domains.comments.store.writes import creation
from shared.domains.videos.model import Author, Status, Video
from shared.domains.videos.store.rows import VideoRow, to_row
from shared.domains.videos.store.videos import VideoStore, counted_as
from tests.streams import in_json

Record = dict[str, Any]

_numbers = iter(range(1, 10**9))


def join(channel: str, connection_id: str, *, is_owner: bool = False, seen: int | None = None, **more: Any) -> Joined:
    """Have a client join."""
    fields: dict[str, Any] = {"counters": COUNTERS, "until": clock.now() + 7200, **more}
    return JoiningService.open().join(channel, Subscriber(connection_id, is_owner=is_owner, seen=seen, **fields))


def leave(channel: str, connection_id: str, shard: int = 0) -> None:
    """Have a client leave."""
    JoiningService.open().leave(channel, shard, connection_id)


def record(keys: dict[str, Any], before: dict[str, Any] | None, after: dict[str, Any] | None) -> Record:
    """What a stream tells of a change, right after it."""
    told: Record = {
        "SequenceNumber": str(next(_numbers)),
        "Keys": keys,
        "ApproximateCreationDateTime": int(clock.now()),
    }
    images = {"OldImage": before, "NewImage": after}
    whole = {"dynamodb": {**told, **{name: image for name, image in images.items() if image}}}
    record: Record = json.loads(json.dumps(whole, default=in_json))
    return record


def show(video_id: str, **fields: Any) -> None:
    """Have a video that is there, as it was if it is there already."""
    owner, now = Author(new_id(), "ada", "Ada"), clock.timestamp()
    video = Video(
        id=video_id,
        owner_id=owner.id,
        author=owner,
        title="Film",
        created_at=now,
        updated_at=now,
        status=Status.READY,
        **fields,
    )
    VideoStore.open()
    with suppress(PutError):
        to_row(video).save(VideoRow.video_id.does_not_exist())


def comment(video_id: str, content: str = "Well done") -> Record:
    """A new comment, and what the stream tells of it."""
    show(video_id)
    author = Author(new_id(), "grace", "Grace")
    written = Comment(id=new_id(), video_id=video_id, author_id=author.id, author=author, content=content)
    writes = creation(written)
    assert write_together(*writes) is None
    row = writes[0]["Put"]["Item"]
    return record({"comment_id": row["comment_id"]}, None, row)


def like(video_id: str, many: int = 1, name: str = "likes") -> Record:
    """Likes of a video, and what the stream tells of the number."""
    assert write_together(counts.adding_first(counted_as(video_id), {name: many})) is None
    key = counts.first(counted_as(video_id))
    return record(key, None, {**key, name: {"N": str(many)}})


def tell_comments(*records: Record) -> list[str]:
    """Give changes of comments to their consumer; what failed."""
    return _tell(on_comment_written.handler, records)


def tell_counts(*records: Record) -> list[str]:
    """The same of numbers."""
    return _tell(on_counts_changed.handler, records)


def _tell(handler: Any, records: tuple[Record, ...]) -> list[str]:
    failed = handler({"Records": list(records)}, None)["batchItemFailures"]
    return [one["itemIdentifier"] for one in failed]
