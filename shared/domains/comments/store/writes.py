"""Parts of transactions that write comments, each on the condition under which it means what it should.

Numbers follow: of a video, `comments` are those that are not removed, and `threads` those in the list of the video,
which removed ones with replies stay in. A comment's `reply_count` is how long the list of its replies is.
"""

from typing import Any

from shared.base import clock, counts
from shared.contract.limits import DAY
from shared.domains.comments.model import Comment, Report
from shared.domains.comments.rules.ranking import rank_of
from shared.domains.comments.store.rows import key, report_item, table, to_item
from shared.domains.videos.store.videos import counted_as

Write = dict[str, Any]

PARENT = 2
"""Which write of a reply's is its parent's."""

_PRESENT = "attribute_exists(comment_id) AND attribute_not_exists(removed)"
_TOLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
_TEXTS = "content, author, edited_at, video_owner_id, like_count, dislike_count"
_PLACE = "#thread, ranked_thread, #rank, video_id, reply_count"
_NAMED = ("thread", "rank")
"""What might be a word of DynamoDB's own."""


def creation(comment: Comment) -> list[Write]:
    """A new comment, and what counts it; the comment that it answers must be there, and comes last.

    Needs COMMENTS.put, COMMENTS.update, COUNTS.update.
    """
    counted = {"comments": 1} if comment.parent_id else {"comments": 1, "threads": 1}
    writes: list[Write] = [
        {"Put": {"TableName": table(), "Item": to_item(comment)}},
        counts.adding(counted_as(comment.video_id), comment.author_id, counted),
    ]
    if comment.parent_id:
        writes.append(_update(comment.parent_id, "ADD reply_count :one", _PRESENT, one=1))
    return writes


def edition(comment_id: str, author_id: str, content: str, edited_at: str) -> Write:
    """Other words for a comment, by its author. Needs COMMENTS.update."""
    values = {"author": author_id, "content": content, "now": edited_at}
    change = "SET content = :content, edited_at = :now"
    return _update(comment_id, change, f"author_id = :author AND {_PRESENT}", **values)


def opinion(comment: Comment, changes: dict[str, int]) -> Write:
    """What is added to the likes and dislikes of a comment that is not removed. Needs COMMENTS.update.

    comment  as it was read a moment ago; it gets the rank that it has with these numbers
    changes  "likes" and "dislikes", as far as they change
    """
    columns = {"likes": "like_count", "dislikes": "dislike_count"}
    change = "ADD " + ", ".join(f"{columns[name]} :{name}" for name in changes)
    values: dict[str, str | int] = {**changes}
    likes, dislikes = (changes.get(name, 0) for name in columns)
    rank = rank_of(comment.id, comment.like_count + likes, comment.dislike_count + dislikes)
    if comment.rank and comment.rank != rank:
        change, values = f"SET #rank = :rank {change}", {**values, "rank": rank}
    return _update(comment.id, change, _PRESENT, **values)


def removal(comment: Comment, remover_id: str) -> list[Write]:
    """What removes a comment that was just read, and counts that. The first of them tells the row that refuses it.

    A reply's parent comes last, as one that is left with fewer replies: see `last_reply` for when it refuses.
    Needs COMMENTS.update, COUNTS.update.
    """
    stays = comment.reply_count > 0
    counted = {"comments": -1} if stays or comment.parent_id else {"comments": -1, "threads": -1}
    taken = counts.adding(counted_as(comment.video_id), remover_id, counted)
    writes = [_folding(comment.id, remover_id) if stays else _burial(comment.id, remover_id), taken]
    if comment.parent_id:
        left = "attribute_exists(comment_id) AND (attribute_not_exists(removed) OR reply_count > :one)"
        writes.append(_update(comment.parent_id, "ADD reply_count :less", left, one=1, less=-1))
    return writes


def last_reply(comment: Comment, remover_id: str) -> list[Write]:
    """The same where the parent is removed, and leaves its list with its last reply."""
    gone = counts.adding(counted_as(comment.video_id), remover_id, {"comments": -1, "threads": -1})
    parent = _update(
        comment.parent_id,
        f"SET expires_at = :ends REMOVE {_PLACE}",
        "attribute_exists(removed) AND reply_count = :one",
        one=1,
        ends=_end(),
    )
    return [_burial(comment.id, remover_id), gone, parent]


def _folding(comment_id: str, remover_id: str) -> Write:
    change = f"SET removed = :yes, author_id = :who REMOVE {_TEXTS}"
    return _update(comment_id, change, f"{_PRESENT} AND reply_count > :zero", yes=True, who=remover_id, zero=0)


def _burial(comment_id: str, remover_id: str) -> Write:
    return _update(
        comment_id,
        f"SET removed = :yes, author_id = :who, expires_at = :ends REMOVE {_TEXTS}, {_PLACE}",
        f"{_PRESENT} AND (attribute_not_exists(reply_count) OR reply_count <= :zero)",
        yes=True,
        who=remover_id,
        ends=_end(),
        zero=0,
    )


def _end() -> int:
    return int(clock.now()) + DAY


def reporting(report: Report) -> Write:
    """Keep a report; another one by the same person about the same comment takes its place. Needs COMMENTS.put."""
    return {"Put": {"TableName": table(), "Item": report_item(report)}}


def presence(comment_id: str) -> Write:
    """A comment must be there and not removed. Needs COMMENTS.check."""
    return {"ConditionCheck": {"TableName": table(), "Key": key(comment_id), "ConditionExpression": _PRESENT}}


def _update(comment_id: str, change: str, condition: str, **values: str | int | bool) -> Write:
    names = {f"#{name}": name for name in _NAMED if f"#{name}" in change}
    update = {
        "TableName": table(),
        "Key": key(comment_id),
        "UpdateExpression": change,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {f":{name}": _value(value) for name, value in values.items()},
        **({"ExpressionAttributeNames": names} if names else {}),
        **_TOLD,
    }
    return {"Update": update}


def _value(value: str | int | bool) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}
