"""What is left to be done about what somebody has said and reported, when they leave."""

from typing import Any

from shared.domains.comments.model import Comment, Report, Sort
from shared.domains.comments.store import held, writes
from shared.domains.comments.store.comments import CommentStore
from shared.domains.videos.store.videos import VideoStore

Writes = tuple[dict[str, Any], ...]

AT_ONCE = 20
"""Rows that one go looks at; each takes three writes at most."""


def removals(user_id: str) -> tuple[dict[str, int], Writes] | None:
    """Kind -> how many go, and the writes that do it, all together; None once nothing is left.

    Comments lose text and author, and stay in their lists only with answers. Of a video one comment goes at a time, so
    that no row is written twice, and what the user has removed comes last. What is held of theirs goes, and what others
    wrote that waits for them. The writes are refused when something is not any more as was read. Five calls.
    """
    store = CommentStore.open()
    ids = store.ids_of(user_id, AT_ONCE)
    queue = [entry.comment_id for entry in store.entries(held.queue_of(user_id), Sort.OLDEST, AT_ONCE)]
    if not ids and not queue:
        return None
    waiting = [one for one in ids if one.startswith((held.HELD, held.WISH))]
    comments, reports = store.rows([one for one in ids if one not in waiting])
    mine = [comment for comment in comments if comment.author_id == user_id]
    living = _one_of_each_video([comment for comment in mine if not comment.removed])
    parents = {one.id: one for one in store.many([comment.parent_id for comment in living if comment.parent_id])}
    there = {video.id for video in VideoStore.open().many([comment.video_id for comment in living])} if living else ()
    found: list[dict[str, Any]] = [writes.withdrawal(report) for report in reports]
    found += [writes.erasure(one) for one in dict.fromkeys([*waiting, *queue])]
    if not living:
        found += [writes.anonymity(comment) for comment in mine]
    for comment in living:
        found += writes.forgetting(comment, parents.get(comment.parent_id), is_counted=comment.video_id in there)
    count = len([one for one in {*waiting, *queue} if one.startswith(held.HELD)])
    return {"comments": len(living), "comment_reports": len(reports), "held_comments": count}, tuple(found)


def said(user_id: str, after: str) -> tuple[list[Comment], list[Comment], list[Report], str]:
    """A page of what somebody has said after a row, what of it is held, what they reported, and the last row.

    That is "" at the end. Three calls.
    """
    store = CommentStore.open()
    ids = store.ids_of(user_id, AT_ONCE, after)
    if not ids:
        return [], [], [], ""
    waiting = [one.removeprefix(held.HELD) for one in ids if one.startswith(held.HELD)]
    comments, reports = store.rows([one for one in ids if not one.startswith((held.HELD, held.WISH))])
    mine = [comment for comment in comments if comment.author_id == user_id and not comment.removed]
    return mine, list(held.held(waiting).values()), reports, ids[-1]


def _one_of_each_video(comments: list[Comment]) -> list[Comment]:
    return list({comment.video_id: comment for comment in comments}.values())
