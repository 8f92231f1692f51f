"""Six compositions: in windows as whole, frame by frame, and beside what people would write for FFmpeg themselves."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.media.scene.fonts import find_font
from shared.media.scene.planning import RenderPlan
from tests.shared.media.making import FFMPEG
from tests.shared.media.scene import gallery as compositions
from tests.shared.media.scene.gallery import Composition, make_sources
from tests.shared.media.scene.studio import Studio, windows_and_whole
from tests.shared.media.scene.titles import titles

GALLERY = compositions.GALLERY | {"titles": titles}

LEAST_MEAN = 0.99
"""Structural similarity of all frames on average."""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    folder = tmp_path_factory.mktemp("gallery")
    make_sources(folder)
    return Studio(folder)


@pytest.mark.parametrize("name", GALLERY)
def test_windows_equal_the_whole(gallery: Studio, name: str) -> None:
    composition = gallery.plan(GALLERY[name]().value).composition
    assert any(time.transition for time in composition.times)
    for windows, whole in windows_and_whole(gallery, composition, random.Random(name)):
        assert windows == whole


@pytest.mark.parametrize("name", GALLERY)
def test_it_looks_like_a_graph_written_by_hand(gallery: Studio, tmp_path: Path, name: str) -> None:
    """sheet.png in the test's folder shows both, for whoever wants to see them: ours on the left."""
    made = GALLERY[name]()
    plan = gallery.plan(made.value)
    ours, theirs = tmp_path / "ours.yuv", tmp_path / "theirs.yuv"
    with ours.open("wb") as file:
        for unit in plan.units:
            file.write(gallery.picture(plan.composition, unit.scene, unit.first, unit.last, "rawvideo"))
    draw_by_hand(gallery, made, theirs)
    width, height = plan.composition.size
    assert theirs.stat().st_size == ours.stat().st_size == plan.frames * width * height * 3 // 2
    found = list(similarities(plan, ours, theirs, tmp_path))
    assert len(found) == plan.frames
    worst = min(range(plan.frames), key=found.__getitem__)
    assert found[worst] >= made.least, f"frame {worst}"
    assert sum(found) / len(found) >= LEAST_MEAN


def draw_by_hand(gallery: Studio, made: Composition, target: Path) -> None:
    """Run the graph in one process, in a folder with the subtitle files and the font."""
    folder, font = target.parent, find_font("Inter")
    assert font
    (folder / "fonts").mkdir()
    shutil.copy(font.path, folder / "fonts")
    for file, content in made.files.items():
        (folder / file).write_text(content)
    sources = [part for source in made.inputs for part in ("-i", str(gallery.folder / source))]
    line = [FFMPEG, "-nostdin", "-v", "error", *sources, "-filter_complex", made.graph, "-map", "[v]"]
    line += ["-f", "rawvideo", "-pix_fmt", "yuv420p", str(target)]
    done = subprocess.run(line, cwd=folder, capture_output=True, timeout=120, check=False)
    assert not done.returncode, done.stderr.decode()


def similarities(plan: RenderPlan, ours: Path, theirs: Path, folder: Path) -> Iterator[float]:
    """SSIM of each frame over all planes; a sheet of both is drawn by the way."""
    width, height = plan.composition.size
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}"]
    graph = (
        "[0:v]split[a][b];[1:v]split[c][d];[a][c]ssim=stats_file=ssim.txt[e];"
        "[b][d]hstack,select='not(mod(n,11))',scale=iw/2:-2,tile=4x5[sheet]"
    )
    line = [FFMPEG, "-nostdin", "-v", "error", *raw, "-i", str(ours), *raw, "-i", str(theirs), "-lavfi", graph]
    line += ["-map", "[e]", "-f", "null", "-", "-map", "[sheet]", "-frames:v", "1", "-update", "1", "sheet.png"]
    subprocess.run(line, cwd=folder, timeout=60, check=True)
    for told in (folder / "ssim.txt").read_text().splitlines():
        yield float(told.split("All:")[1].split()[0])
