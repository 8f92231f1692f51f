"""What the child process that probes may answer: facts or an error. It has met untrusted bytes: nothing is believed."""

import json
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any, Literal, get_args, get_origin, get_type_hints

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.facts import SourceFacts
from shared.media.scene_facts import ImageFacts, SoundFacts

FACTS: dict[str, type[SourceFacts | SoundFacts | ImageFacts]] = {
    "video": SourceFacts,
    "audio": SoundFacts,
    "image": ImageFacts,
}
"""What is answered by the kind that was asked for."""


def read_answer(answer: bytes, kind: str) -> dict[str, Any]:
    """The facts in an answer, as JSON; MediaError with what the process says of the file, or when it says nonsense."""
    try:
        told = json.loads(json.loads(answer))
        if error := told.get("error"):
            failure = MediaError(MediaErrorCode(error["code"]), str(error["message"]))
        else:
            facts: dict[str, Any] = told["facts"]
            if _fits(FACTS[kind].from_json(facts), FACTS[kind]):
                return facts
            failure = _broken()
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        failure = _broken()
    raise failure


def _broken() -> MediaError:
    return MediaError(MediaErrorCode.INVALID_MEDIA, "The file cannot be read: it broke the reader.")


def _fits(value: object, kind: Any) -> bool:
    """Whether a value is what an annotation of facts says, and so are those within it."""
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if choices := get_args(kind):
        return any(_fits(value, choice) for choice in choices)
    if is_dataclass(kind):
        kinds = get_type_hints(kind)
        return isinstance(value, kind) and all(_fits(getattr(value, one.name), kinds[one.name]) for one in fields(kind))
    if kind is float:
        return type(value) is int or (isinstance(value, float) and isfinite(value))
    return type(value) is kind
