"""A scene rendered in windows is the scene rendered whole, frame by frame, and what it shows is right."""

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared.media.scene import composition as composition_module
from tests.shared.media.making import FFMPEG
from tests.shared.media.scene.studio import BEHIND, RICH, STILL, Studio, windows_and_whole


@pytest.mark.parametrize(("value", "seed"), [(RICH, 1), (BEHIND, 3), (STILL, 2)], ids=["rich", "behind", "still"])
def test_windows_equal_the_whole(studio: Studio, value: object, seed: int) -> None:
    """Cut at random, also inside transitions, fades, moves and subtitles."""
    composition = studio.plan(value).composition
    for windows, whole in windows_and_whole(studio, composition, random.Random(seed)):
        assert len(set(whole)) > 1, "something moves in every part"
        assert windows == whole


def test_long_loops_are_cut_where_they_begin_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory or cut: the same frames."""
    kept = studio.plan(BEHIND)
    whole = [one for time in kept.composition.times for one in _scene(studio, kept, time.number)]
    monkeypatch.setattr(composition_module, "LOOP_BYTES", 0)
    cut = studio.plan(BEHIND)
    assert {(unit.scene, unit.last) for unit in cut.units} >= {(1, 15), (1, 10)}
    assert len(cut.units) > len(kept.units)
    parts = [one for time in cut.composition.times for one in _scene(studio, cut, time.number)]
    assert parts == whole


def _scene(studio: Studio, plan: Any, number: int) -> list[str]:
    units = [unit for unit in plan.units if unit.scene == number]
    return [one for unit in units for one in studio.hashes(plan.composition, number, unit.first, unit.last)]


HAND_WRITTEN: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "picture in picture": (
        {
            "width": 160,
            "height": 90,
            "scenes": [
                {
                    "id": "a",
                    "duration": 1.5,
                    "background-color": "#C08040",
                    "elements": [
                        {"type": "video", "src": "film.mp4", "trim": 1, "width": 120, "height": 60, "x": 10, "y": 8},
                        {"type": "image", "src": "wall.png", "x": 100, "y": 40, "width": 48, "height": 36},
                        {"type": "image", "src": "logo.png", "x": 20, "y": 60, "z-index": 2},
                    ],
                }
            ],
        },
        ["film.mp4", "wall.png", "logo.png"],
        (
            "color=0xC08040:s=160x90:r=30:d=1.5,format=gbrp,scale=out_color_matrix=bt709,format=yuv420p[c];"
            "[0:v]trim=1,setpts=PTS-STARTPTS,fps=30,scale=106:60:{TO_709}[f];[1:v]scale=48:36:out_color_matrix=bt709,loop=-1:1[w];"
            "[2:v]scale=out_color_matrix=bt709,format=yuva420p,loop=-1:1[l];"
            "[c][f]overlay=17:8[a];[a][w]overlay=100:40[b];[b][l]overlay=20:60,trim=end_frame=45,setpts=N/30/TB[v]"
        ),
    ),
    "crossfade": (
        {
            "width": 160,
            "height": 90,
            "fps": 24,
            "scenes": [
                {"id": "a", "duration": 1, "elements": [{"type": "video", "src": "film.mp4"}]},
                {
                    "id": "b",
                    "duration": 1,
                    "transition": {"type": "fade", "duration": 0.5},
                    "elements": [{"type": "image", "src": "wall.png", "resize": "cover"}],
                },
            ],
        },
        ["film.mp4", "wall.png"],
        (
            "[0:v]scale=160:90:{TO_709},trim=end_frame=36,fps=24,settb=1/24[f];"
            "[1:v]crop=200:112:0:18,scale=160:90:out_color_matrix=bt709,loop=-1:1,fps=24,trim=end_frame=24,"
            "setpts=N/24/TB,fps=24,settb=1/24,format=yuv420p[w];[f][w]xfade=fade:duration=0.5:offset=1,format=yuv420p[v]"
        ),
    ),
}


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_it_looks_like_a_graph_written_by_hand(studio: Studio, tmp_path: Path, name: str) -> None:
    value, inputs, graph = HAND_WRITTEN[name]
    plan = studio.plan(value)
    ours = tmp_path / "ours.yuv"
    pieces = (studio.picture(plan.composition, u.scene, u.first, u.last, "rawvideo") for u in plan.units)
    ours.write_bytes(b"".join(pieces))
    graph = graph.replace("{TO_709}", "in_color_matrix=smpte170m:out_color_matrix=bt709")
    sources = [part for name in inputs for part in ("-i", str(studio.folder / name))]
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "160x90"]
    line = [FFMPEG, "-nostdin", "-v", "error", *sources, "-filter_complex", graph, "-map", "[v]", *raw]
    theirs = tmp_path / "theirs.yuv"
    subprocess.run([*line, str(theirs)], check=True, timeout=60)
    assert theirs.stat().st_size == ours.stat().st_size == plan.frames * 160 * 90 * 3 // 2
    assert _ssim(ours, theirs, raw) >= 0.99


def _ssim(ours: Path, theirs: Path, raw: list[str]) -> float:
    """The mean over all frames and planes."""
    line = [FFMPEG, "-nostdin", *raw, "-i", str(ours), *raw, "-i", str(theirs), "-lavfi", "ssim", "-f", "null", "-"]
    done = subprocess.run(line, capture_output=True, timeout=60, check=True)
    return float(done.stderr.decode().rsplit("All:", 1)[1].split()[0])


@pytest.mark.parametrize(("start", "speed", "first"), [(0, 1, 0), (0.5, 1, 0), (0, 2, 12), (1, 0.5, 20)])
def test_the_right_frames_of_a_source_are_shown(studio: Studio, start: float, speed: float, first: int) -> None:
    """The counted source carries the number of each frame as bars of eight pixels."""
    video = {"type": "video", "src": "counted.mp4", "resize": "fill", "start": start, "speed": speed, "trim": 1}
    value = {"width": 96, "height": 64, "scenes": [{"id": "a", "duration": 2.5, "elements": [video]}]}
    composition = studio.plan(value).composition
    raw = studio.picture(composition, 0, first, 75, "rawvideo")
    size = 96 * 64 * 3 // 2
    for number in range(first, 75, 7):
        row = raw[(number - first) * size + 96 * 32 :][:96]
        shown = sum(1 << bit for bit in range(12) if row[bit * 8 + 4] > 128)
        at = number - round(start * 30)
        last = 88 if speed == 2 else 89
        assert shown == (min(last, 30 + int(at * speed)) if at >= 0 else 0)
