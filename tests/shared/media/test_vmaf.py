"""VMAF of rungs: it tells good from bad, and each picture is held against the one that it was made of."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from shared.media.encode import encode_run
from shared.media.encoders import EXTRA_CODECS, Codec
from shared.media.errors import MediaError
from shared.media.indexes import RunIndex
from shared.media.plan import VMAF_GROUPS, Plan, make_plan
from shared.media.probing import probe
from shared.media.scores import MODEL, Sample, Vmaf, pooled
from shared.media.timeline import spread
from shared.media.vmaf import groups_in, measure
from tests.shared.media.engine import LocalSink, LocalSource
from tests.shared.media.making import FFMPEG, ffmpeg
from tests.shared.media.test_plan import facts, plan_for

Runs = list[tuple[Mapping[str, RunIndex], Mapping[str, LocalSource]]]


def plan_of(film: Path, codecs: tuple[Codec, ...] = ()) -> Plan:
    """A plan in two runs, if there are two segments."""
    found = probe(LocalSource(film))
    return make_plan(found, source_id=film.name, encoder_build="test", runs=2, extra_codecs=codecs, vmaf=True)


def encoded(plan: Plan, film: Path, directory: Path) -> Runs:
    """What the workers of a plan made."""
    runs: Runs = []
    for run in plan.runs:
        paths = {rung.name: directory / f"{rung.name}-{run.index}.m4s" for rung in plan.rungs}
        sinks = {name: LocalSink(path) for name, path in paths.items()}
        indexes = encode_run(plan, run, LocalSource(film), sinks, FFMPEG)
        runs.append((indexes, {name: LocalSource(path) for name, path in paths.items()}))
    return runs


def measured(plan: Plan, film: Path, runs: Runs) -> dict[str, Vmaf]:
    """The VMAF of each rung."""
    samples = [
        measure(plan, run, group, *runs[run.index], LocalSource(film), FFMPEG)
        for run in plan.runs
        for group in groups_in(plan, run)
    ]
    told = {rung.name: pooled(rung.name, samples) for rung in plan.rungs}
    return {name: vmaf for name, vmaf in told.items() if vmaf}


def late(plan: Plan, frames: int) -> Plan:
    """The same plan, with a source whose pictures are taken to be so many frames earlier than they are."""
    video = plan.facts.video
    moved = replace(video, start_pts=video.start_pts + round(frames / (plan.frame_rate * video.time_base)))
    return replace(plan, facts=replace(plan.facts, video=moved))


SHAPES = [
    *("portrait", "rotated", "anamorphic", "interlaced", "hdr10"),
    *("variable_rate", "coarse_clock", "pausing", "fifty", "late_video", "edit_list", "endless_webm", "changing"),
]


@pytest.mark.parametrize("name", SHAPES)
def test_each_picture_is_held_against_its_own(source: Callable[[str], Path], name: str, tmp_path: Path) -> None:
    """Against the next one or the one before it the same bytes are clearly worse, so nothing is out of place."""
    film = source(name)
    plan = plan_of(film)
    runs = encoded(plan, film, tmp_path)
    found = measured(plan, film, runs)
    assert found.keys() == {rung.name for rung in plan.rungs}
    for frames in (-1, 1):
        for rung, vmaf in measured(late(plan, frames), film, runs).items():
            assert vmaf.mean < found[rung].mean - 5, f"{rung}, {frames}"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine seconds, which are two segments, that move and are full of detail."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    pattern = "mandelbrot=s=320x240:r=15:start_scale=0.3:end_scale=0.1,noise=alls=12:allf=t"
    ffmpeg("-f", "lavfi", "-i", pattern, "-t", "9", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", path)
    return path


@pytest.fixture(scope="module")
def plan(film: Path) -> Plan:
    """Of two runs."""
    return plan_of(film)


@pytest.fixture(scope="module")
def runs(plan: Plan, film: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """As the product encodes them."""
    return encoded(plan, film, tmp_path_factory.mktemp("usual"))


def told_by(plan: Plan, film: Path, directory: Path, quality: str, peak_kbits: int) -> Vmaf:
    """The VMAF of the only rung where the encoder is told that quality and that peak rate."""
    rungs = tuple(replace(rung, peak_kbits=peak_kbits, buffer_kbits=peak_kbits) for rung in plan.rungs)
    other = replace(plan, encoder_arguments=("-preset", "veryfast", "-crf", quality), rungs=rungs)
    (vmaf,) = measured(other, film, encoded(other, film, directory)).values()
    return vmaf


def test_bits_show(plan: Plan, runs: Runs, film: Path, tmp_path: Path) -> None:
    (usual,) = measured(plan, film, runs).values()
    same = told_by(plan, film, tmp_path / "same", "1", 200_000)
    poor = told_by(plan, film, tmp_path / "poor", "21", 50)
    assert same.mean > 95
    assert same.mean > usual.mean > poor.mean + 20
    assert all(0 <= one.harmonic_mean <= one.mean for one in (same, usual, poor))
    assert (usual.seconds, usual.pictures) == (9, 5 * 6 - 3)


def test_all_codecs_are_measured_and_smaller_pictures_are_worse(source: Callable[[str], Path], tmp_path: Path) -> None:
    film = source("landscape")
    plan = plan_of(film, EXTRA_CODECS)
    found = measured(plan, film, encoded(plan, film, tmp_path))
    assert len(found) == len(plan.rungs) == 6
    for codec in ("", "-hevc", "-av1"):
        assert 80 < found[f"480p{codec}"].mean < found[f"720p{codec}"].mean <= 100


def test_what_is_measured_is_bounded_whatever_the_duration() -> None:
    for seconds, count in ((0.1, 1), (3, 2), (9, 5), (60, 6), (7200, 6)):
        plan = make_plan(facts(seconds=seconds), source_id="a", encoder_build="b", vmaf=True)
        found = [group for run in plan.runs for group in groups_in(plan, run)]
        assert found == list(plan.vmaf_groups)
        assert len(found) == count <= VMAF_GROUPS
    assert spread(3600, 6) == (300, 900, 1500, 2100, 2700, 3300)


def test_a_plan_without_it_is_what_it_was() -> None:
    plain = plan_for(facts())
    asked = make_plan(facts(), source_id="video/1", encoder_build="ffmpeg x", vmaf=True)
    assert (plain.vmaf_groups, Plan.from_json(asked.to_json())) == ((), asked)
    assert plain.hash != asked.hash
    older = plain.to_json()
    del older["vmaf_groups"]
    assert Plan.from_json(older) == plain


def test_scores_are_pooled_over_all_pictures() -> None:
    samples = [Sample(2.0, {"a": [80.0, 60.0], "b": [1.0]}), Sample(1.0, {"a": [0.0], "b": [1.0]})]
    harmonic = 3 / (Fraction(1, 81) + Fraction(1, 61) + Fraction(1, 1)) - 1
    assert pooled("a", samples) == Vmaf(MODEL, 46.67, round(float(harmonic), 2), 3.0, 3)
    assert pooled("a", []) is None


@pytest.mark.parametrize(
    ("program", "seconds", "code"),
    [("/bin/false", None, "ENCODER_FAILED|OUTPUT_MISMATCH"), (FFMPEG, 0.05, "ENCODER_TIMEOUT")],
    ids=["broken", "slow"],
)
def test_a_failure_is_told_as_one(
    plan: Plan, runs: Runs, film: Path, program: str, seconds: float | None, code: str
) -> None:
    group = plan.vmaf_groups[0]
    with pytest.raises(MediaError, match=code):
        measure(plan, plan.runs[0], group, *runs[0], LocalSource(film), program, wall_seconds=seconds)


def test_a_group_that_is_not_there_is_told(plan: Plan, runs: Runs, film: Path) -> None:
    """As where the source ends before its file says."""
    indexes, fragments = runs[0]
    short = {name: replace(index, fragments=index.fragments[:1]) for name, index in indexes.items()}
    with pytest.raises(MediaError, match="ends before a group"):
        measure(plan, plan.runs[0], 1, short, fragments, LocalSource(film), FFMPEG)
