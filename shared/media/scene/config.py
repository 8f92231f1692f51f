"""Reads a scene configuration: typed projects, or every problem that it has, each with its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from shared.media.scene import model
from shared.media.scene.bounds import too_large, too_many
from shared.media.scene.merging import Variables, merge
from shared.media.scene.model import Project, Scene
from shared.media.scene.motion import Typewriter
from shared.media.scene.nearest import nearest
from shared.media.scene.problems import Path, Problem, echo, pointer
from shared.media.scene.values import MAX_PIXELS, Node

__all__ = ["Parsed", "Problem", "Project", "parse"]

N = TypeVar("N", bound=Node)
MAX_PROJECTS = 20
MAX_PROBLEMS = 100
MAX_TYPED = 1000
"""Each letter is another picture of all of them."""
ELEMENT_MODELS: dict[str, type[BaseModel]] = {
    "video": model.VideoElement,
    "image": model.ImageElement,
    "text": model.TextElement,
    "audio": model.AudioElement,
    "subtitles": model.SubtitlesElement,
}
CODES = {
    "missing": "MISSING_FIELD",
    "extra_forbidden": "UNKNOWN_FIELD",
    "union_tag_not_found": "MISSING_FIELD",
    "union_tag_invalid": "UNKNOWN_TYPE",
    "greater_than": "OUT_OF_RANGE",
    "greater_than_equal": "OUT_OF_RANGE",
    "less_than": "OUT_OF_RANGE",
    "less_than_equal": "OUT_OF_RANGE",
    "multiple_of": "OUT_OF_RANGE",
    "too_long": "TOO_MANY",
    "too_short": "TOO_FEW",
    "string_too_long": "TOO_LONG",
    "string_too_short": "TOO_SHORT",
}
"""Everything else is INVALID_FORMAT."""
QUOTED = re.compile(r"'([^']+)'")
"""Each of the values that pydantic tells as expected."""


@dataclass(frozen=True)
class Parsed:
    """`projects` is empty when one of `problems` is an error. `root` is the first one's place in the document."""

    projects: tuple[Project, ...]
    problems: tuple[Problem, ...]
    root: str = ""


def parse(value: object, variables: Variables | None = None) -> Parsed:
    """Read a configuration: an array of projects, or one project. `variables` are the values of merge fields."""
    if large := too_large(value):
        return Parsed((), (large,))
    merged, problems = merge(value, variables or {})
    if isinstance(merged, Mapping):
        numbered: list[tuple[Path, object]] = [((), merged)]
    elif isinstance(merged, list) and 0 < len(merged) <= MAX_PROJECTS:
        numbered = [((number,), item) for number, item in enumerate(merged)]
    else:
        message = f"The configuration must be a project, or an array of 1 to {MAX_PROJECTS} projects."
        return Parsed((), (*problems, Problem("", "INVALID_FORMAT", message)))
    projects = []
    for path, item in numbered:
        project, found = _project(item, path)
        problems += found
        if project:
            projects.append(project)
    is_valid = not any(problem.level == "error" for problem in problems)
    return Parsed(tuple(projects) if is_valid else (), tuple(problems[:MAX_PROBLEMS]), pointer(numbered[0][0]))


def _project(value: object, path: Path) -> tuple[Project | None, list[Problem]]:
    project, problems = read(Project, value, path)
    return project, [*problems, *(_across(project, path) if project else ())]


def read(node: type[N], value: object, path: Path = ()) -> tuple[N | None, list[Problem]]:
    """A typed value, or its problems; `path` is where it stands in the document."""
    try:
        return node.model_validate(value), []
    except ValidationError as failure:
        errors = failure.errors(include_url=False, include_input=False)
        told = (dict(error) for error in errors if not _is_echo(dict(error), value))
        return None, [_problem(error, value, path, node) for error in islice(told, MAX_PROBLEMS)]


def _is_echo(error: dict[str, Any], value: object) -> bool:
    """Pydantic counts what is left after bad items were dropped: the bad items themselves are told already."""
    if error["type"] != "too_short":
        return False
    items = _at(value, _real_path(error["loc"], value))
    return isinstance(items, list) and bool(items)


def _problem(error: dict[str, Any], value: object, root: Path, node: type[BaseModel]) -> Problem:
    """A pydantic error, with the union's tags taken out of its place."""
    steps, context = _real_path(error["loc"], value), error.get("ctx", {})
    kind, message = error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        message = f"There is no field {echo(steps[-1])}.{nearest(echo(steps[-1]), _fields(steps[:-1], value, node))}"
    elif kind == "missing":
        message = f"The field {steps[-1]} is missing."
    elif kind == "union_tag_not_found":
        steps, message = (*steps, "type"), "The field type is missing."
    elif kind == "union_tag_invalid":
        tag = echo(context.get("tag", ""))
        message = f"There is no element of type {tag}.{nearest(tag, ELEMENT_MODELS)}"
        steps = (*steps, "type")
    elif kind == "literal_error":
        message += f".{nearest(echo(_at(value, steps)), QUOTED.findall(context['expected']))}"
    return Problem(
        pointer((*root, *steps)), CODES.get(kind, "INVALID_FORMAT"), _sentence(message), _scene_id(steps, value)
    )


def _sentence(message: str) -> str:
    message = message[:1].upper() + message[1:]
    return message if message.endswith((".", "?")) else message + "."


def _real_path(location: Path, value: object) -> Path:
    """The steps of a location that are really taken: after the number of an element pydantic names its type."""
    steps: list[str | int] = []
    untagged = 0
    for step in location:
        is_tag = len(steps) >= 2 and steps[-2] == "elements" and isinstance(steps[-1], int) and step in ELEMENT_MODELS
        if is_tag and len(steps) != untagged and isinstance(_at(value, tuple(steps)), Mapping):
            untagged = len(steps)  # the next step may be a field that is called like a type
        else:
            steps.append(step)
    return tuple(steps)


def _at(value: object, steps: Path) -> object:
    for step in steps:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _fields(steps: Path, value: object, node: type[BaseModel]) -> list[str]:
    """The fields that the object at a place may have."""
    for number, step in enumerate(steps):
        if step == "elements" and number + 1 < len(steps):
            element = _at(value, steps[: number + 2])
            kind = str(element.get("type")) if isinstance(element, Mapping) else ""
            node = ELEMENT_MODELS.get(kind, model.Visual)
        elif isinstance(step, str):
            node = _member(node, step) or node
    return [field.alias or name for name, field in node.model_fields.items()]


def _member(node: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The kind of object that a field holds, alone or in a list."""
    field = next((one for one in node.model_fields.values() if one.alias == name), None)
    kinds: list[Any] = [field.annotation] if field else []
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
        kinds += get_args(kind)
    return None


def _scene_id(steps: Path, value: object) -> str | None:
    """The id of the scene in which a place lies."""
    if len(steps) < 2 or steps[0] != "scenes":
        return None
    scene = _at(value, steps[:2])
    name = scene.get("id") if isinstance(scene, Mapping) else None
    return echo(name) if isinstance(name, str) else None


def _across(project: Project, root: Path) -> Iterator[Problem]:
    """What can be seen only by looking at several fields."""
    if project.resolution == "custom" and not (project.width and project.height):
        yield Problem(pointer((*root, "resolution")), "MISSING_FIELD", "A custom resolution needs width and height.")
    if bool(project.width) != bool(project.height):
        missing = "height" if project.width else "width"
        yield Problem(pointer((*root, missing)), "MISSING_FIELD", "Width and height go together.")
    width, height = project.size
    if width * height > MAX_PIXELS:
        yield Problem(pointer((*root, "width")), "OUT_OF_RANGE", f"The picture has more than {MAX_PIXELS} pixels.")
    yield from _repeated_ids(project, root)
    yield from too_many(project, root)
    for number, scene in enumerate(project.scenes):
        yield from _in_scene(scene, (*root, "scenes", number))
    for place in project.places():
        yield from _in_element(*place, root)


def _repeated_ids(project: Project, root: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, scene in enumerate(project.scenes):
        if scene.id in seen:
            path = (*root, "scenes", number, "id")
            yield Problem(pointer(path), "DUPLICATE_ID", f"Another scene has the id {scene.id}.", scene.id)
        seen.add(scene.id)


def _in_scene(scene: Scene, path: Path) -> Iterator[Problem]:
    if path[-1] == 0 and scene.transition:
        message = "The first scene has nothing to come from; its transition is left out."
        yield Problem(pointer((*path, "transition")), "NO_EFFECT", message, scene.id, "warning")


def _in_element(element: model.AnyElement, path: Path, scene_id: str | None, root: Path) -> Iterator[Problem]:
    for number, word in enumerate(getattr(element, "words", ())):
        if word.end < word.start:
            place = pointer((*root, *path, "words", number, "end"))
            yield Problem(place, "OUT_OF_RANGE", f"The word {word.word} ends before it starts.", scene_id)
    if isinstance(element, model.TextElement) and element.typewriter:
        yield from _typed(element.text, element.typewriter, (*root, *path), scene_id)


def _typed(text: str, typewriter: Typewriter, path: Path, scene_id: str | None) -> Iterator[Problem]:
    if len(text) > MAX_TYPED:
        message = f"A text that is typed has at most {MAX_TYPED} characters."
        yield Problem(pointer((*path, "text")), "TOO_LONG", message, scene_id)
    if typewriter.speed and typewriter.duration:
        message = "A typewriter has a speed or a duration, not both."
        yield Problem(pointer((*path, "typewriter", "duration")), "CONFLICT", message, scene_id)
