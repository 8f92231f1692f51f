"""What is wrong, or merely questionable, with a scene configuration, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["error", "warning"]
Path = tuple[str | int, ...]
"""The way from the root of the document to a value: names of members and numbers of items."""


@dataclass(frozen=True)
class Problem:
    """One finding. `pointer` is an RFC 6901 JSON Pointer into the document, `message` a sentence for its author."""

    pointer: str
    code: str
    message: str
    scene_id: str | None = None
    level: Level = "error"


MAX_ECHO = 100
"""Characters."""


class SceneError(Exception):
    """A configuration that cannot be rendered."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """At least one of `problems` is an error."""
        super().__init__("; ".join(f"{problem.pointer}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


def pointer(path: Path) -> str:
    """The JSON Pointer of a path."""
    return "".join("/" + echo(step).replace("~", "~0").replace("/", "~1") for step in path)


def under(root: str, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems of a project as those of the document in which it stands at `root`, a pointer."""
    return tuple(replace(problem, pointer=root + problem.pointer) for problem in problems)


def echo(name: object) -> str:
    """Something of the document as it is repeated to its author: not all of it when it is long."""
    text = str(name)
    return text if len(text) <= MAX_ECHO else text[: MAX_ECHO - 1] + "…"
