"""What is wrong with a configuration, as the error that its sender gets."""

from collections.abc import Iterable

from shared.base.errors import InvalidInputError
from shared.media.scene.problems import Problem

WHOLE = "body"


def field_of(problem: Problem) -> str:
    """The place of a problem as errors name fields: members and numbers with dots between them."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in problem.pointer.split("/")[1:]]
    return ".".join(steps)[:200] or WHOLE


def refusal(problems: Iterable[Problem]) -> InvalidInputError | None:
    """The error that tells all problems with their places; None when there is no more than warnings."""
    told = [problem for problem in problems if problem.level == "error"]
    if not told:
        return None
    fields: dict[str, list[str]] = {}
    for problem in told:
        fields.setdefault(field_of(problem), []).append(problem.message)
    details = [
        {
            "field": field_of(problem),
            "code": problem.code,
            "message": problem.message,
            "pointer": problem.pointer,
            "scene_id": problem.scene_id,
        }
        for problem in told
    ]
    return InvalidInputError("Validation failed", details=details, field_errors=fields)
