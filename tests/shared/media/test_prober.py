"""One child process looks into many sources: each has its own limits, and costs nobody else's answer."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from shared.media.errors import MediaError, MediaErrorCode
from shared.media.probe_answers import read_answer
from shared.media.probe_child import ADDRESS_SPACE, CPU_SECONDS
from shared.media.probing import Prober, probe
from shared.media.scene.probing import probe_source
from shared.media.storage import BytesSource
from tests.shared.media.making import ffmpeg, grey_png
from tests.shared.media.test_plan import facts

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them")

SMALL = grey_png(64)
ENDED = FileNotFoundError, ProcessLookupError
"""What looking at a thread or a process says that has just ended."""


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = list[int]()
    with suppress(*ENDED):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(*ENDED):
                found += map(int, (task / "children").read_text().split())
    return found


def probing_children() -> list[int]:
    """Those of this process that probe."""
    return [child for child in children(os.getpid()) if b"probe_child" in _command(child)]


def _command(pid: int) -> bytes:
    """The command line of a process; empty when it has ended."""
    with suppress(*ENDED):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


class Watched(BytesSource):
    """A source that does something to its reader, each time it is read after its first bytes were looked at."""

    def __init__(self, data: bytes, act: Callable[[int, int], object]) -> None:
        """`act` takes the child process and its fork that reads."""
        super().__init__(data)
        self.act, self.readers = act, list[int]()

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end."""
        for child in probing_children():
            for fork in children(child):
                self.readers.append(fork)
                self.act(child, fork)
        return super().read(start, end)


def kill_fork(_: int, fork: int) -> None:
    """As if a damaged file had broken the decoder."""
    os.kill(fork, signal.SIGSEGV)


@contextmanager
def killing() -> Iterator[set[int]]:
    """Kill every child process of probes as soon as it is there; which they were."""
    killed, is_over = set[int](), threading.Event()

    def kill() -> None:
        while not is_over.wait(0.005):
            for child in set(probing_children()) - killed:
                with suppress(*ENDED):
                    os.kill(child, signal.SIGKILL)
                    killed.add(child)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        is_over.set()
        thread.join()


def kill_all(child: int, fork: int) -> None:
    """As if the machine had run out of memory."""
    os.kill(child, signal.SIGKILL)
    os.kill(fork, signal.SIGKILL)


def stop_fork(_: int, fork: int) -> None:
    """As if a file made the decoder go in circles."""
    os.kill(fork, signal.SIGSTOP)


@pytest.fixture
def prober() -> Iterator[Prober]:
    """One child process."""
    with Prober() as prober:
        yield prober


def runs(pid: int) -> bool:
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def is_good(prober: Prober) -> bool:
    """Whether a good picture passes."""
    facts: dict[str, Any] = probe_source(BytesSource(SMALL), "image", prober)
    return facts["image"]["width"] == 64


def test_a_source_that_breaks_its_reader_costs_its_own_answer_alone(prober: Prober) -> None:
    assert is_good(prober)
    source = Watched(SMALL, kill_fork)
    with pytest.raises(MediaError, match="broke the reader") as caught:
        probe_source(source, "image", prober)
    assert source.readers
    assert caught.value.code == MediaErrorCode.INVALID_MEDIA
    assert is_good(prober)


def test_a_source_that_breaks_the_child_process_is_asked_about_once_more(prober: Prober) -> None:
    """What broke it may have been left by another; here the second process is not broken."""
    source = Watched(SMALL, kill_all)
    assert probe_source(source, "image", prober)["image"]["width"] == 64
    assert len(source.readers) == 1
    assert is_good(prober)


def test_a_source_that_breaks_every_child_process_costs_its_own_answer_alone(prober: Prober) -> None:
    with killing() as killed, pytest.raises(MediaError, match="broke the reader"):
        probe_source(BytesSource(SMALL), "image", prober)
    assert len(killed) == 2
    assert is_good(prober)


GOOD_IMAGE = {"image": {"size": 1, "demuxer": "png_pipe", "width": 64, "height": 64, "has_alpha": False}}
NONSENSE = [
    b"",
    b"not JSON",
    b"[]",
    b'"text"',
    b"7",
    b"null",
    b"{}",
    b'{"facts": null}',
    b'{"facts": []}',
    b'{"facts": {}}',
    b'{"facts": {"image": {"width": 64}}}',
    b'{"facts": {"image": 7}}',
    b'{"error": 7}',
    b'{"error": {"code": "INVALID_MEDIA"}}',
    b'{"error": {"code": "NO_SUCH_CODE", "message": ""}}',
    b"[" * 200_000,
    json.dumps({"facts": {"image": GOOD_IMAGE["image"] | {"width": "64"}}}).encode(),
    json.dumps({"facts": {"image": GOOD_IMAGE["image"] | {"height": None}}}).encode(),
    json.dumps({"facts": {"image": GOOD_IMAGE["image"] | {"more": 1}}}).encode(),
]


@pytest.mark.parametrize("said", NONSENSE, ids=range(len(NONSENSE)))
def test_a_reader_that_says_nonsense_has_been_broken(said: bytes) -> None:
    """Each is what a fork may write when the file has got hold of it; the child hands it on as a string."""
    with pytest.raises(MediaError, match="broke the reader") as caught:
        read_answer(json.dumps(said.decode()).encode(), "image")
    assert caught.value.code == MediaErrorCode.INVALID_MEDIA


@pytest.mark.parametrize("answer", [b"", b"7", b"[]", b"null", b"{}", b"\xff"])
def test_a_child_that_says_nonsense_has_been_broken(answer: bytes) -> None:
    with pytest.raises(MediaError, match="broke the reader"):
        read_answer(answer, "image")


@pytest.mark.parametrize("value", ["1/0", "1e999999999", "nan", "", 1, None, [], "1/2/3"])
def test_numbers_that_are_none_break_nobody_else(value: object) -> None:
    film, clip = facts().to_json(), facts().to_json()
    film["video"]["frame_rate"] = value
    clip["format_start"] = value
    sound = {"start": value, "format_start": "0", "duration": "1", "size": 1, "demuxer": "wav", "audio": film["audio"]}
    for kind, told in (("video", film), ("video", clip), ("audio", {"sound": sound})):
        with pytest.raises(MediaError, match="broke the reader"):
            read_answer(json.dumps(json.dumps({"facts": told})).encode(), kind)


def test_what_fits_is_handed_on() -> None:
    film = facts().to_json()
    sound = {"start": "1/3", "format_start": "0", "duration": "1", "size": 1, "demuxer": "wav", "audio": film["audio"]}
    for kind, told in (("image", GOOD_IMAGE), ("video", film), ("audio", {"sound": sound})):
        assert read_answer(json.dumps(json.dumps({"facts": told})).encode(), kind) == told
    refused = {"error": {"code": "TOO_LONG", "message": "It is too long."}}
    with pytest.raises(MediaError, match="TOO_LONG: It is too long"):
        read_answer(json.dumps(json.dumps(refused)).encode(), "video")


def test_a_source_that_stops_the_reader_costs_its_own_answer_alone(prober: Prober) -> None:
    assert is_good(prober)
    source = Watched(SMALL, stop_fork)
    with pytest.raises(MediaError, match="too long to read"):
        probe_source(source, "image", prober, wall_seconds=3)
    assert source.readers
    while any(runs(fork) for fork in source.readers):  # they are told to end, which takes them a moment
        time.sleep(0.01)
    assert is_good(prober)


def test_a_process_that_was_ended_meanwhile_costs_no_answer(prober: Prober) -> None:
    assert is_good(prober)
    (child,) = probing_children()
    os.kill(child, signal.SIGKILL)
    assert is_good(prober)
    assert probing_children() != [child]


def test_each_source_has_the_limits_for_itself_and_no_way_to_the_others(prober: Prober, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:d=1", film)
    seen: list[tuple[int, dict[str, str]]] = []

    def look(child: int, fork: int) -> None:
        place = Path(f"/proc/{fork}")
        limits = {line[:26].strip(): line[26:].split()[0] for line in (place / "limits").read_text().splitlines()}
        assert int(limits["Max address space"]) == ADDRESS_SPACE
        assert int(limits["Max cpu time"]) == CPU_SECONDS
        assert (int(limits["Max file size"]), int(limits["Max core file size"])) == (0, 0)
        used = (place / "stat").read_text().rpartition(")")[2].split()
        assert int(used[11]) + int(used[12]) < os.sysconf("SC_CLK_TCK"), "its clock began at 0"
        ends = {end.name: str(end.readlink()) for end in (place / "fd").iterdir()}
        others = {str(Path(f"/proc/{child}/fd/{number}").readlink()) for number in (0, 1)}
        assert not others & set(ends.values()), "the pipes of all questions and all answers"
        seen.append((fork, ends))

    for kind, data in (("image", SMALL), ("video", film.read_bytes())):
        facts = probe_source(Watched(data, look), kind, prober)
        assert facts
    assert len({fork for fork, _ in seen}) == 2
    assert all(ends["0"] == os.devnull and ends["1"].startswith("pipe:") for _, ends in seen)


def test_what_a_child_process_knows(prober: Prober, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    assert is_good(prober)
    (child,) = probing_children()
    known = Path(f"/proc/{child}/environ").read_bytes()
    assert b"PYTHONPATH=" in known
    assert b"secret" not in known.lower()


def test_bad_sources_between_good_ones_are_told_apart(prober: Prober) -> None:
    (bad, empty) = BytesSource(SMALL[:40]), BytesSource(b"")
    assert is_good(prober)
    (child,) = probing_children()
    for source, code in ((bad, "INVALID_MEDIA"), (empty, "EMPTY_FILE"), (bad, "INVALID_MEDIA")):
        with pytest.raises(MediaError, match=code):
            probe_source(source, "image", prober)
        assert is_good(prober)
    assert probing_children() == [child], "one process has looked into all of them"


def test_nothing_is_left_of_a_prober(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x64:d=1", film)
    with Prober() as prober:
        assert probing_children() == [], "nothing was asked yet"
        assert probe(BytesSource(film.read_bytes()), prober).duration == 1
        assert len(probing_children()) == 1
    assert probing_children() == []
