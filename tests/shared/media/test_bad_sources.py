"""Bad input ends with an error that says what is wrong, within seconds, and harms nobody."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.parts.discovery import steps
from shared.contract.resources import TRANSCODE
from shared.media.errors import ENGINE_FAULTS, MediaError, MediaErrorCode
from shared.media.probe_child import ADDRESS_SPACE
from shared.media.probing import probe
from shared.media.runner import MEGABYTE
from shared.media.storage import BytesSource
from tests.shared.media.attacks import PAYLOADS, Listener
from tests.shared.media.bad_sources import BAD, EXPECTED_ERRORS
from tests.shared.media.engine import LocalSource, Transcoded, transcode
from tests.shared.media.making import X264, counted, ffmpeg, patched

Source = Callable[[str], Path]


def refused(path: Path) -> MediaError:
    with pytest.raises(MediaError) as caught:
        probe(LocalSource(path))
    return caught.value


def outcome(path: Path, directory: Path) -> tuple[MediaError | None, Transcoded | None]:
    """The error that a source ends with, or what became of it."""
    try:
        return None, transcode(path, directory)
    except MediaError as error:
        return error, None


def test_every_bad_source_has_an_expectation() -> None:
    assert set(EXPECTED_ERRORS) == set(BAD)


@pytest.mark.parametrize("name", EXPECTED_ERRORS)
def test_bad_source_is_refused(source: Source, name: str) -> None:
    path, begin = source(name), time.monotonic()
    error = refused(path)
    assert error.code == EXPECTED_ERRORS[name]
    assert error.is_source_fault
    assert error.message.endswith(".")
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_file_that_names_others_opens_none(source: Source, tmp_path: Path, listener: Listener, kind: str) -> None:
    for target in (f"http://127.0.0.1:{listener.port}/secret.mp4", str(source("silent"))):
        path = tmp_path / "x.mp4"
        path.write_text(PAYLOADS[kind].format(target=target))
        assert refused(path).code == MediaErrorCode.UNSUPPORTED_MEDIA
    assert listener.hits == 0


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_playlist_behind_a_film_head_opens_nothing(
    source: Source, tmp_path: Path, listener: Listener, kind: str
) -> None:
    """Magic bytes alone do not let it through: the forced demuxer refuses the rest."""
    path = tmp_path / "x.mp4"
    target = f"http://127.0.0.1:{listener.port}/secret.mp4"
    path.write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + PAYLOADS[kind].format(target=target).encode())
    assert refused(path).code in {MediaErrorCode.TRUNCATED_MEDIA, MediaErrorCode.INVALID_MEDIA}
    assert listener.hits == 0


@pytest.mark.parametrize("share", [1, 25, 50, 99])
def test_a_truncated_file_is_refused(source: Source, share: int) -> None:
    for name in ("silent", "landscape"):
        data = source(name).read_bytes()
        with pytest.raises(MediaError) as caught:
            probe(BytesSource(data[: max(40, len(data) * share // 100)]))
        assert caught.value.code in {MediaErrorCode.TRUNCATED_MEDIA, MediaErrorCode.INVALID_MEDIA}


def test_a_truncated_matroska_ends_early_and_well_or_is_refused(source: Source, tmp_path: Path) -> None:
    data = source("late_video").read_bytes()
    path = tmp_path / "cut.mkv"
    path.write_bytes(data[: len(data) // 2])
    error, done = outcome(path, tmp_path / "out")
    assert error.is_source_fault if error else done and 0 < done.manifest.frames < 60


def test_a_clock_that_wraps_goes_on(tmp_path: Path) -> None:
    """A transport stream's clock has 33 bits, which is 26.5 hours."""
    path = tmp_path / "wrapping.ts"
    ffmpeg(*counted(seconds=4), *X264, "-output_ts_offset", str(2**33 / 90000 - 2), "-muxdelay", "0", path)
    assert probe(LocalSource(path)).duration == 4


def test_sample_tables_behind_the_end(source: Source) -> None:
    data = source("silent").read_bytes()
    shifted = patched(data, "moov/trak/mdia/minf/stbl/stco", 8, len(data))
    with pytest.raises(MediaError, match="TRUNCATED_MEDIA"):
        probe(BytesSource(shifted))


def test_an_absurd_header_is_refused(source: Source) -> None:
    data = source("silent").read_bytes()
    for path, offset, value in [
        ("moov/trak/mdia/minf/stbl/stsz", 8, 0xFFFFFFFF),
        ("moov/trak/mdia/minf/stbl/stco", 4, 0xFFFFFFF0),
        ("moov/trak/mdia/minf/stbl/stsc", 4, 0xFFFFFFF0),
    ]:
        with pytest.raises(MediaError) as caught:
            probe(BytesSource(patched(data, path, offset, value)))
        assert caught.value.is_source_fault


def test_the_largest_picture_passes(tmp_path: Path) -> None:
    path = tmp_path / "8k.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=8192x4320:d=1:r=30", "-frames:v", "1", *X264, "-threads", "1", path)
    facts = probe(LocalSource(path))
    assert (facts.video.width, facts.video.height) == (8192, 4320)


MEASURED = """
import resource, sys
from pathlib import Path
from shared.media.probing import probe
from tests.shared.media.engine import LocalSource
probe(LocalSource(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_huge_pictures_beside_the_film_are_never_decoded(source: Source) -> None:
    line = [sys.executable, "-c", MEASURED, source("huge_second_tracks")]
    told = subprocess.run(line, capture_output=True, check=True, timeout=60)
    assert 0 < int(told.stdout) < 200 * 1024


def test_the_probe_cannot_take_all_memory_of_its_function() -> None:
    memory = {room.name: step.compute.memory for room, step in steps(TRANSCODE.name)}
    assert memory["probe_source"] * MEGABYTE - ADDRESS_SPACE >= 400 * MEGABYTE


def test_twelve_hours_pass_and_more_does_not(tmp_path: Path) -> None:
    for hours, passes in ((11.9, True), (12.1, False)):
        path = tmp_path / f"{hours}.mkv"
        step = hours * 3600 / 99
        frames = counted(seconds=10, rate="10")
        ffmpeg(*frames, "-vf", f"setpts=N*{step}/TB", "-fps_mode", "vfr", *X264, path)
        if passes:
            assert float(probe(LocalSource(path)).duration) == pytest.approx(hours * 3600, rel=0.02)
        else:
            assert refused(path).code == MediaErrorCode.TOO_LONG


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_file_ends_well_or_with_an_error(source: Source, tmp_path: Path, seed: int) -> None:
    """Bytes changed anywhere: a stream or a clear error, never a hang, and no fault of the engine's."""
    chance = random.Random(seed)
    data = bytearray(source(chance.choice(["silent", "late_start", "hevc", "edit_list"])).read_bytes())
    for _ in range(chance.choice([1, 20, 200])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path = tmp_path / "damaged"
    path.write_bytes(data)
    error, done = outcome(path, tmp_path / "out")
    if error:
        assert error.code not in ENGINE_FAULTS - {MediaErrorCode.OUTPUT_MISMATCH}, error.message
    else:
        assert done
        assert done.manifest.frames > 0


def test_the_storage_s_own_failure_is_told_as_such(source: Source) -> None:
    """A storage that breaks is no fault of the file."""

    class Broken(LocalSource):
        def read(self, start: int, end: int) -> bytes:
            if start > 8192:
                raise ConnectionError("the storage is away")
            return super().read(start, end)

    with pytest.raises(ConnectionError):
        probe(Broken(source("landscape")))
