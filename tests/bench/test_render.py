"""What our renderer is held against makes what ours makes."""

import subprocess
from pathlib import Path

import av
import pytest

from bench import our_render
from bench.compositions import COMPOSITIONS, make_sources
from bench.cpu import cpu_seconds
from bench.encode import FFMPEG
from bench.render import by_hand, by_moviepy

SECONDS = 1
LEAST = 0.95
"""Structural similarity on average, after encoding."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sources")
    film = target / "footage.mp4"
    line = [FFMPEG, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=24:d=5"]
    line += ["-f", "lavfi", "-i", "sine=d=5", "-vf", "gblur=sigma=6", "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*line, "-pix_fmt", "yuv420p", "-c:a", "aac", str(film)], check=True, timeout=60)
    make_sources(film, target, SECONDS)
    return target


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_both_make_the_same_film(folder: Path, tmp_path: Path, name: str) -> None:
    made = COMPOSITIONS[name](SECONDS)
    plan = our_render.render(FFMPEG, made.value, folder, tmp_path)
    cpu_seconds(by_hand(made, plan, folder))
    ours, theirs = tmp_path / "720p.mp4", folder / "byhand.mp4"
    assert streams(ours) == streams(theirs)
    assert streams(ours)[0] == plan.frames
    assert alike(ours, theirs) > LEAST


def test_moviepy_makes_the_same_film(folder: Path, tmp_path: Path) -> None:
    made = COMPOSITIONS["plain"](SECONDS)
    plan = our_render.render(FFMPEG, made.value, folder, tmp_path)
    cpu_seconds(by_moviepy(plan, folder, SECONDS))
    assert streams(folder / "moviepy.mp4") == streams(tmp_path / "720p.mp4")
    assert alike(folder / "moviepy.mp4", tmp_path / "720p.mp4") > LEAST


def streams(path: Path) -> tuple[int, int, bool]:
    """Frames, height, and whether there is sound."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        return sum(1 for _ in container.decode(video)), video.height, bool(container.streams.audio)


def alike(one: Path, other: Path) -> float:
    """SSIM over all frames and planes."""
    line = [FFMPEG, "-nostdin", "-i", str(one), "-i", str(other), "-lavfi", "ssim", "-f", "null", "-"]
    told = subprocess.run(line, capture_output=True, check=True, timeout=60).stderr.decode()
    return float(told.rsplit("All:", 1)[1].split()[0])
