"""What is said and when: from words with times, or from a text that is spread over the sound."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.media.scene.hearing import only_sound
from shared.media.scene.model import AnyElement, AudioElement, Project, Spoken, SubtitlesElement, VideoElement, Word
from shared.media.scene.sources import Media
from shared.media.scene.timing import SceneTime, exact, own_seconds

LINE_CHARACTERS = 42
LINES = 2
LONGEST_PAUSE = Fraction(7, 10)
"""Seconds; a longer one ends a subtitle."""
SLACK_SECONDS = 1.0
"""Around a scene, so that no rounding loses a word."""
SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")

Transcripts = Mapping[str, Sequence[Word]]
"""Words by `src`, with times of the source, from whatever aligns or transcribes: it fills this in before planning."""


@dataclass(frozen=True)
class Timed:
    """A word in the frames `start` to `end` of a scene."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """Words that are shown together."""

    words: tuple[Timed, ...]
    end: int


def spoken_words(
    project: Project, media: Media, transcripts: Transcripts, time: SceneTime, subtitles: SubtitlesElement
) -> list[Timed]:
    """The words of a scene in order. Those of the subtitles themselves come before those of the sound."""
    scene = project.scenes[time.number]
    is_shared = not any(element is subtitles for element in scene.elements)
    shift = time.start / project.frame_rate if is_shared else Fraction(0)
    length = time.frames / project.frame_rate
    if subtitles.words:
        begin, end = float(shift) - SLACK_SECONDS, float(shift + length) + SLACK_SECONDS
        near = (word for word in subtitles.words if word.start < end and word.end > begin)
        found = [(word.word, exact(word.start) - shift, exact(word.end) - shift) for word in near]
    elif subtitles.text and not is_shared:
        found = _of_text(subtitles.text, scene.elements, media, transcripts, length)
    else:
        sounding = [e for e in scene.elements if isinstance(e, AudioElement | VideoElement)]
        found = [word for element in sounding for word in _of_element(element, media, transcripts, length)]
    return _on_grid(found, project.frame_rate, time.frames)


def spread(text: str, start: Fraction, end: Fraction) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Words of a text over a span of time, each as long as its share of the letters."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    position = 0
    for word in words:
        after = position + len(word) + 1
        yield word, start + (end - start) * position / total, start + (end - start) * after / total
        position = after


def lines(words: Sequence[Timed], rate: Fraction) -> list[Line]:
    """Words grouped into subtitles of at most two lines; pauses and ends of sentences end one, too."""
    groups: list[list[Timed]] = []
    for word in words:
        if not groups or _ends(groups[-1], word, rate):
            groups.append([])
        groups[-1].append(word)
    pause = round(LONGEST_PAUSE * rate)
    limits = [*(group[0].start for group in groups[1:]), *(group[-1].end for group in groups[-1:])]
    return [Line(tuple(group), min(group[-1].end + pause, limit)) for group, limit in zip(groups, limits, strict=True)]


def _of_element(
    element: AudioElement | VideoElement, media: Media, transcripts: Transcripts, length: Fraction
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """The words of a sound on the scene's clock; those of its text are spread over it when they have no times."""
    if element.words:
        yield from _timed(element, element.words, media, length)
        return
    known = list(_timed(element, transcripts.get(element.src, ()), media, length))
    if not known and element.transcript:
        known = list(spread(element.transcript, *_seen_span(element, media, length)))
    yield from known


def _of_text(
    text: str, elements: Sequence[AnyElement], media: Media, transcripts: Transcripts, length: Fraction
) -> list[tuple[str, Fraction, Fraction]]:
    """The words of a scene's own text: as they were found in its one sound, else spread over all that is heard."""
    sound = only_sound(elements, media)
    known = list(_timed(sound, transcripts.get(sound.src, ()), media, length)) if sound else []
    return known or list(spread(text, *_speech_span(elements, media, length)))


def _seen_span(element: AudioElement | VideoElement, media: Media, length: Fraction) -> tuple[Fraction, Fraction]:
    return exact(element.start), min(length, exact(element.start) + own_seconds(element, media))


def _timed(
    element: AudioElement | VideoElement, words: Sequence[Word], media: Media, length: Fraction
) -> Iterator[tuple[str, Fraction, Fraction]]:
    """Words with times of the source, those of them that are heard, on the scene's clock."""
    start, end = _seen_span(element, media, length)
    for word in words:
        begin, stop = (_on_scene(element, exact(moment)) for moment in (word.start, word.end))
        if stop > start and begin < end:
            yield word.word, begin, min(stop, end)


def _on_scene(element: Spoken, moment: Fraction) -> Fraction:
    assert isinstance(element, AudioElement | VideoElement)
    return exact(element.start) + (moment - exact(element.trim)) / exact(element.speed)


def _speech_span(elements: Sequence[object], media: Media, length: Fraction) -> tuple[Fraction, Fraction]:
    """From the first sound's start to the last one's end; the whole scene when there is none."""
    sounds = [element for element in elements if isinstance(element, AudioElement)]
    if not sounds:
        return Fraction(0), length
    ends = (exact(sound.start) + own_seconds(sound, media) for sound in sounds)
    return min(exact(sound.start) for sound in sounds), min(length, max(ends))


def _on_grid(words: list[tuple[str, Fraction, Fraction]], rate: Fraction, frames: int) -> list[Timed]:
    """Whole frames within the scene; every word has at least one."""
    found = []
    for text, start, end in sorted(words, key=lambda word: word[1]):
        first = max(0, round(start * rate))
        last = min(frames, max(first + 1, round(end * rate)))
        if first < last and end > 0:
            found.append(Timed(text, first, last))
    return found


def _ends(group: list[Timed], word: Timed, rate: Fraction) -> bool:
    last = group[-1]
    characters = sum(len(one.text) + 1 for one in group) + len(word.text)
    is_late = word.start - last.end > LONGEST_PAUSE * rate
    return is_late or last.text.endswith(SENTENCE_ENDS) or characters > LINES * LINE_CHARACTERS
