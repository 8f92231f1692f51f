"""The table `comments`: a row for each comment, and how it reads as a `Comment`. What is empty is absent.

A removed comment that has replies stays in its list, without text and author. One without replies leaves all lists: for
a day its row tells who removed it, so that a repeat answers the same.
"""

from typing import Any

from shared.base import clock
from shared.base.settings import setting
from shared.contract.limits import DAY
from shared.domains.comments.model import Comment, Report
from shared.domains.videos.model import Author

Item = dict[str, Any]

_ON_VIDEO, _IN_ANSWER = "video#", "comment#"
REPORTS = "reports"
"""The thread in which reports are, for administrators."""

REPORT = "report#"
"""Before the id of what is reported; it sorts after all ids of comments, as what is before other rows does."""

REPORT_SECONDS = 180 * DAY
"""So long a report is kept that nobody has settled."""


def table() -> str:
    """The table's name."""
    return setting("COMMENTS_TABLE")


def key(comment_id: str) -> Item:
    """The key of a comment, as DynamoDB takes it."""
    return {"comment_id": {"S": comment_id}}


def thread_of(video_id: str) -> str:
    """The thread of the comments on a video."""
    return f"{_ON_VIDEO}{video_id}"


def replies_of(comment_id: str) -> str:
    """The thread of the answers to a comment; in the table `reactions` it is the comment's name."""
    return f"{_IN_ANSWER}{comment_id}"


def to_item(comment: Comment) -> Item:
    """The row of a new comment."""
    assert comment.author is not None, "somebody wrote it"
    thread = replies_of(comment.parent_id) if comment.parent_id else thread_of(comment.video_id)
    texts = {
        "comment_id": comment.id,
        "thread": thread,
        "video_id": comment.video_id,
        "video_owner_id": comment.video_owner_id,
        "author_id": comment.author_id,
        "content": comment.content,
        "ranked_thread": thread if comment.rank else "",
        "rank": comment.rank,
    }
    return {**{name: {"S": text} for name, text in texts.items() if text}, "author": {"M": _to_map(comment.author)}}


def _to_map(author: Author) -> Item:
    texts = {
        "username": author.username,
        "display_name": author.display_name,
        "avatar_url": author.avatar_url,
    }
    found: Item = {name: {"S": text} for name, text in texts.items() if text}
    return found | ({"verified": {"BOOL": True}} if author.verified else {})


def to_comment(item: Item) -> Comment:
    """The comment of a row."""
    thread = _text(item, "thread")
    return Comment(
        id=item["comment_id"]["S"],
        video_id=_text(item, "video_id"),
        video_owner_id=_text(item, "video_owner_id"),
        author_id=_text(item, "author_id"),
        author=to_author(item),
        content=_text(item, "content"),
        parent_id=thread.removeprefix(_IN_ANSWER) if thread.startswith(_IN_ANSWER) else "",
        edited_at=_text(item, "edited_at"),
        rank=_text(item, "rank"),
        removed="removed" in item,
        **{name: int(item.get(name, {"N": "0"})["N"]) for name in ("like_count", "dislike_count", "reply_count")},
    )


def to_author(item: Item) -> Author | None:
    """Who wrote what a row tells; None once that is gone."""
    if "author" not in item:
        return None
    known = item["author"]["M"]
    return Author(
        id=item["author_id"]["S"],
        username=_text(known, "username"),
        display_name=_text(known, "display_name"),
        avatar_url=_text(known, "avatar_url"),
        verified="verified" in known,
    )


def _text(item: Item, name: str) -> str:
    return str(item.get(name, {"S": ""})["S"])


def reports_on(comment_id: str) -> str:
    """How the ids of all reports on a comment begin."""
    return f"{REPORT}{comment_id}#"


def report_id(report: Report) -> str:
    """The id of a report's row: there is one for each reporter and comment."""
    return reports_on(report.comment_id) + report.reporter_id


def report_item(report: Report) -> Item:
    """The row of a report."""
    texts = {
        "comment_id": report_id(report),
        "thread": REPORTS,
        "author_id": report.reporter_id,
        "reason": report.reason,
        "reported_at": report.reported_at,
    }
    ends = int(clock.seconds(report.reported_at)) + REPORT_SECONDS
    return {**{name: {"S": text} for name, text in texts.items()}, "expires_at": {"N": str(ends)}}


def to_report(item: Item) -> Report:
    """The report of a row."""
    return Report(
        comment_id=item["comment_id"]["S"].split("#")[1],
        reporter_id=_text(item, "author_id"),
        reason=_text(item, "reason"),
        reported_at=_text(item, "reported_at"),
    )
