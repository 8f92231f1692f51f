"""Texts that are typed letter by letter, and texts that slide in and out: what is seen of them in which frame."""

import random
from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

import pytest

from shared.media.scene.composition import Composition
from shared.media.scene.config import parse
from shared.media.scene.easing import Easing, eased
from shared.media.scene.effects import typing_frames
from shared.media.scene.model import TextElement
from shared.media.scene.motion import Side
from shared.media.scene.report import report
from shared.media.scene.values import PLACES
from tests.shared.media.scene.studio import Studio, windows_and_whole

WIDTH, HEIGHT = 320, 120
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
ARABIC, HINDI, HEBREW = "مرحبا بالعالم", "क्षत्रिय नमस्ते", "שלום"
BACK = "#204060"

EFFECTS: dict[str, Any] = {
    "width": 160,
    "height": 90,
    "scenes": [
        {"id": "typed", "duration": 2, "background-color": BACK, "elements": [
            {"type": "image", "src": "wall.png", "x": 10, "y": 5, "width": 60, "height": 40},
            {"type": "text", "text": f"Zoe\u0308 {FAMILY} \\N {{x}} {HEBREW}", "typewriter": {"speed": 9},
             "position": "top", "fade-in": 0.5},
            {"type": "text", "text": ARABIC, "typewriter": {"duration": 1.6}, "start": 0.3, "style": {
                "box-color": "#00000080"}},
            {"type": "text", "text": "below", "slide-in": {"from": "left", "duration": 1.2}, "position": "bottom"}]},
        {"id": "slid", "duration": 2, "transition": {"type": "dissolve", "duration": 0.8}, "elements": [
            {"type": "video", "src": "film.mp4", "resize": "cover"},
            {"type": "text", "text": "in and\nout", "x": 30, "y": 20, "start": 0.2, "duration": 1.5, "fade-out": 0.5,
             "slide-in": {"from": "top", "duration": 0.7}, "slide-out": {"to": "right", "duration": 0.6}},
            {"type": "text", "text": "typed and slid", "typewriter": {"speed": 30}, "opacity": 0.6,
             "slide-in": {"from": "bottom", "distance": 33, "easing": "linear", "duration": 0.5}}]},
    ],
    "elements": [
        {"type": "text", "text": "over both", "start": 1.2, "duration": 1.8, "position": "right", "typewriter": {},
         "slide-out": {"to": "right", "duration": 1}, "style": {"outline-width": 3}}],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_windows_equal_the_whole(studio: Studio, seed: int) -> None:
    composition = studio.plan(EFFECTS).composition
    for windows, whole in windows_and_whole(studio, composition, random.Random(seed)):
        assert len(set(whole)) > len(whole) * 3 // 4, "something moves all the time"
        assert windows == whole


def text(**more: Any) -> TextElement:
    return TextElement.model_validate({"type": "text", **more})


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("abc", ["a", "b", "c"]),
        ("Zoe\u0308!", ["Z", "o", "e\u0308", "!"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),
        ("👍🏽x", ["👍🏽", "x"]),
        ("शु", ["शु"]),
        ("שָׁל", ["שָׁ", "ל"]),
        ("a\nb", ["a", "\n", "b"]),
    ],
)
def test_a_letter_is_typed_whole(written: str, letters: list[str]) -> None:
    frames = typing_frames(text(text=written, typewriter={"speed": 10}), Fraction(30))
    assert [frame for frame, _ in frames] == [3 * number for number in range(len(letters))]
    ends = [end for _, end in frames]
    assert [written[first:last] for first, last in pairwise([0, *ends])] == letters


@pytest.mark.parametrize(
    ("typewriter", "rate", "frames"),
    [
        ({}, 30, [(0, 1), (2, 2), (3, 3), (5, 4)]),
        ({"speed": 60}, 30, [(0, 1), (1, 3), (2, 4)]),
        ({"duration": 2}, 10, [(0, 1), (5, 2), (10, 3), (15, 4)]),
        ({"duration": 0.1}, 10, [(0, 1), (1, 4)]),
    ],
)
def test_letters_come_at_their_speed(typewriter: dict[str, Any], rate: int, frames: list[tuple[int, int]]) -> None:
    assert typing_frames(text(text="abcd", typewriter=typewriter), Fraction(rate)) == frames


def composed(studio: Studio, seconds: float = 2, fps: float = 30, **element: Any) -> Composition:
    """A text alone on one colour."""
    scene = {"id": "a", "duration": seconds, "background-color": BACK, "elements": [{"type": "text", **element}]}
    return studio.plan({"width": WIDTH, "height": HEIGHT, "fps": fps, "scenes": [scene]}).composition


def lumas(studio: Studio, composition: Composition, first: int, last: int) -> list[bytes]:
    """How bright each pixel is, frame by frame."""
    raw, size = studio.picture(composition, 0, first, last, "rawvideo"), WIDTH * HEIGHT * 3 // 2
    return [raw[at * size : at * size + WIDTH * HEIGHT] for at in range(last - first)]


def written_on(luma: bytes) -> set[int]:
    """The pixels that are not of the background, which is that of the last corner."""
    return {place for place, value in enumerate(luma) if abs(value - luma[-1]) > 8}


@pytest.mark.parametrize(
    ("written", "is_leftward"),
    [("AVATAR To", False), (ARABIC, True), (HINDI, False), (HEBREW, True), (f"Zoe\u0308 {FAMILY} é", False)],
)
@pytest.mark.parametrize("style", [{}, {"box-color": "#000000"}], ids=["bare", "box"])
def test_letters_that_are_there_stay_where_they_are(
    studio: Studio, written: str, is_leftward: bool, style: dict[str, Any]
) -> None:
    """Each frame has the final pixels or those of nothing yet: letters keep their shapes and places from the first."""
    look = {"text": written, "style": {"font-size": 28, **style}, "position": "center"}
    typed = composed(studio, typewriter={"speed": 30}, **look)
    frames = lumas(studio, typed, 0, 30)
    (final,) = lumas(studio, composed(studio, **look), 30, 31)
    (empty,) = lumas(studio, composed(studio, **{**look, "style": {**look["style"], "color": "#00000000"}}), 0, 1)
    assert frames[-1] == final
    seen = [{place for place in range(len(final)) if abs(frame[place] - empty[place]) > 8} for frame in frames]
    count = len(typing_frames(text(text=written, typewriter={}), Fraction(30)))
    for frame, places in zip(frames, seen, strict=True):
        strange = [place for place in places if abs(frame[place] - final[place]) > 8]
        assert len(strange) <= len(places) // 10, "where two letters meet"
    assert 0 < len(seen[0]) < len(seen[count // 2]) < len(seen[count - 1]) == len(seen[-1])
    middle = (min(p % WIDTH for p in seen[-1]) + max(p % WIDTH for p in seen[-1])) / 2
    assert all((place % WIDTH > middle) == is_leftward for place in seen[0])


def box_of(luma: bytes) -> tuple[float, float] | None:
    """The centre of what is not background, weighted by how much it differs; nothing when all is."""
    weights = [abs(value - BACK_LUMA) if abs(value - BACK_LUMA) > 2 else 0 for value in luma]
    total = sum(weights)
    if not total:
        return None
    across = sum(place % WIDTH * weight for place, weight in enumerate(weights)) / total
    return across, sum(place // WIDTH * weight for place, weight in enumerate(weights)) / total


BACK_LUMA = 67
LONG, AWAY = 15, 40


@pytest.mark.parametrize("easing", get_args(Easing))
@pytest.mark.parametrize("side", get_args(Side))
def test_a_slide_follows_its_easing(studio: Studio, side: Side, easing: Easing) -> None:
    """By forty pixels, so that all of the text is seen all the time; in frame k of n by the share k/n, out likewise."""
    slide = {"duration": LONG / 30, "distance": AWAY, "easing": easing}
    place = {"text": "o.o", "x": 130, "y": 45, "style": {"font-size": 24}}
    slid = composed(studio, **place, **{"slide-in": {"from": side, **slide}, "slide-out": {"to": side, **slide}})
    frames = lumas(studio, slid, 0, 60)
    (rest,) = lumas(studio, composed(studio, **place), 0, 1)
    assert rest[-1] == BACK_LUMA
    home = box_of(rest)
    assert home
    right, down = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}[side]
    for number in range(LONG):
        coming, leaving = box_of(frames[number]), box_of(frames[60 - LONG + number])
        for seen, away in (
            (coming, 1 - eased(easing, Fraction(number, LONG))),
            (leaving, eased(easing, Fraction(number + 1, LONG))),
        ):
            wanted = home[0] + right * AWAY * float(away), home[1] + down * AWAY * float(away)
            assert seen == pytest.approx(wanted, abs=0.2), f"frame {number}"
    assert all(frame == rest for frame in frames[LONG : 60 - LONG])


@pytest.mark.parametrize("fps", [23.976, 59.94, 60])
def test_every_frame_has_its_own_state(studio: Studio, fps: float) -> None:
    """Times of an ASS script are hundredths of a second: none may fall on a neighbour of its frame."""
    slide = {"from": "right", "duration": 0.5, "distance": AWAY, "easing": "linear"}
    place = {"text": "o.o", "x": 130, "y": 45, "style": {"font-size": 24}, "start": 7.3}
    slid = composed(studio, 8.5, fps, **place, **{"slide-in": slide})
    first, count = round(Fraction("7.3") * slid.rate), round(slid.rate / 2)
    frames = lumas(studio, slid, first - 1, first + count + 1)
    home = box_of(frames[-1])
    assert home
    assert box_of(frames[0]) is None
    for number in range(count + 1):
        wanted = home[0] + AWAY * (1 - number / count), home[1]
        assert box_of(frames[number + 1]) == pytest.approx(wanted, abs=0.2), f"frame {number}"


@pytest.mark.parametrize("side", get_args(Side))
@pytest.mark.parametrize("position", ["left-top", "center", "right-bottom"])
def test_a_slide_begins_and_ends_beyond_the_edge(studio: Studio, side: Side, position: str) -> None:
    look = {"text": f"Wide {ARABIC}\nlines", "position": position, "style": {
        "font-size": 20, "outline-width": 3, "box-color": "#FF0000"}}  # fmt: skip
    slides = {"slide-in": {"from": side, "duration": 0.3}, "slide-out": {"to": side, "duration": 0.3}}
    frames = lumas(studio, composed(studio, seconds=1, **look, **slides), 0, 30)
    assert {*frames[0]} == {*frames[29]} == {BACK_LUMA}, "not a pixel of it"
    assert all(len(set(frame)) > 1 for frame in frames[2:28])


@pytest.mark.parametrize("position", PLACES)
def test_a_text_that_slides_rests_where_it_would_stand(studio: Studio, position: str) -> None:
    look = {"text": "Here\nit is", "position": position, "style": {"font-size": 20}}
    (still,) = lumas(studio, composed(studio, **look), 20, 21)
    (slid,) = lumas(studio, composed(studio, **look, **{"slide-in": {"from": "left"}}), 20, 21)
    assert slid == still


def test_an_effect_is_in_the_keys_of_its_own_units_alone(studio: Studio) -> None:
    def keys(**effects: Any) -> list[str]:
        written = {"type": "text", "text": "A text that is typed", **effects}
        scene = {"id": "a", "duration": 24, "background-color": BACK, "elements": [written]}
        value = {"width": WIDTH, "height": HEIGHT, "fps": 10, "scenes": [scene]}
        return [unit.key for unit in studio.plan(value).units]

    plain = keys()
    assert len(plain) == 3
    for effects, changed in (
        ({"typewriter": {"speed": 10}}, [0]),
        ({"typewriter": {"duration": 10}}, [0, 1]),
    ):
        found = keys(**effects)
        assert [number for number in range(3) if found[number] != plain[number]] == changed
    fast, slow = keys(typewriter={"speed": 30}), keys(typewriter={"speed": 5})
    assert (fast[0] != slow[0], fast[1:] == slow[1:] == plain[1:]) == (True, True)
    slid, away = keys(**{"slide-in": {"from": "left"}}), keys(**{"slide-in": {"from": "right"}})
    assert (slid[0] != away[0], slid[1:] == away[1:]) == (True, True)
    left, up = keys(**{"slide-out": {"to": "left"}}), keys(**{"slide-out": {"to": "top"}})
    assert (left[:2] == up[:2], left[2] != up[2]) == (True, True)


@pytest.mark.parametrize(
    ("effects", "place"),
    [
        ({"typewriter": {"speed": 1}}, "/0/scenes/0/elements/0/typewriter"),
        ({"typewriter": {"duration": 3}}, "/0/scenes/0/elements/0/typewriter"),
        (
            {"slide-in": {"from": "left", "duration": 1.5}, "slide-out": {"to": "left", "duration": 1.5}},
            "/0/scenes/0/elements/0",
        ),
        ({"typewriter": {}, "slide-in": {"from": "top"}, "slide-out": {"to": "top"}}, None),
    ],
)
def test_a_dry_run_tells_of_a_text_that_is_seen_too_shortly(effects: dict[str, Any], place: str | None) -> None:
    element = {"type": "text", "text": "Hello", **effects}
    parsed = parse([{"scenes": [{"id": "a", "duration": 2, "elements": [element]}]}])
    found = report(parsed.projects[0], {}, root=parsed.root)
    assert [(problem.pointer, problem.code) for problem in found.problems] == ([(place, "TEXT_CUT")] if place else [])
