"""What is asked of comments: for each endpoint its main path."""

from collections.abc import Callable

from bench.people import Request
from bench.world import World
from shared.domains.comments.service.writing import CommentService
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


COMMENTING: dict[str, Callable[[World], Request]] = {
    "create_comment": _create,
    "list_comments": _list,
    "list_replies": _list_replies,
    "edit_comment": _on_comment("comments.edit_comment", "PUT", "", {"content": "Better"}),
    "delete_comment": _on_comment("comments.delete_comment", "DELETE"),
    "like_comment": _on_comment("reactions.like_comment", "POST", "/like", {"action": "like"}),
    "dismiss_reports": _dismiss,
    "report_comment": _on_comment("comments.report_comment", "POST", "/report", {"reason": "Spam"}),
}
"""Endpoint -> what sets its main path up and gives its request."""
