"""What is asked of comments: for each endpoint its main path."""

from collections.abc import Callable

from bench.people import Request
from bench.world import World
from shared.base.ids import new_id
from shared.base.transactions import write_together
from shared.domains.comments.model import Comment
from shared.domains.comments.service.writing import CommentService
from shared.domains.comments.store.held import holding
from shared.domains.videos.model import Author

REPEATS = 20
"""A request is made so often at most."""


def _comment(world: World, video_id: str, answered_id: str = "") -> str:
    """A comment of the user's; its id."""
    with world.stage.unrecorded():
        author = Author(world.user.id, "ada", "Ada")
        return CommentService.open().create(video_id, author, "Well done", answered_id).id


def _create(world: World) -> Request:
    """An answer, which costs more than a comment on the video."""
    video_id = world.ready()
    body = {"content": "Thank you", "parent_comment_id": _comment(world, video_id)}
    return lambda: world.own("comments.create_comment", "POST", f"/api/videos/{video_id}/comments", body)


def _list(world: World) -> Request:
    video_id = world.ready()
    for _ in range(3):
        _comment(world, video_id)
    return lambda: world.own("comments.list_comments", "GET", f"/api/videos/{video_id}/comments")


def _list_replies(world: World) -> Request:
    video_id = world.ready()
    comment_id = _comment(world, video_id)
    _comment(world, video_id, comment_id)
    return lambda: world.own("comments.list_replies", "GET", f"/api/comments/{comment_id}/replies")


def _on_comment(name: str, method: str, tail: str = "", body: object = None) -> Callable[[World], Request]:
    def prepare(world: World) -> Request:
        path = f"/api/comments/{_comment(world, world.ready())}{tail}"
        return lambda: world.own(name, method, path, body)

    return prepare


def _dismiss(world: World) -> Request:
    """Reports are settled once, so each request is about another comment."""
    token, video_id = world.administrator(), world.ready()
    comment_ids = [_comment(world, video_id) for _ in range(REPEATS)]
    with world.stage.unrecorded():
        for comment_id in comment_ids:
            CommentService.open().report(comment_id, world.user.id, "Spam")
    left = iter(comment_ids)

    def ask() -> object:
        return world.ask("admin.dismiss_reports", "DELETE", f"/api/v1/admin/reports/{next(left)}", token=token)

    return ask


def _held(name: str, method: str, tail: str = "") -> Callable[[World], Request]:
    """What is held is so once, so each request is about another comment."""

    def prepare(world: World) -> Request:
        video_id = world.ready()
        with world.stage.unrecorded():
            made = [_waiting(world, video_id) for _ in range(REPEATS)]
        left = iter(made)
        return lambda: world.own(name, method, f"/api/comments/held/{next(left)}{tail}")

    return prepare


def _waiting(world: World, video_id: str) -> str:
    """A comment of somebody else's that waits for the user; its id."""
    author = Author(new_id(), "grace", "Grace")
    comment = Comment(
        id=new_id(), video_id=video_id, video_owner_id=world.user.id, author_id=author.id, author=author, content="Hm"
    )
    write_together(holding(comment))
    return comment.id


def _list_held(world: World) -> Request:
    video_id = world.ready()
    with world.stage.unrecorded():
        _waiting(world, video_id)
    return lambda: world.own("comments.list_held_comments", "GET", "/api/comments/held")


def _on_holding(name: str, method: str, tail: str, body: object = None) -> Callable[[World], Request]:
    return lambda world: lambda: world.own(name, method, f"/api/comments/{tail}", body)


COMMENTING: dict[str, Callable[[World], Request]] = {
    "create_comment": _create,
    "list_comments": _list,
    "list_replies": _list_replies,
    "edit_comment": _on_comment("comments.edit_comment", "PUT", "", {"content": "Better"}),
    "delete_comment": _on_comment("comments.delete_comment", "DELETE"),
    "like_comment": _on_comment("reactions.like_comment", "POST", "/like", {"action": "like"}),
    "dismiss_reports": _dismiss,
    "get_holding": _on_holding("comments.get_holding", "GET", "settings"),
    "set_holding": _on_holding("comments.set_holding", "PUT", "settings", {"held_words": ["spam"]}),
    "list_held_comments": _list_held,
    "approve_comment": _held("comments.approve_comment", "POST", "/approve"),
    "discard_comment": _held("comments.discard_comment", "DELETE"),
    "report_comment": _on_comment("comments.report_comment", "POST", "/report", {"reason": "Spam"}),
}
"""Endpoint -> what sets its main path up and gives its request."""
