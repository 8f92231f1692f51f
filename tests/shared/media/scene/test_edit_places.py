"""Places of an edit, found again from those of what it was compiled to."""

from typing import Any

import pytest

from shared.media.scene.config import read
from shared.media.scene.edit_places import edit_place
from shared.media.scene.layouts import ClipEdit, compile_edit

CROP = {"x": 0, "y": 0, "width": 100, "height": 100}
FULL: dict[str, Any] = {
    "trim": {"start": 1, "end": 3},
    "layout": "stacked",
    "crop": CROP,
    "facecam": CROP,
    "speed": 2,
    "captions": {"words": [{"word": "Hi", "start": 0, "end": 1}]},
    "music": {"src": "music"},
    "texts": [{"text": "one"}, {"text": "two"}],
    "watermark": {"src": "mark"},
}


def places(edit: dict[str, Any]) -> dict[str, str | None]:
    """Type of each element, or number of each text -> the place of it."""
    parsed, problems = read(ClipEdit, edit)
    assert parsed
    assert not problems
    configuration = compile_edit(edit, "clip").configuration
    assert configuration
    elements = configuration["scenes"][0]["elements"]
    return {
        f"{number} {element['type']}": edit_place(parsed, f"/scenes/0/elements/{number}/{_member(element)}")
        for number, element in enumerate(elements)
    }


def _member(element: dict[str, Any]) -> str:
    return {"text": "style/font-size", "subtitles": "settings"}.get(element["type"], "src")


def test_each_element_is_found_again() -> None:
    assert places(FULL) == {
        "0 video": None,
        "1 video": None,
        "2 image": "/watermark/src",
        "3 text": "/texts/0/style/font-size",
        "4 text": "/texts/1/style/font-size",
        "5 subtitles": "/captions/settings",
    }
    fewer = {name: value for name, value in FULL.items() if name not in ("watermark", "captions")} | {"layout": "fit"}
    assert places(fewer) == {
        "0 video": None,
        "1 text": "/texts/0/style/font-size",
        "2 text": "/texts/1/style/font-size",
    }


@pytest.mark.parametrize(
    ("compiled", "place"),
    [
        ("/elements/0/src", "/music/src"),
        ("/elements/0/fade_out", "/music/fade_out"),
        ("/scenes/0/duration", "/trim"),
        ("/scenes/0/background-color", ""),
        ("/scenes/0/elements/0/trim", "/trim/start"),
        ("/scenes/0/elements/0/speed", "/speed"),
        ("/scenes/0/elements/0/words/0/end", "/captions/words/0/end"),
        ("/scenes/0/elements/0/crop/width", "/crop/width"),
        ("/scenes/0/elements/1/crop/width", "/facecam/width"),
        ("/scenes/0/elements/0/resize", ""),
        ("/scenes/0/elements/0", ""),
        ("/scenes/0/elements/2/width", "/watermark"),
        ("/width", "/width"),
        ("/output/loudness", "/output/loudness"),
    ],
)
def test_members_are_found_again(compiled: str, place: str) -> None:
    parsed, _ = read(ClipEdit, FULL)
    assert parsed
    assert edit_place(parsed, compiled) == place
