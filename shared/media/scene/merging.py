"""Merge fields: `{{name}}` in any text of a configuration stands for a value that the caller gives."""

import re
from collections.abc import Mapping

from shared.media.scene.nearest import nearest
from shared.media.scene.problems import Path, Problem, pointer

FIELD = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.-]{0,63})\s*\}\}")
MAX_DEPTH = 12
Variables = Mapping[str, str | int | float | bool]


def merge(value: object, variables: Variables, path: Path = ()) -> tuple[object, list[Problem]]:
    """A copy with every field replaced, once. A text that is nothing but a field takes the value's own type."""
    if isinstance(value, str):
        return _text(value, variables, path)
    if len(path) > MAX_DEPTH:
        return value, [Problem(pointer(path), "TOO_DEEP", f"Nothing may be nested deeper than {MAX_DEPTH} levels.")]
    if isinstance(value, list):
        items = [merge(item, variables, (*path, number)) for number, item in enumerate(value)]
        return [item for item, _ in items], [problem for _, found in items for problem in found]
    if isinstance(value, dict):
        members = {str(name): merge(item, variables, (*path, str(name))) for name, item in value.items()}
        return (
            {name: item for name, (item, _) in members.items()},
            [problem for _, found in members.values() for problem in found],
        )
    return value, []


def _text(text: str, variables: Variables, path: Path) -> tuple[object, list[Problem]]:
    names = FIELD.findall(text)
    problems = [
        Problem(pointer(path), "UNKNOWN_VARIABLE", f"There is no variable {name}.{nearest(name, variables)}")
        for name in dict.fromkeys(names)
        if name not in variables
    ]
    if problems:
        return text, problems
    whole = FIELD.fullmatch(text)
    if whole:
        return variables[whole[1]], []
    return FIELD.sub(lambda found: str(variables[found[1]]), text), []
