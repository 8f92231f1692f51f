"""Parts of transactions that write comments, each on the condition under which it means what it should.

Numbers follow: of a video, `comments` are those that are not removed, and `threads` those in the list of the video,
which removed ones with replies stay in. A comment's `reply_count` is how long the list of its replies is.
"""

from typing import Any

from shared.base import clock, counts
from shared.contract.limits import DAY
from shared.domains.comments.model import Comment, Report
from shared.domains.comments.rules.ranking import rank_of
from shared.domains.comments.store.rows import key, report_id, report_item, table, to_item
from shared.domains.videos.store.videos import counted_as

Write = dict[str, Any]

PARENT = 2
"""Which write of a reply's is its parent's."""

_PRESENT = "attribute_exists(comment_id) AND attribute_not_exists(removed)"
_ANSWERED = f"{_PRESENT} AND reply_count > :zero"
_UNANSWERED = f"{_PRESENT} AND (attribute_not_exists(reply_count) OR reply_count <= :zero)"
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
    taken = _uncounting(comment, counted)
    writes = [_folding(comment.id, remover_id) if stays else _burial(comment.id, remover_id), taken]
    if comment.parent_id:
        writes.append(_one_less(comment.parent_id))
    return writes


def last_reply(comment: Comment, remover_id: str) -> list[Write]:
    """The same where the parent is removed, and leaves its list with its last reply."""
    gone = _uncounting(comment, {"comments": -1, "threads": -1})
    return [_burial(comment.id, remover_id), gone, _last_one(comment.parent_id)]


def _one_less(parent_id: str) -> Write:
    """A comment has an answer less, which is not the last one under a removed comment."""
    left = "attribute_exists(comment_id) AND (attribute_not_exists(removed) OR reply_count > :one)"
    return _update(parent_id, "ADD reply_count :less", left, one=1, less=-1)


def _last_one(parent_id: str) -> Write:
    """A removed comment leaves its list with the last answer under it."""
    change, condition = f"SET expires_at = :ends REMOVE {_PLACE}", "removed = :yes AND reply_count = :one"
    return _update(parent_id, change, condition, one=1, yes=True, ends=_end())


def _uncounting(comment: Comment, changes: dict[str, int]) -> Write:
    """Count a comment down where its author has counted it, while anything is counted of its video."""
    return counts.taking(counted_as(comment.video_id), comment.author_id, changes)


def _folding(comment_id: str, remover_id: str) -> Write:
    change = f"SET removed = :yes, author_id = :who REMOVE {_TEXTS}"
    return _update(comment_id, change, _ANSWERED, yes=True, who=remover_id, zero=0)


def _folded_for_good(comment_id: str) -> Write:
    return _update(comment_id, f"SET removed = :yes REMOVE author_id, {_TEXTS}", _ANSWERED, yes=True, zero=0)


def _burial(comment_id: str, remover_id: str) -> Write:
    change = f"SET removed = :yes, author_id = :who, expires_at = :ends REMOVE {_TEXTS}, {_PLACE}"
    return _update(comment_id, change, _UNANSWERED, yes=True, who=remover_id, ends=_end(), zero=0)


def _erased(comment_id: str) -> Write:
    condition = {"ConditionExpression": _UNANSWERED, "ExpressionAttributeValues": {":zero": _value(0)}}
    return {"Delete": {**erasure(comment_id)["Delete"], **condition}}


def _end() -> int:
    return int(clock.now()) + DAY


def reporting(report: Report) -> Write:
    """Keep a report; another one by the same person about the same comment takes its place. Needs COMMENTS.put."""
    return {"Put": {"TableName": table(), "Item": report_item(report)}}


def presence(comment_id: str) -> Write:
    """A comment must be there and not removed. Needs COMMENTS.check."""
    return {"ConditionCheck": {"TableName": table(), "Key": key(comment_id), "ConditionExpression": _PRESENT}}


def erasure(row_id: str) -> Write:
    """Remove a row, whatever it is. Needs COMMENTS.delete."""
    return {"Delete": {"TableName": table(), "Key": key(row_id)}}


def withdrawal(report: Report) -> Write:
    """Remove a report. Needs COMMENTS.delete."""
    return erasure(report_id(report))


def anonymity(comment: Comment) -> Write:
    """Have a removed comment not tell who removed it: it goes where that is all that is left of it.

    Needs COMMENTS.delete, COMMENTS.update.
    """
    if not comment.video_id:
        return erasure(comment.id)
    return _update(comment.id, "REMOVE author_id", "removed = :yes", yes=True)


def forgetting(comment: Comment, parent: Comment | None, *, is_counted: bool) -> list[Write]:
    """What removes a comment of somebody who leaves, and tells nothing of them any more.

    parent      what it answers, as it was just read
    is_counted  whether its video is there, and counts it
    Needs COMMENTS.delete, COMMENTS.update, COUNTS.update.
    """
    takes_along = parent is not None and parent.removed and parent.reply_count <= 1
    stays = comment.reply_count > 0
    counted = {"comments": -1} if stays or (comment.parent_id and not takes_along) else {"comments": -1, "threads": -1}
    found = [_folded_for_good(comment.id) if stays else _erased(comment.id)]
    if is_counted:
        found.append(_uncounting(comment, counted))
    if parent:
        found.append(_last_one(parent.id) if takes_along else _one_less(parent.id))
    return found


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
