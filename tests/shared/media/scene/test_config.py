"""A configuration is read whole or refused with every fault in its place."""

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.media.scene.config import MAX_PROBLEMS, parse
from shared.media.scene.model import Source

PUBLISHED: dict[str, Any] = {
    "comment": "as VideoCraft publishes it, with the id that its code demands",
    "width": 1920,
    "height": 1080,
    "quality": "high",
    "scenes": [
        {
            "id": "one",
            "background-color": "transparent",
            "elements": [
                {"type": "audio", "src": "https://example.com/narration.mp3", "volume": 1.0, "fade-in": 0.5},
                {"type": "video", "src": "https://example.com/b.mp4", "volume": 0.3, "loop": True, "z-index": -1},
                {"type": "image", "src": "https://example.com/logo.png", "x": 50, "y": -50, "width": 200, "height": 90},
            ],
        }
    ],
    "elements": [
        {
            "type": "subtitles",
            "language": "en",
            "settings": {
                "style": "progressive",
                "font-family": "Comic Sans MS",
                "font-size": 48,
                "word-color": "#FF0000",
                "line-color": "#FF4444",
                "shadow-color": "#800000",
                "shadow-offset": 3,
                "box-color": "#FFFFFF88",
                "position": "center-top",
                "outline-color": "#00FF00",
                "outline-width": 5,
            },
        }
    ],
}


TYPED = {"type": "text", "text": "x"}


def changed(path: str, value: object) -> dict[str, Any]:
    """The published configuration with one place set; `path` is a JSON Pointer."""
    project: Any = copy.deepcopy(PUBLISHED)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")[1:]]
    at = project
    for step in way:
        at = at[step]
    if isinstance(last, int) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return project


def test_the_published_configuration_is_read() -> None:
    parsed = parse([PUBLISHED])
    assert parsed.problems == ()
    (project,) = parsed.projects
    assert project.size == (1920, 1080)
    assert project.sources() == (
        Source("https://example.com/narration.mp3", "audio"),
        Source("https://example.com/b.mp4", "video"),
        Source("https://example.com/logo.png", "image"),
    )
    assert parse(PUBLISHED).projects == parsed.projects
    again = parse(json.loads(project.model_dump_json(by_alias=True)))
    assert again.projects == parsed.projects


@pytest.mark.parametrize(
    ("path", "value", "code", "hint"),
    [
        ("/scenes/0/elements/0/volum", 1, "UNKNOWN_FIELD", "volume"),
        ("/scenes/0/elements/0/fade_in", 1, "UNKNOWN_FIELD", "fade-in"),
        ("/elements/0/settings/font-colour", "#FFFFFF", "UNKNOWN_FIELD", "word-color|font-"),
        ("/scenes/0/elements/2/type", "imag", "UNKNOWN_TYPE", "image"),
        ("/scenes/0/backgroundcolor", "#000000", "UNKNOWN_FIELD", "background-color"),
        ("/qualty", "high", "UNKNOWN_FIELD", "quality"),
        ("/scenes/0/background-color", "#FFF", "INVALID_FORMAT", "#FF8800"),
        ("/scenes/0/elements/0/volume", 5, "OUT_OF_RANGE", "4"),
        ("/scenes/0/elements/0/volume", -0.1, "OUT_OF_RANGE", "0"),
        ("/scenes/0/elements/0/volume", float("nan"), "INVALID_FORMAT", ""),
        ("/scenes/0/elements/0/volume", "1", "INVALID_FORMAT", ""),
        ("/scenes/0/elements/0/src", "a b", "INVALID_FORMAT", "spaces"),
        ("/scenes/0/elements/0/src", "", "TOO_SHORT", ""),
        ("/scenes/0/id", "a\x00", "INVALID_FORMAT", "control"),
        ("/scenes/0/id", "\ud800", "INVALID_FORMAT", ""),
        ("/scenes/0/elements/0/duration", 0, "OUT_OF_RANGE", ""),
        ("/elements/0/settings/font-size", 301, "OUT_OF_RANGE", "300"),
        ("/elements/0/settings/position", "top-left", "INVALID_FORMAT", "left, center or right"),
        ("/elements/0/language", "english!", "INVALID_FORMAT", "en"),
        ("/fps", 29.5, "INVALID_FORMAT", "29.97"),
        ("/width", 1921, "OUT_OF_RANGE", "2"),
        ("/scenes/0/transition", {"type": "explode"}, "INVALID_FORMAT", "fade"),
        ("/scenes/0/transition", {"type": "wipe-left"}, "INVALID_FORMAT", "Did you mean wipeleft?"),
        ("/scenes/0/elements/2/ken-burns", {"easing": "ease_in_out"}, "INVALID_FORMAT", "Did you mean ease-in-out?"),
        ("/scenes/0/elements/2/ken-burns", {"to-z": 1}, "UNKNOWN_FIELD", "Did you mean to-"),
        ("/scenes/0/elements/2/ken-burns", {"from": 0.5}, "OUT_OF_RANGE", "1"),
        ("/scenes/0/elements/2", TYPED | {"typewriter": {"sped": 3}}, "UNKNOWN_FIELD", "Did you mean speed?"),
        ("/scenes/0/elements/2", TYPED | {"typewriter": {"speed": 0}}, "OUT_OF_RANGE", "0.5"),
        ("/scenes/0/elements/2", TYPED | {"typewriter": {"speed": 3, "duration": 1}}, "CONFLICT", "not both"),
        ("/scenes/0/elements/2", TYPED | {"type-writer": {}}, "UNKNOWN_FIELD", "Did you mean typewriter?"),
        ("/scenes/0/elements/2", TYPED | {"slide-in": {}}, "MISSING_FIELD", "from"),
        ("/scenes/0/elements/2", TYPED | {"slide-in": {"from": "botom"}}, "INVALID_FORMAT", "Did you mean bottom?"),
        ("/scenes/0/elements/2", TYPED | {"slide-out": {"from": "left", "to": "left"}}, "UNKNOWN_FIELD", "from"),
        ("/scenes/0/elements/2", TYPED | {"slidein": {"from": "left"}}, "UNKNOWN_FIELD", "Did you mean slide-in?"),
        ("/scenes/0/elements/2", TYPED | {"text": "x" * 1001, "typewriter": {}}, "TOO_LONG", "1000"),
        ("/scenes", [], "TOO_FEW", ""),
        ("/scenes/1", {"id": "one"}, "DUPLICATE_ID", "one"),
        ("/scenes/0/elements/2", {"type": "text", "text": ""}, "TOO_SHORT", ""),
        ("/scenes/0/elements/2", TYPED | {"text": "\u202a\u2069", "typewriter": {}}, "TOO_SHORT", "1 character"),
        ("/scenes/0/elements/0/transcript", "\u202e", "TOO_SHORT", "1 character"),
        ("/scenes/0/elements/0/words", [{"word": "\u2066", "start": 1, "end": 2}], "TOO_SHORT", "1 character"),
        ("/scenes/0/elements/2", {"type": "text", "text": "x", "video": 1}, "UNKNOWN_FIELD", "video"),
        ("/scenes/0/elements/0/words", [{"word": "a", "start": 2, "end": 1}], "OUT_OF_RANGE", "ends before"),
    ],
)
def test_a_fault_is_told_with_its_place(path: str, value: object, code: str, hint: str) -> None:
    parsed = parse([changed(path, value)])
    assert parsed.projects == ()
    (problem,) = parsed.problems
    assert problem.code == code
    assert problem.pointer.startswith("/0" + path)
    assert any(part in problem.message for part in hint.split("|"))
    assert problem.scene_id == (PUBLISHED["scenes"][0]["id"] if path.startswith("/scenes/0/e") else problem.scene_id)


def test_all_faults_are_told_at_once() -> None:
    project = changed("/scenes/0/elements/0/volume", 9)
    project["scenes"][0]["elements"][1]["z-index"] = "top"
    del project["scenes"][0]["elements"][2]["src"]
    found = {problem.pointer: problem.code for problem in parse(project).problems}
    assert found == {
        "/scenes/0/elements/0/volume": "OUT_OF_RANGE",
        "/scenes/0/elements/1/z-index": "INVALID_FORMAT",
        "/scenes/0/elements/2/src": "MISSING_FIELD",
    }


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"resolution": "custom", "width": None, "height": None}, "/resolution"),
        ({"height": None}, "/height"),
        ({"width": 4096, "height": 4096}, "/width"),
    ],
)
def test_sizes_must_fit_together(more: dict[str, object], pointer: str) -> None:
    problems = parse({**PUBLISHED, **more}).problems
    assert [problem.pointer for problem in problems] == [pointer]


def test_merge_fields_take_values_and_types() -> None:
    project = changed("/scenes/0/elements/0", {"type": "text", "text": "Hello {{name}}, {{ n }}%", "x": "{{n}}"})
    project["comment"] = "{{nmae}}"
    problems = parse(project, {"name": "{{n}} \\ '", "n": 7}).problems
    assert [(problem.pointer, problem.code) for problem in problems] == [("/comment", "UNKNOWN_VARIABLE")]
    assert "name" in problems[0].message
    project["comment"] = ""
    element: Any = parse(project, {"name": "{{n}} \\ '", "n": 7}).projects[0].scenes[0].elements[0]
    assert (element.text, element.x) == ("Hello {{n}} \\ ', 7%", 7)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["scenes", "elements", "type", "src", "id", "text", "settings", "video", "0", "x~/y"]),
            inner | st.sampled_from(["video", "audio", "text", "subtitles"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_anything_is_read_or_refused(value: object) -> None:
    parsed = parse(value)
    assert bool(parsed.projects) != any(problem.level == "error" for problem in parsed.problems)
    assert len(parsed.problems) <= MAX_PROBLEMS
    for problem in parsed.problems:
        assert problem.message[-1] in ".?"
        assert problem.pointer == "" or problem.pointer.startswith("/")


@given(
    st.sampled_from(["/scenes/0", "/scenes/0/elements/0", "/scenes/0/elements/1", "/elements/0/settings"]), JSON_VALUES
)
def test_a_strange_member_is_never_ignored(place: str, value: object) -> None:
    (problem,) = parse([changed(f"{place}/surprise", value)]).problems
    assert (problem.pointer, problem.code) == (f"/0{place}/surprise", "UNKNOWN_FIELD")


@pytest.mark.parametrize("value", [7, "", {"text": 1}, ["text"], "x" * 5001, "\x00"])
def test_a_bad_text_is_told_with_its_place(value: object) -> None:
    (problem,) = parse([changed("/scenes/0/elements/2", {"type": "text", "text": value})]).problems
    assert problem.pointer == "/0/scenes/0/elements/2/text"


def test_a_text_without_text_is_told_with_its_place() -> None:
    (problem,) = parse([changed("/scenes/0/elements/2", {"type": "text"})]).problems
    assert (problem.pointer, problem.code) == ("/0/scenes/0/elements/2/text", "MISSING_FIELD")


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"scenes": [{"id": "a", "elements": [{"type": "subtitles", "words": [0] * 300_000}]}]},
         "/scenes/0/elements/0/words"),
        ({"scenes": [1] * 200_000}, "/scenes"),
        ({"scenes": [{"id": "a", "duration": 1}], **{f"k{n}": 1 for n in range(60_000)}}, ""),
        ([[0] * 4000 for _ in range(60)], ""),
    ],
)  # fmt: skip
def test_what_is_much_too_large_is_refused_at_once(value: object, place: str) -> None:
    began = time.process_time()
    (problem,) = parse(value).problems
    assert (problem.pointer, problem.code) == (place, "TOO_MANY")
    assert time.process_time() - began < 1


TYPED_WHOLE = {"type": "text", "text": "x" * 1000, "typewriter": {}}
SLID = {"type": "text", "text": "x" * 5000, "slide-in": {"from": "top", "duration": 5}}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"scenes": [{"id": "a", "elements": [TYPED_WHOLE] * 5}]}, None),
        ({"scenes": [{"id": "a", "elements": [TYPED_WHOLE] * 6}]}, "/scenes/0/elements/5"),
        ({"scenes": [{"id": str(n), "elements": [TYPED_WHOLE] * 3} for n in range(2)]}, "/scenes/1/elements/2"),
        ({"scenes": [{"id": str(n), "elements": []} for n in range(6)], "elements": [TYPED_WHOLE]}, "/elements/0"),
        ({"fps": 60, "scenes": [{"id": "a", "elements": [SLID] * 3}]}, None),
        ({"fps": 60, "scenes": [{"id": "a", "elements": [SLID] * 4}]}, "/scenes/0/elements/3"),
        ({"fps": 60, "scenes": [{"id": "a", "elements": [{**SLID, "slide-out": {"to": "top", "duration": 5}}] * 3}]},
         "/scenes/0/elements/1"),
        ({"fps": 60, "scenes": [{"id": "a", "elements": [{"type": "text", "text": "x" * 5000}] * 30}]}, None),
    ],
)  # fmt: skip
def test_states_of_texts_are_bounded_together(more: dict[str, Any], place: str | None) -> None:
    problems = [(one.pointer, one.code) for one in parse(more).problems]
    assert problems == ([(place, "TOO_MANY")] if place else [])


def test_many_faults_are_told_soon() -> None:
    elements = [{"type": "subtitles", "words": [0] * 20, **{f"k{n}": 1 for n in range(5)}} for _ in range(50)]
    scenes = [{"id": str(n), "elements": elements} for n in range(90)]
    began = time.process_time()
    problems = parse({"scenes": scenes}).problems
    assert len(problems) == MAX_PROBLEMS
    assert time.process_time() - began < 5


def test_long_names_are_not_repeated_whole() -> None:
    name = "y" * 100_000
    problems = parse({name: 1, "scenes": [{"id": name, "duration": -1, "elements": [{"type": name}]}]}).problems
    assert len(problems) == 4
    for problem in problems:
        assert len(problem.pointer) < 150
        assert len(problem.message) < 250
        assert len(problem.scene_id or "") <= 100


def test_no_text_can_turn_what_follows_it() -> None:
    """Overrides and the like are left out, also where a field brings them; marks and letters stay."""
    words = [{"word": "a\u202eb\u2066", "start": 0, "end": 1}]
    elements = [
        {"type": "text", "text": "{{name}} and \u2067more\u2069"},
        {"type": "subtitles", "words": words},
    ]
    parsed = parse({"scenes": [{"id": "a", "duration": 1, "elements": elements}]}, {"name": "\u202eשלום\u200f!"})
    text, subtitles = parsed.projects[0].scenes[0].elements
    assert getattr(text, "text", "") == "שלום\u200f! and more"
    assert [word.word for word in getattr(subtitles, "words", ())] == ["ab"]
