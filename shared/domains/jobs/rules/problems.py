"""What is wrong with a configuration, as the error that its sender gets."""

from collections.abc import Iterable

from shared.base.errors import InvalidInputError
from shared.media.scene.problems import Problem

WHOLE = "body"
MOST_TOLD = 100
"""Problems in one answer: whoever mends these learns of the others."""


def field_of(problem: Problem) -> str:
    """The place of a problem as errors name fields: members and numbers with dots between them."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in problem.pointer.split("/")[1:]]
    return ".".join(steps)[:200] or WHOLE


def refusal(problems: Iterable[Problem]) -> InvalidInputError | None:
    """The error that tells problems with their places, all or the first; None when there is no more than warnings."""
    errors = list(dict.fromkeys(problem for problem in problems if problem.level == "error"))
    if not errors:
        return None
    told = errors[:MOST_TOLD]
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
    more = f": the first {len(told)} of {len(errors)} problems" if len(errors) > len(told) else ""
    return InvalidInputError(f"Validation failed{more}", details=details, field_errors=fields)
