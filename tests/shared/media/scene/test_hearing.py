"""Which sounds' words are looked for, over which spans, and where they then appear."""

from fractions import Fraction
from typing import Any

import pytest

from shared.media.scene.composition import Composition
from shared.media.scene.config import parse
from shared.media.scene.hearing import Hearing, Origin, heard, joined, wanted
from shared.media.scene.layers import SubtitlesLayer
from shared.media.scene.model import Project, Word
from shared.media.scene.speech import Transcripts
from tests.shared.media.scene.made_up import MEDIA

SONG = {"type": "audio", "src": "song.mp3"}
SUBTITLES = {"type": "subtitles"}


def project(*elements: dict[str, Any], shared: tuple[dict[str, Any], ...] = (SUBTITLES,), scenes: int = 1) -> Project:
    several = [{"id": f"s{number}", "duration": 8, "elements": list(elements)} for number in range(scenes)]
    parsed = parse({"resolution": "hd", "fps": 25, "scenes": several, "elements": list(shared)})
    assert parsed.projects, parsed.problems
    return parsed.projects[0]


@pytest.mark.parametrize(
    ("sound", "transcribes", "origin"),
    [
        ({"words": [{"word": "hi", "start": 1, "end": 2}]}, True, Origin.GIVEN),
        ({"transcript": "hello you"}, True, Origin.ALIGNED),
        ({"transcript": "hello you", "language": "en-GB"}, False, Origin.ALIGNED),
        ({"transcript": "guten Tag", "language": "de"}, True, Origin.SPREAD),
        ({"transcript": "доброе утро"}, True, Origin.SPREAD),
        ({}, True, Origin.TRANSCRIBED),
        ({}, False, Origin.UNKNOWN),
    ],
)
def test_where_words_come_from(sound: dict[str, Any], transcribes: bool, origin: Origin) -> None:
    [found] = heard(project({**SONG, **sound}), MEDIA, transcribes=transcribes)
    assert (found.path, found.scene_id, found.origin) == (("scenes", 0, "elements", 0), "s0", origin)
    assert bool(found.hearing) == (origin is not Origin.GIVEN)


def test_without_subtitles_nobody_listens() -> None:
    assert list(heard(project(SONG, shared=()), MEDIA, transcribes=True)) == []
    words = {**SUBTITLES, "words": [{"word": "hi", "start": 1, "end": 2}]}
    assert list(heard(project(SONG, shared=(words,)), MEDIA, transcribes=True)) == []


def test_the_text_of_subtitles_is_what_the_one_sound_says() -> None:
    told = {**SUBTITLES, "text": "hello you"}
    [found] = heard(project(SONG, told, shared=()), MEDIA, transcribes=False)
    assert (found.origin, found.hearing and found.hearing.text) == (Origin.ALIGNED, "hello you")
    [found] = heard(project(SONG, {**SONG, "start": 2}, told, shared=()), MEDIA, transcribes=False)
    assert (found.origin, found.hearing, found.path[-1]) == (Origin.SPREAD, None, 2)


def test_spans_are_what_is_heard_of_a_source() -> None:
    cut = {**SONG, "trim": 2, "duration": 3, "speed": 2}
    [found] = heard(project({**cut, "transcript": "a b"}), MEDIA, transcribes=False)
    assert found.hearing == Hearing("song.mp3", "auto", "a b", Fraction(2), Fraction(8))
    near = project(
        {**SONG, "duration": 2}, {**SONG, "trim": 3, "duration": 2}, {**SONG, "trim": 11, "duration": 1}, scenes=2
    )
    spans = [(one.start, one.end) for one in wanted(heard(near, MEDIA, transcribes=True))]
    assert spans == [(0, 5), (11, 12)]


def test_of_two_spans_that_overlap_the_first_one_tells() -> None:
    def hearing(start: int, end: int) -> Hearing:
        return Hearing("song.mp3", "en", "x", Fraction(start), Fraction(end))

    def word(text: str, start: float) -> Word:
        return Word(word=text, start=start, end=start + 0.5)

    first, second = [word("one", 1), word("two", 3)], [word("no", 3.2), word("three", 5)]
    found = joined([(hearing(0, 4), first), (hearing(3, 6), second), (hearing(7, 8), [])])
    assert [one.word for one in found["song.mp3"]] == ["one", "two", "three"]
    assert joined([(hearing(0, 4), [])]) == {}


def shown(wish: Project, transcripts: Transcripts) -> list[tuple[str, float, float]]:
    composition = Composition.of(wish, MEDIA, transcripts)
    [layer] = [one for one in composition.stacks[0] if isinstance(one, SubtitlesLayer)]
    return [(word.text, word.start / 25, word.end / 25) for word in composition.words(0, layer)]


def test_found_words_appear_when_they_are_said() -> None:
    words: dict[str, tuple[Word, ...]] = {
        "song.mp3": (Word(word="Hello", start=3, end=4), Word(word="you", start=5.2, end=6.4))
    }
    cut = {**SONG, "start": 1, "trim": 2, "speed": 2, "transcript": "Hello you"}
    assert shown(project(cut), words) == [("Hello", 1.52, 2.0), ("you", 2.6, 3.2)]
    told = {**SUBTITLES, "text": "Hello you"}
    assert shown(project(SONG, told, shared=()), words) == [("Hello", 3, 4), ("you", 5.2, 6.4)]
    spread = shown(project({**SONG, "transcript": "Hello you"}), {})
    assert [word for word, _, _ in spread] == ["Hello", "you"], "without times the text is spread"
