"""How much a project may ask for in all, so that planning it ends soon; single fields have limits of their own."""

from collections.abc import Iterator

from shared.media.scene.model import Project, SubtitlesElement
from shared.media.scene.problems import Path, Problem, pointer

CONTAINERS = (dict, list)
MAX_ITEMS = 5000
"""Of one list or object."""
MAX_VALUES = 150_000
MAX_WORDS = 20_000
"""With times, in all elements: two hours of fast speech."""
MAX_CHARACTERS = 200_000
"""Of all texts and transcripts."""
MAX_SUBTITLES = 10
"""Elements that may be seen in one scene, those over all scenes among them."""


def too_large(value: object) -> Problem | None:
    """What makes a document too large to be read at all, told without looking at what is in it."""
    waiting: list[tuple[Path, object]] = [((), value)]
    count = 0
    while waiting:
        path, one = waiting.pop()
        inner = list(one.items()) if isinstance(one, dict) else list(enumerate(one)) if isinstance(one, list) else []
        if len(inner) > MAX_ITEMS:
            return Problem(pointer(path), "TOO_MANY", f"Nothing may have more than {MAX_ITEMS} members.")
        count += len(inner)
        if count > MAX_VALUES:
            return Problem("", "TOO_MANY", f"The configuration has more than {MAX_VALUES} values.")
        waiting += [((*path, name), item) for name, item in inner if isinstance(item, CONTAINERS)]
    return None


def too_many(project: Project, root: Path) -> Iterator[Problem]:
    """What exceeds a limit of the whole project."""
    elements = [element for element, _, _ in project.places()]
    place = pointer((*root, "scenes"))
    if sum(len(getattr(element, "words", ())) for element in elements) > MAX_WORDS:
        yield Problem(place, "TOO_MANY", f"All elements together have more than {MAX_WORDS} words with times.")
    texts = (getattr(element, name, None) or "" for element in elements for name in ("text", "transcript"))
    if sum(map(len, texts)) > MAX_CHARACTERS:
        yield Problem(place, "TOO_MANY", f"All texts together have more than {MAX_CHARACTERS} characters.")
    around = sum(isinstance(element, SubtitlesElement) for element in project.elements)
    for number, scene in enumerate(project.scenes):
        if around + sum(isinstance(element, SubtitlesElement) for element in scene.elements) > MAX_SUBTITLES:
            place = pointer((*root, "scenes", number, "elements"))
            yield Problem(place, "TOO_MANY", f"A scene shows more than {MAX_SUBTITLES} subtitles.", scene.id)
