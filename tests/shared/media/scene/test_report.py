"""A dry run warns of what a render would show."""

from typing import Any

import pytest

from shared.media.scene.config import parse
from shared.media.scene.report import DryRun, report
from tests.shared.media.scene.made_up import MEDIA


def dry_run(*elements: dict[str, Any], shared: tuple[dict[str, Any], ...] = (), **scene: Any) -> DryRun:
    value = {"resolution": "hd", "scenes": [{"id": "a", "elements": list(elements), **scene}], "elements": list(shared)}
    parsed = parse(value)
    assert parsed.projects, parsed.problems
    return report(parsed.projects[0], MEDIA)


TEXT = {"type": "text", "text": "plain"}


@pytest.mark.parametrize(
    ("element", "code", "pointer"),
    [
        ({**TEXT, "text": "tofu 日本"}, "MISSING_GLYPHS", "/text"),
        ({**TEXT, "style": {"font-family": "Comic Sans MS"}}, "FONT_MISSING", "/style/font-family"),
        ({**TEXT, "text": "unbreakable" * 9}, "TEXT_TOO_WIDE", "/text"),
        ({**TEXT, "text": "much " * 300}, "TEXT_TOO_HIGH", "/text"),
        ({**TEXT, "start": 4}, "NEVER_SEEN", ""),
        ({"type": "image", "src": "picture.png", "x": 1300}, "NEVER_SEEN", ""),
        ({"type": "image", "src": "picture.png", "width": 1000, "height": 900}, "ENLARGED", ""),
        ({"type": "video", "src": "short.mp4", "height": 600}, "VIDEO_TOO_SHORT", ""),
        ({"type": "audio", "src": "song.mp3"}, "SOUND_CUT", ""),
    ],
)
def test_a_warning_names_its_element(element: dict[str, Any], code: str, pointer: str) -> None:
    told = dry_run({"type": "text", "text": "first", "position": "top"}, element, duration=4)
    assert told.valid
    # a text that fills the picture covers the other one, too
    (problem,) = [problem for problem in told.problems if problem.code != "TEXT_OVERLAPS"]
    assert (problem.code, problem.pointer, problem.level) == (code, f"/scenes/0/elements/1{pointer}", "warning")
    assert problem.scene_id == "a"


def test_nothing_to_warn_of() -> None:
    fine = [
        {"type": "video", "src": "long.mp4", "trim": 3},
        {"type": "text", "text": "Шрифт, γράμματα, שלום, नमस्ते ✓", "position": "top"},
        {"type": "text", "text": "below", "position": "bottom"},
    ]
    assert dry_run(*fine, duration=5).problems == ()


def test_texts_that_cover_one_another() -> None:
    def codes(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
        return [problem.code for problem in dry_run({**TEXT, **first}, {**TEXT, **second}, duration=4).problems]

    assert codes({}, {}) == ["TEXT_OVERLAPS"]
    assert codes({"duration": 2}, {"start": 2}) == []
    assert codes({"position": "left"}, {"position": "right"}) == []
    assert codes({"x": 10, "y": 10}, {"x": 30, "y": 40}) == ["TEXT_OVERLAPS"]


def test_subtitles_need_to_know_what_is_said() -> None:
    subtitles = ({"type": "subtitles"},)
    told = dry_run({"type": "audio", "src": "song.mp3"}, shared=subtitles)
    assert [(problem.code, problem.pointer) for problem in told.problems] == [("NO_WORDS", "/elements/0")]
    assert dry_run({"type": "audio", "src": "song.mp3", "transcript": "hello"}, shared=subtitles).problems == ()


SONG = {"type": "audio", "src": "song.mp3"}
CAPTIONS = {"type": "subtitles"}


@pytest.mark.parametrize(
    ("elements", "place"),
    [
        ([{**SONG, "transcript": "tofu 日本"}, CAPTIONS], "/scenes/0/elements/1"),
        ([{**SONG, "words": [{"word": "日本", "start": 1, "end": 2}]}, CAPTIONS], "/scenes/0/elements/1"),
        ([{**CAPTIONS, "text": "tofu 日本"}], "/scenes/0/elements/0"),
        ([{**CAPTIONS, "words": [{"word": "日本", "start": 1, "end": 2}]}], "/scenes/0/elements/0"),
        ([{**TEXT, "text": "{{name}} says"}], "/scenes/0/elements/0/text"),
        ([{**CAPTIONS, "text": "{{name}}"}], "/scenes/0/elements/0"),
    ],
    ids=["transcript", "words of a sound", "text", "words", "merged text", "merged subtitles"],
)
def test_letters_without_a_font_are_told_wherever_they_come_from(elements: list[dict[str, Any]], place: str) -> None:
    value = {"resolution": "hd", "scenes": [{"id": "a", "duration": 12.5, "elements": elements}]}
    parsed = parse(value, {"name": "日本"})
    told = report(parsed.projects[0], MEDIA)
    [missing] = [problem for problem in told.problems if problem.code == "MISSING_GLYPHS"]
    assert missing.pointer == place
    assert "日 本" in missing.message


def test_the_timeline() -> None:
    told = dry_run({"type": "audio", "src": "song.mp3"})
    assert [vars(scene) for scene in told.scenes] == [{"id": "a", "start": 0, "duration": 12.367, "transition": 0}]
    assert (told.frames, told.units) == (371, 2)
    assert told.estimated_seconds > 6
    assert told.to_json()["scenes"][0]["id"] == "a"


def test_it_tells_where_words_come_from() -> None:
    subtitles = ({"type": "subtitles"},)
    german = {"type": "audio", "src": "song.mp3", "transcript": "guten Tag", "language": "de"}
    told = dry_run(german, shared=subtitles)
    assert [(one.pointer, one.scene_id, str(one.words)) for one in told.spoken] == [
        ("/scenes/0/elements/0", "a", "spread")
    ]
    assert [(problem.code, problem.pointer) for problem in told.problems] == [("WORDS_SPREAD", "/scenes/0/elements/0")]
    value = {
        "resolution": "hd",
        "scenes": [{"id": "a", "elements": [{"type": "audio", "src": "song.mp3"}, *subtitles]}],
    }
    transcribed = report(parse(value).projects[0], MEDIA, transcribes=True)
    assert ([str(one.words) for one in transcribed.spoken], transcribed.problems) == (["transcribed"], ())
