"""What is wrong with a configuration, as the error that its sender gets."""

from collections.abc import Iterable

from shared.base.errors import InvalidInputError
from shared.media.scene.problems import Problem

WHOLE = "body"


def field_of(problem: Problem, member: str = "") -> str:
    """The place of a problem as errors name fields: members and numbers with dots between them."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in problem.pointer.split("/")[1:]]
    steps = [member, *steps] if member else steps
    return ".".join(steps)[:200] or WHOLE


def refusal(problems: Iterable[Problem], member: str = "") -> InvalidInputError | None:
    """The error that tells all problems with their places; None when there is no more than warnings.

    member  of the request in which all of them lie, "" for the whole
    """
    told = [problem for problem in problems if problem.level == "error"]
    if not told:
        return None
    fields: dict[str, list[str]] = {}
    for problem in told:
        fields.setdefault(field_of(problem, member), []).append(problem.message)
    details = [
        {
            "field": field_of(problem, member),
            "code": problem.code,
            "message": problem.message,
            "pointer": problem.pointer,
            "scene_id": problem.scene_id,
        }
        for problem in told
    ]
    return InvalidInputError("Validation failed", details=details, field_errors=fields)
