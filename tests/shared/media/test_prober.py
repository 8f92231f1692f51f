"""One child process looks into many sources: each has its own limits, and costs nobody else's answer."""

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
from shared.media.probe_child import ADDRESS_SPACE, CPU_SECONDS
from shared.media.probing import Prober, probe
from shared.media.scene.probing import probe_source
from shared.media.storage import BytesSource
from tests.shared.media.making import ffmpeg, grey_png

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes as Linux shows them")

SMALL = grey_png(64)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = list[int]()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return found


def probing_children() -> list[int]:
    """Those of this process that probe."""
    found = children(os.getpid())
    return [child for child in found if b"probe_child" in Path(f"/proc/{child}/cmdline").read_bytes()]


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


def test_a_source_that_stops_the_reader_costs_its_own_answer_alone(prober: Prober) -> None:
    assert is_good(prober)
    source = Watched(SMALL, stop_fork)
    begun = time.monotonic()
    with pytest.raises(MediaError, match="too long to read"):
        probe_source(source, "image", prober, wall_seconds=1.5)
    assert 1.5 <= time.monotonic() - begun < 5
    assert source.readers
    assert not any(runs(fork) for fork in source.readers)
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
    assert b"secret" not in Path(f"/proc/{child}/environ").read_bytes().lower()


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
    before = children(os.getpid())
    with Prober() as prober:
        assert children(os.getpid()) == before, "nothing was asked yet"
        assert probe(BytesSource(film.read_bytes()), prober).duration == 1
        assert len(children(os.getpid())) == len(before) + 1
    assert children(os.getpid()) == before
