"""How much a project may ask for in all, so that planning it ends soon; single fields have limits of their own."""

from collections.abc import Iterator
from math import ceil

from shared.media.scene.model import Project, SubtitlesElement, TextElement
from shared.media.scene.problems import Path, Problem, pointer

CONTAINERS = (dict, list)
MAX_ITEMS = 5000
"""Of one list or object."""
MAX_VALUES = 150_000
MAX_WORDS = 20_000
"""With times, in all elements: two hours of fast speech."""
MAX_CHARACTERS = 200_000
"""Of all texts and transcripts."""
MAX_WRITTEN = 5_000_000
"""Characters of texts with effects, each counted once for every state of its text: some hundred megabytes of events."""
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
    yield from _written_too_often(project, root)
    around = sum(isinstance(element, SubtitlesElement) for element in project.elements)
    for number, scene in enumerate(project.scenes):
        if around + sum(isinstance(element, SubtitlesElement) for element in scene.elements) > MAX_SUBTITLES:
            place = pointer((*root, "scenes", number, "elements"))
            yield Problem(place, "TOO_MANY", f"A scene shows more than {MAX_SUBTITLES} subtitles.", scene.id)


def _written_too_often(project: Project, root: Path) -> Iterator[Problem]:
    """The text with which the states of texts become too many; those over all scenes are set in each of them."""
    written = 0
    for element, path, scene_id in project.places():
        if isinstance(element, TextElement):
            written += len(element.text) * _states(element, project) * (1 if scene_id else len(project.scenes))
            if written > MAX_WRITTEN:
                message = (
                    "Texts that are typed or slide are too many or too long together: their characters, "
                    f"each times the states of its text, may be {MAX_WRITTEN}."
                )
                yield Problem(pointer((*root, *path)), "TOO_MANY", message, scene_id)
                return


def _states(element: TextElement, project: Project) -> int:
    """How many states the effects of a text have at most: a letter that is typed, a frame of a slide."""
    slides = (slide.duration for slide in (element.slide_in, element.slide_out) if slide)
    return sum(ceil(seconds * project.frame_rate) for seconds in slides) + len(element.text) * bool(element.typewriter)
