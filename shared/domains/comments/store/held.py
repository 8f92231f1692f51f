"""Held comments: rows of the table `comments` that no list, number and stream takes for comments.

A held one lies under `held#` and its id, in a thread of whose video it is on, and has all that the comment will have.
What somebody wants held is a row of theirs.
"""

from typing import Any

from shared.base.aws import client
from shared.base.ids import made_at
from shared.base.tables import READ_SECONDS, answering, read_together
from shared.contract.limits import DAY
from shared.domains.comments.model import Comment
from shared.domains.comments.rules.holding import Holding
from shared.domains.comments.store.comments import WHAT
from shared.domains.comments.store.rows import Item, key, table, to_author, to_comment, to_item

HELD = "held#"
"""Before the id of what is held, and of whose queue it is in."""

WISH = "holding#"
"""Before the id of who wants something held."""

HELD_SECONDS = 60 * DAY
"""So long a comment is held that nobody looks at."""

_THERE = "attribute_exists(comment_id)"


def queue_of(owner_id: str) -> str:
    """The thread of what is held on somebody's videos."""
    return f"{HELD}{owner_id}"


def row_of(comment_id: str) -> str:
    """The id of the row under which a comment is held."""
    return f"{HELD}{comment_id}"


def holding_of(user_id: str) -> Holding:
    """What somebody wants held. One call. Needs COMMENTS.get."""
    with answering(WHAT):
        found = client("dynamodb", READ_SECONDS).get_item(TableName=table(), Key=key(f"{WISH}{user_id}"))
    return _to_holding(found.get("Item", {}))


def keep_holding(user_id: str, wish: Holding) -> None:
    """Take the place of what they wanted before. One call. Needs COMMENTS.put."""
    item = {
        **key(f"{WISH}{user_id}"),
        "author_id": {"S": user_id},
        "words": {"L": [{"S": word} for word in wish.words]},
        "everything": {"BOOL": wish.everything},
    }
    with answering(WHAT):
        client("dynamodb", READ_SECONDS).put_item(TableName=table(), Item=item)


def _to_holding(item: Item) -> Holding:
    words = tuple(word["S"] for word in item.get("words", {"L": []})["L"])
    return Holding(words, item.get("everything", {"BOOL": False})["BOOL"])


def holding(comment: Comment) -> dict[str, Any]:
    """The part of a transaction that holds a comment. Needs COMMENTS.put."""
    texts = {
        "thread": queue_of(comment.video_owner_id),
        "held_on": comment.video_id,
        "answers": comment.parent_id,
    }
    kept = {name: value for name, value in to_item(comment).items() if name in ("author_id", "author", "content")}
    ends = int(made_at(comment.id)) + HELD_SECONDS
    item = {**key(row_of(comment.id)), **kept, **{name: {"S": text} for name, text in texts.items() if text}}
    return {"Put": {"TableName": table(), "Item": {**item, "expires_at": {"N": str(ends)}}}}


def release(comment_id: str) -> dict[str, Any]:
    """The part of a transaction that holds a comment no more, which must be held. Needs COMMENTS.delete."""
    return {"Delete": {"TableName": table(), "Key": key(row_of(comment_id)), "ConditionExpression": _THERE}}


def held(comment_ids: list[str]) -> dict[str, Comment]:
    """Those of at most 100 comments that are held, by their ids. One call, none for none. Needs COMMENTS.batch_get."""
    if not comment_ids:
        return {}
    with answering(WHAT):
        items = read_together({table(): [key(row_of(one)) for one in comment_ids]})[table()]
    return {comment.id: comment for comment in map(to_held, items)}


def held_or_seen(comment_id: str) -> tuple[Comment | None, Comment | None]:
    """A comment while it is held, and once it is to be seen. One call. Needs COMMENTS.batch_get."""
    with answering(WHAT):
        items = read_together({table(): [key(row_of(comment_id)), key(comment_id)]})[table()]
    rows = {item["comment_id"]["S"]: item for item in items}
    waiting, known = rows.get(row_of(comment_id)), rows.get(comment_id)
    return to_held(waiting) if waiting else None, to_comment(known) if known else None


def to_held(item: Item) -> Comment:
    """The comment of a row of what is held."""
    texts = {name: str(item.get(name, {"S": ""})["S"]) for name in ("author_id", "content", "thread")}
    return Comment(
        id=item["comment_id"]["S"].removeprefix(HELD),
        video_id=item["held_on"]["S"],
        video_owner_id=texts["thread"].removeprefix(HELD),
        author_id=texts["author_id"],
        author=to_author(item),
        content=texts["content"],
        parent_id=str(item.get("answers", {"S": ""})["S"]),
    )


def written_by(user_id: str, count: int, after: str = "") -> list[str]:
    """Ids of the first `count` comments of somebody's that are held, the latest first. Needs the index by_author.

    after  the id of the one before the first
    """
    first, last = HELD, row_of(after) if after else f"{HELD}~"
    with answering(WHAT):
        found = client("dynamodb", READ_SECONDS).query(
            TableName=table(),
            IndexName="by_author",
            KeyConditionExpression="author_id = :user AND comment_id BETWEEN :first AND :last",
            ExpressionAttributeValues={":user": {"S": user_id}, ":first": {"S": first}, ":last": {"S": last}},
            ScanIndexForward=False,
            Limit=count + bool(after),
        )
    ids = [item["comment_id"]["S"].removeprefix(HELD) for item in found["Items"]]
    return [one for one in ids if one != after][:count]
