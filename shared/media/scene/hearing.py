"""Where the words of subtitles come from, sound by sound: given, aligned with a text, transcribed, or spread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from shared.media.scene.model import AnyElement, AudioElement, Project, Scene, SubtitlesElement, VideoElement, Word
from shared.media.scene.problems import Path
from shared.media.scene.sources import Media
from shared.media.scene.timing import exact, own_seconds
from shared.media.scene.values import MAX_SECONDS

MOST_ALIGNED_SECONDS = 900
"""Of one sound: alignment takes longer than in proportion, two minutes of CPU time for so much."""
JOINED_SECONDS = 5
"""Spans of a source with no more than this between them are transcribed as one."""
LATIN_SHARE = 0.8
ALIGNED_LANGUAGE, ANY_LANGUAGE = "en", "auto"


class Origin(StrEnum):
    """How the words of a sound get their times; `unknown` is a sound whose words nobody tells."""

    GIVEN = "given"
    ALIGNED = "aligned"
    TRANSCRIBED = "transcribed"
    SPREAD = "spread"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Hearing:
    """A span of a source in which words are looked for, in seconds of the source; the words themselves if known."""

    src: str
    language: str
    text: str | None
    start: Fraction
    end: Fraction

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Heard:
    """A sound that subtitles show, with its place in the project; `hearing` where its words are to get their times.

    The place is that of the subtitles where their own text is spread over several sounds.
    """

    path: Path
    scene_id: str
    origin: Origin
    hearing: Hearing | None


def heard(project: Project, media: Media, *, transcribes: bool) -> Iterator[Heard]:
    """Every sound whose words subtitles show. `transcribes`: whether somebody writes down what has no text."""
    shared = [one for one in project.elements if isinstance(one, SubtitlesElement)]
    for at, scene in enumerate(project.scenes):
        for number in _scattered(scene, media):
            yield Heard(("scenes", at, "elements", number), scene.id, Origin.SPREAD, None)
        for number, element, text, language in _asked(scene, shared, media):
            path: Path = ("scenes", at, "elements", number)
            if text is None and element.words:
                yield Heard(path, scene.id, Origin.GIVEN, None)
                continue
            hearing = _hearing(element, text or element.transcript, language, media)
            yield Heard(path, scene.id, _origin(hearing, transcribes), hearing)


def only_sound(elements: Sequence[AnyElement], media: Media) -> AudioElement | VideoElement | None:
    """The one sound of a scene, which the text of its subtitles tells; None when there are several, or none."""
    sounds = [one for one in elements if isinstance(one, AudioElement)]
    found = sounds or [one for one in elements if isinstance(one, VideoElement) and _is_heard(one, media)]
    return found[0] if len(found) == 1 else None


def wanted(found: Iterable[Heard]) -> list[Hearing]:
    """The spans to be aligned or transcribed, each once; those without a text are one where they lie close together."""
    open_ones = [one.hearing for one in found if one.hearing and one.origin in (Origin.ALIGNED, Origin.TRANSCRIBED)]
    told = [hearing for hearing in open_ones if hearing.text is not None]
    untold: list[Hearing] = []
    for hearing in sorted((one for one in open_ones if one.text is None), key=lambda h: (h.src, h.language, h.start)):
        if untold and _is_close(untold[-1], hearing):
            untold[-1] = replace(untold[-1], end=max(untold[-1].end, hearing.end))
        else:
            untold.append(hearing)
    return list(dict.fromkeys([*told, *untold]))


def joined(words: Iterable[tuple[Hearing, Sequence[Word]]]) -> dict[str, tuple[Word, ...]]:
    """Words by source in order. Of two spans that overlap the first one tells what is said in both."""
    spans: dict[str, list[tuple[Fraction, Fraction]]] = {}
    found: dict[str, list[Word]] = {}
    for hearing, several in words:
        before = spans.setdefault(hearing.src, [])
        kept = (one for one in several if not any(start <= one.start < end for start, end in before))
        found.setdefault(hearing.src, []).extend(kept)
        before.append((hearing.start, hearing.end))
    return {src: tuple(sorted(several, key=lambda word: word.start)) for src, several in found.items() if several}


def is_aligned(language: str, seconds: Fraction) -> bool:
    """Whether a text in that language ("auto" is one that may be English) is aligned with so long a sound."""
    spoken = language.lower().replace("_", "-").partition("-")[0]
    return spoken in (ALIGNED_LANGUAGE, ANY_LANGUAGE) and 0 < seconds <= MOST_ALIGNED_SECONDS


def _is_close(before: Hearing, after: Hearing) -> bool:
    is_same = (before.src, before.language) == (after.src, after.language)
    return is_same and after.start <= before.end + JOINED_SECONDS


def _asked(
    scene: Scene, shared: list[SubtitlesElement], media: Media
) -> Iterator[tuple[int, AudioElement | VideoElement, str | None, str]]:
    """Sounds of a scene that subtitles take their words from: number, element, the subtitles' text, language."""
    own = [one for one in scene.elements if isinstance(one, SubtitlesElement)]
    takers = [one for one in (*own, *shared) if not one.words]
    for taker in takers:
        if taker.text and taker in own and (sound := only_sound(scene.elements, media)):
            yield scene.elements.index(sound), sound, taker.text, _language(sound, [taker])
    open_ones = [one for one in takers if not (one.text and one in own)]
    for number, element in enumerate(scene.elements if open_ones else ()):
        if isinstance(element, AudioElement | VideoElement) and _is_heard(element, media):
            yield number, element, None, _language(element, open_ones)


def _scattered(scene: Scene, media: Media) -> Iterator[int]:
    """Subtitles whose text belongs to several sounds: nobody knows which says what."""
    is_spoken = any(isinstance(one, AudioElement) for one in scene.elements)
    for number, element in enumerate(scene.elements):
        is_told = isinstance(element, SubtitlesElement) and element.text and not element.words
        if is_told and is_spoken and only_sound(scene.elements, media) is None:
            yield number


def _is_heard(element: AudioElement | VideoElement, media: Media) -> bool:
    probed = media.get(element.src)
    return element.volume != 0 and probed is not None and probed.sound is not None


def _language(element: AudioElement | VideoElement, takers: Sequence[SubtitlesElement]) -> str:
    known = (one for one in (element.language, *(taker.language for taker in takers)) if one != ANY_LANGUAGE)
    return next(known, ANY_LANGUAGE)


def _hearing(element: AudioElement | VideoElement, text: str | None, language: str, media: Media) -> Hearing:
    start = exact(element.trim)
    end = start + own_seconds(element, media) * exact(element.speed)
    return Hearing(element.src, language, text, start, min(end, media[element.src].duration, Fraction(MAX_SECONDS)))


def _origin(hearing: Hearing, transcribes: bool) -> Origin:
    if hearing.text is not None:
        is_possible = is_aligned(hearing.language, hearing.seconds) and _is_latin(hearing.text)
        return Origin.ALIGNED if is_possible else Origin.SPREAD
    return Origin.TRANSCRIBED if transcribes and hearing.seconds > 0 else Origin.UNKNOWN


def _is_latin(text: str) -> bool:
    """Whether a text may be English by its letters alone."""
    letters = [character for character in text if character.isalpha()]
    return sum(character.isascii() for character in letters) > LATIN_SHARE * len(letters)
