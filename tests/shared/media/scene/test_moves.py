"""Slow moves over pictures follow their path to a fraction of a pixel, whatever window they are rendered in."""

from fractions import Fraction
from itertools import pairwise
from typing import Any, get_args

import pytest

from shared.media.scene.easing import Easing, eased
from tests.shared.media.making import ffmpeg
from tests.shared.media.scene.studio import Studio

WIDTH, HEIGHT, FRAMES = 320, 180, 60
DOT = (140, 110)
BLACK = 16
NEAR = 0.06
"""Pixels. Moves by whole pixels are up to 0.5 away from the path."""


@pytest.fixture(scope="module")
def dotted(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """A picture of a soft white dot."""
    folder = tmp_path_factory.mktemp("dotted")
    glow = f"255*exp(-((X-{DOT[0]})^2+(Y-{DOT[1]})^2)/32)"
    drawn = f"color=black:s={WIDTH}x{HEIGHT},format=gray,geq=lum='{glow}'"
    ffmpeg("-f", "lavfi", "-i", drawn, "-frames:v", "1", folder / "dot.png")
    return Studio(folder)


def centre(luma: bytes) -> tuple[float, float]:
    """Across and down, the centre of all that is brighter than black."""
    light = [max(0, value - BLACK) for value in luma]
    columns = [sum(light[column::WIDTH]) for column in range(WIDTH)]
    rows = [sum(light[row * WIDTH : (row + 1) * WIDTH]) for row in range(HEIGHT)]
    return _mean_place(columns), _mean_place(rows)


def _mean_place(weights: list[int]) -> float:
    return sum(place * weight for place, weight in enumerate(weights)) / sum(weights)


def path(easing: Easing, move: dict[str, Any]) -> list[tuple[float, float]]:
    """Where the dot belongs in each frame."""
    found = []
    for frame in range(FRAMES):
        share = eased(easing, Fraction(frame, FRAMES - 1))
        zoom, x, y = (
            float(start + (end - start) * share)
            for start, end in (
                (Fraction(move["from"]), Fraction(move["to"])),
                (Fraction(move["from-x"]), Fraction(move["to-x"])),
                (Fraction(move["from-y"]), Fraction(move["to-y"])),
            )
        )
        left, top = WIDTH * (1 - 1 / zoom) * x, HEIGHT * (1 - 1 / zoom) * y
        found.append(((DOT[0] - left) * zoom, (DOT[1] - top) * zoom))
    return found


@pytest.mark.parametrize("easing", get_args(Easing))
def test_a_move_follows_its_path(dotted: Studio, easing: Easing) -> None:
    move = {"from": 1, "to": 1.5, "from-x": 0.25, "to-x": 0.75, "from-y": 1, "to-y": 0.5}
    value = {"width": WIDTH, "height": HEIGHT, "scenes": [{"id": "a", "duration": FRAMES / 30, "elements": [
        {"type": "image", "src": "dot.png", "ken-burns": {**move, "easing": easing}}]}]}  # fmt: skip
    composition = dotted.plan(value).composition
    size = WIDTH * HEIGHT * 3 // 2
    raw = dotted.picture(composition, 0, 0, FRAMES, "rawvideo")
    seen = [centre(raw[frame * size : frame * size + WIDTH * HEIGHT]) for frame in range(FRAMES)]
    for frame, (shown, wanted) in enumerate(zip(seen, path(easing, move), strict=True)):
        assert shown == pytest.approx(wanted, abs=NEAR), f"frame {frame}"
    cut = [one for first, last in pairwise((0, 7, 31, FRAMES)) for one in dotted.hashes(composition, 0, first, last)]
    assert cut == dotted.hashes(composition, 0, 0, FRAMES)
    assert len(set(cut)) > FRAMES * 9 // 10


def test_each_easing_takes_another_way_between_the_same_ends() -> None:
    ways = {easing: [eased(easing, Fraction(step, 8)) for step in range(9)] for easing in get_args(Easing)}
    assert all((way[0], way[8]) == (0, 1) and way == sorted(way) for way in ways.values())
    assert ways["ease-in"][4] < ways["linear"][4] == ways["ease-in-out"][4] == Fraction(1, 2) < ways["ease-out"][4]
    assert [1 - share for share in reversed(ways["ease-in"])] == ways["ease-out"]
    assert ways["ease-in-out"][1] < ways["linear"][1]
