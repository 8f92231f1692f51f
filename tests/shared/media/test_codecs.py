"""Rungs in HEVC and AV1 beside those in H.264: every frame once, joined without a gap, and named by their bytes."""

import re
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from shared.media.cost import estimate_cpu_seconds
from shared.media.encoders import EXTRA_CODECS, PEAK_KBITS
from shared.media.event_playlists import early_master
from shared.media.ladder import extra_rungs, rungs
from shared.media.layout import Layout
from shared.media.mp4.codecs import codec_string
from shared.media.package import MOST_AT_ONCE
from shared.media.plan import Plan, make_plan
from tests.shared.media.engine import Transcoded, counters, frame_times, transcode
from tests.shared.media.making import X264, ffmpeg
from tests.shared.media.test_plan import facts, plan_for
from tests.shared.media.test_playlists import judge, needs_parser


def plan_with(codecs: tuple[str, ...] = EXTRA_CODECS, **about: object) -> Plan:
    return make_plan(facts(**about), source_id="video/1", encoder_build="ffmpeg x", extra_codecs=codecs)  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=["landscape", "portrait", "variable_rate", "one_frame", "hundred_and_twenty"])
def done(
    request: pytest.FixtureRequest, source: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Transcoded:
    """A source in two runs, where it is long enough, and three codecs."""
    return transcode(source(request.param), tmp_path_factory.mktemp(request.param), 2, codecs=EXTRA_CODECS)


def test_every_rung_has_the_same_frames(done: Transcoded) -> None:
    expected = counters(done.path(f"{done.lowest}.mp4"))
    assert len(done.manifest.variants) == 3 * len(done.plan.common_rungs)
    for variant in done.manifest.variants:
        path = done.path(variant.file)
        assert counters(path) == expected, variant.name
        assert frame_times(path) == list(range(done.manifest.frames)), variant.name


def test_the_stream_holds_what_the_file_holds(done: Transcoded, tmp_path: Path) -> None:
    """The ranges of each playlist, as a player joins them."""
    for variant in done.manifest.variants:
        playlist, data = done.path(f"{variant.name}.m3u8").read_text(), done.path(variant.file).read_bytes()
        spans = [(int(size), int(at)) for size, at in re.findall(r'BYTERANGE[:=]"?(\d+)@(\d+)', playlist)]
        stream = tmp_path / f"{variant.name}.mp4"
        stream.write_bytes(b"".join(data[at : at + size] for size, at in spans))
        assert counters(stream) == counters(done.path(variant.file))


def test_codec_strings_are_those_of_the_bytes(done: Transcoded) -> None:
    """Against what another library reads in the stream itself."""
    for variant in done.manifest.variants:
        with av.open(str(done.path(variant.file))) as container:
            context = container.streams.video[0].codec_context
            name, profile = context.codec.canonical_name, context.profile
        kind, *rest = variant.video_codec.split(".")
        brands = done.path(variant.file).read_bytes()[:40]
        assert (b"avc1" in brands, b"av01" in brands) == (variant.is_common, kind == "av01")
        if variant.is_common:
            assert (kind, name, profile) == ("avc1", "h264", "High")
        elif kind == "hvc1":
            assert (name, profile, rest[:2]) == ("hevc", "Main", ["1", "6"])
            assert re.fullmatch(r"L\d{2,3}", rest[2])
        else:
            assert (kind, name, profile, rest[0], rest[2]) == ("av01", "av1", "Main", "0", "08")
            assert re.fullmatch(r"\d\dM", rest[1])


@needs_parser
def test_a_strict_parser_accepts_the_playlists(done: Transcoded) -> None:
    found = judge(*done.directory.glob("*.m3u8"))
    assert found.returncode == 0, found.stderr.decode()


def test_few_rungs_are_published_at_a_time(tmp_path: Path) -> None:
    """Each of the first ones waits until so many are at work; that more are not is seen by the threads of all nine."""
    film, together, layouts = tmp_path / "film.mp4", threading.Barrier(MOST_AT_ONCE), dict[str, str]()
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=1920x1080:r=5:d=0.4", *X264, film)

    def told(name: str, _: Layout) -> None:
        layouts[name] = threading.current_thread().name
        if len(layouts) <= MOST_AT_ONCE:
            together.wait(60)

    done = transcode(film, tmp_path / "out", codecs=EXTRA_CODECS, on_layout=told)
    assert layouts.keys() == {rung.name for rung in done.plan.rungs}
    assert (len(layouts), len(set(layouts.values()))) == (9, MOST_AT_ONCE)


def test_players_that_know_nothing_else_find_h264_first(done: Transcoded) -> None:
    names = [variant.name for variant in done.manifest.variants]
    common = [rung.name for rung in done.plan.common_rungs]
    assert names[: len(common)] == common
    text = done.path("master.m3u8").read_text()
    listed = re.findall(r'STREAM-INF:.*?CODECS="(\w{4})', text)
    assert listed == (["avc1"] * len(common) + ["hvc1"] * len(common) + ["av01"] * len(common)) * 2


def test_other_codecs_stop_where_their_encoders_do() -> None:
    rate = Fraction(30)
    assert [rung.name for rung in extra_rungs(3840, 2160, rate, "av1")] == ["1080p-av1", "720p-av1", "480p-av1"]
    assert [rung.name for rung in extra_rungs(1080, 1920, rate, "hevc")] == ["1080p-hevc", "720p-hevc", "480p-hevc"]
    assert [rung.name for rung in extra_rungs(2580, 1080, rate, "hevc")] == ["720p-hevc", "480p-hevc"]
    assert extra_rungs(320, 32, rate, "av1") == []


def test_their_peaks_are_below_those_of_h264() -> None:
    for (codec, side), peak in PEAK_KBITS.items():
        assert codec == "h264" or peak < 0.7 * PEAK_KBITS["h264", side]


def test_a_plan_without_them_is_what_it_was() -> None:
    assert plan_with(()) == plan_for(facts())
    assert "rung_codecs" in plan_with().to_json()
    assert plan_with().hash != plan_with(("hevc",)).hash != plan_with(()).hash
    assert Plan.from_json(plan_with().to_json()) == plan_with()


def test_a_gpu_makes_h264_alone() -> None:
    about = {"source_id": "a", "encoder_build": "b", "gpu": "g4dn"}
    film = facts(seconds=3600)
    assert make_plan(film, **about).lane == "gpu"  # type: ignore[arg-type]
    assert make_plan(film, **about, extra_codecs=["av1"]).lane == "batch"  # type: ignore[arg-type]


def test_their_work_is_counted() -> None:
    source = facts()
    shape = (source.video.display_width, source.video.display_height, source.video.frame_rate)
    ladder, more = rungs(*shape), extra_rungs(*shape, "hevc")
    alone = estimate_cpu_seconds(source, ladder)
    both = estimate_cpu_seconds(source, [*more, *ladder], {rung.name: "hevc" for rung in more})
    assert plan_with(("hevc",)).cpu_seconds == pytest.approx(both, abs=0.1)
    assert 2.5 < both / alone < 3


def test_who_plays_early_gets_h264() -> None:
    plan = plan_with()
    text = early_master(plan, {"480p": "avc1.64001E", "audio": "mp4a.40.2"})
    assert re.findall(r"^\w.*\.m3u8$", text, re.MULTILINE) == [f"{rung.name}.m3u8" for rung in plan.common_rungs]
    assert plan.rungs[-1] == plan.common_rungs[-1]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("81050c00", "av01.0.05M.08"),
        ("810d4c00", "av01.0.13M.10"),
        ("8110cc00", "av01.0.16H.10"),
        ("814d6c00", "av01.2.13M.12"),
    ],
)
def test_codec_strings_of_av1(config: str, expected: str) -> None:
    """Profile and level, tier and bit depth out of an av1C box."""
    entry = b"\0\0\0\0av01" + bytes(78) + b"\0\0\0\x0cav1C" + bytes.fromhex(config)
    assert codec_string(bytes(16) + entry) == expected
