"""Early play: the beginning is there long before the rest; who has begun there goes on to the end in all qualities.

Levels are chosen by hand: hls.js goes by how fast bytes come, which is the machine's load here.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from infra.local.demo.playback import QUIET, browser_path, player_page
from tests.journeys.traveller import Traveller, until
from tests.shared.media.engine import counters
from tests.shared.media.making import AAC, X264, counted, ffmpeg, tone

PROGRAM = browser_path()
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine to play the stream in")

RATE, SECONDS, EARLY_SECONDS = 10, 80, 60
LARGE = ("1280x720", str(RATE), SECONDS)

BEGIN = """async ([address, level]) => {
    window.hls = new Hls({maxBufferLength: 10, maxMaxBufferLength: 10, maxBufferSize: 0});
    watch(hls);
    hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.loadLevel = level; });
    hls.loadSource(address);
    hls.attachMedia(film);
    await until(() => film.readyState >= 2, 'first frame');
    await film.play();
    await until(() => film.currentTime > 1, 'playing');
    film.playbackRate = 0.25;  // so that it is not at the end of the beginning before everything is ready
    return {grows: hls.levels[hls.currentLevel].details.live, levels: hls.levels.map(level => level.height), errors};
}"""
LOOK = "() => ({at: film.currentTime, paused: film.paused, height: film.videoHeight, errors})"
GO_ON = """async from => {
    const tracks = () => [hls.levels[hls.loadLevel], ...hls.audioTracks];
    await until(() => tracks().every(track => track.details && !track.details.live), 'the end of the playlists');
    hls.loadLevel = hls.levels.length - 1;
    film.playbackRate = 1;
    film.currentTime = from - 2;
    await until(() => !film.seeking && film.currentTime > from + 1, 'playing on from the beginning to the rest');
    const later = {at: film.currentTime, height: film.videoHeight};
    film.currentTime = 3;
    await until(() => !film.seeking && film.currentTime > 3.5, 'playing the beginning again');
    film.currentTime = film.duration - 1.5;
    await until(() => film.ended, 'the end');
    const size = [film.videoWidth, film.videoHeight];
    return {later, duration: film.duration, at: film.currentTime, size, errors};
}"""


def made(sources: Path, name: str, *arguments: str) -> Path:
    """A film of the session, made once."""
    path = sources / f"{name}.mp4"
    if not path.exists():
        ffmpeg(*arguments, path)
    return path


@pytest.fixture(scope="module")
def film(sources: Path) -> Path:
    """More than is made early on Lambda, in two rungs, with sound; each frame carries its number."""
    return made(sources, "early", *counted(*LARGE), *tone(seconds=SECONDS), *X264, *AAC)


def playable(traveller: Traveller, video_id: str) -> dict[str, Any] | None:
    """The video, once it has an address."""
    video = traveller.client.video(video_id)
    return video if video["video_url"] else None


def begun(traveller: Traveller, file: Path) -> dict[str, Any]:
    """Upload a film; the video once its beginning can be played."""
    video_id = traveller.upload(file)
    video: dict[str, Any] = until(lambda: playable(traveller, video_id), "something to play")
    assert video["processing_status"] == "processing"
    assert "/early/" in video["video_url"]
    return video


def fetched(address: str) -> str:
    answer = httpx.get(address)
    assert answer.status_code == 200, address
    return answer.text


def frames(address: str, folder: Path) -> list[int]:
    """The number of each frame that a playlist leads to, decoded by an FFmpeg that knows nothing of ours."""
    headers, parts = list[bytes](), list[bytes]()
    uri, span = "", ""
    for line in fetched(address).splitlines():
        if line.startswith("#EXT-X-MAP:"):
            uri, span = re.findall(r'URI="([^"]+)"(?:,BYTERANGE="([^"]+)")?', line)[0]
            headers.append(_range(address, uri, span))
            parts.append(b"")
        elif line.startswith("#EXT-X-BYTERANGE:"):
            span = line.partition(":")[2]
        elif not line.startswith("#"):
            parts[-1] += _range(address, line, span)
    found = list[int]()
    for header, part in zip(headers, parts, strict=True):
        (folder / "part.mp4").write_bytes(header + part)
        found += counters(folder / "part.mp4")
    return found


def _range(address: str, uri: str, span: str) -> bytes:
    size, _, start = span.partition("@")
    headers = {"range": f"bytes={start}-{int(start) + int(size) - 1}"} if span else {}
    answer = httpx.get(urljoin(address, uri), headers=headers)
    assert answer.status_code == (206 if span else 200), uri
    return answer.content


@contextmanager
def player() -> Iterator[Callable[..., Any]]:
    """A page with hls.js in a headless browser: runs a script with an argument there."""
    from playwright.sync_api import sync_playwright

    with player_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        page = browser.new_page(viewport={"width": 960, "height": 540})
        page.set_default_timeout(120_000)
        page.goto(address)
        yield page.evaluate
        browser.close()


@dataclass
class Session:
    """What a player and its server saw of one video, in this order."""

    early: dict[str, Any]
    early_seconds: float = 0
    texts: dict[str, str] = field(default_factory=dict)
    begun: dict[str, Any] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict)
    ready_seconds: float = 0
    at_ready: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] = field(default_factory=dict)


def watch(traveller: Traveller, file: Path, boundary: int, level: int) -> Session:
    """Begin on a level of the early stream, stay over the moment of `ready`, and go on over the boundary to the end."""
    with player() as page:
        began = time.monotonic()
        session = Session(begun(traveller, file), time.monotonic() - began)
        address = session.early["video_url"]
        session.begun = page(BEGIN, [address, level])
        session.texts = {name: fetched(urljoin(address, f"{name}.m3u8")) for name in ("master", "480p")}
        session.ready = traveller.ended(session.early["id"])
        session.ready_seconds = time.monotonic() - began
        session.at_ready = page(LOOK)
        session.ended = page(GO_ON, boundary)
    return session


@pytest.fixture(scope="module")
def session(traveller: Traveller, film: Path) -> Session:
    if PROGRAM is None:
        pytest.skip("there is no Chromium on this machine to play the stream in")
    return watch(traveller, film, EARLY_SECONDS, level=0)


def test_the_beginning_can_be_played_long_before_the_rest(session: Session) -> None:
    assert session.early_seconds < session.ready_seconds / 2
    assert session.early["quality_variants"] == {}
    assert session.ready["processing_status"] == "ready"
    assert "/v/" in session.ready["video_url"]
    assert list(session.ready["quality_variants"]) == ["720p", "480p"]


def test_a_session_goes_on_over_the_moment_of_ready_to_the_full_ladder(session: Session) -> None:
    assert session.begun["grows"], "it began while the stream grew"
    assert session.begun["levels"] == [480, 720]
    assert session.at_ready["at"] > 1
    assert not session.at_ready["paused"]
    assert session.ended["later"]["height"] == 720
    assert session.ended["size"] == [1280, 720]
    assert session.ended["duration"] == pytest.approx(SECONDS, abs=0.1)
    assert session.ended["at"] == pytest.approx(SECONDS, abs=0.1)
    assert session.ended["errors"] == []


def test_playlists_only_grow_and_end(session: Session) -> None:
    address = session.early["video_url"]
    assert not session.texts["480p"].endswith("#EXT-X-ENDLIST\n"), "it was read while it grew"
    for name, before in session.texts.items():
        assert fetched(urljoin(address, f"{name}.m3u8")).startswith(before)
    for name in ("480p", "720p", "audio"):
        assert fetched(urljoin(address, f"{name}.m3u8")).endswith("#EXT-X-ENDLIST\n")


def test_every_frame_is_listed_once_in_every_rung(session: Session, tmp_path: Path) -> None:
    for name in ("480p", "720p"):
        address = urljoin(session.early["video_url"], f"{name}.m3u8")
        assert frames(address, tmp_path) == list(range(SECONDS * RATE)), name


def test_what_grows_is_asked_for_anew_and_pieces_are_kept(session: Session) -> None:
    address = session.early["video_url"]
    piece = re.findall(r"^480p-\w+\.m4s$", session.texts["480p"], re.MULTILINE)[0]
    for name, kept in (("master.m3u8", "no-cache"), ("480p.m3u8", "no-cache"), (piece, "immutable")):
        assert kept in httpx.get(urljoin(address, name)).headers["cache-control"], name
    assert httpx.get(re.sub(r"/\d+\.[0-9a-f]{32}/", "/", address)).status_code == 403


@needs_browser
@pytest.mark.parametrize("kind", ["portrait", "variable_rate", "silent"])
def test_other_films_go_on_as_well(traveller: Traveller, sources: Path, kind: str) -> None:
    keep = r",select='not(eq(mod(n\,5)\,3))*not(between(n\,61\,89))'"
    films = {
        "portrait": (*counted("720x1280", "10", 20), *tone(seconds=20), *X264, *AAC),
        "variable_rate": (
            *(*counted("1280x720", "15", 20, keep), *tone(seconds=20)),
            *(*X264, *AAC, "-fps_mode", "vfr"),
        ),
        "silent": (*counted("1280x720", "10", 20), *X264),
    }
    seen = watch(traveller, made(sources, f"early-{kind}", *films[kind]), 18, level=1)
    assert seen.begun["grows"], "it began while the stream grew"
    assert seen.ended["duration"] == pytest.approx(20, abs=0.15)
    assert seen.ended["size"] == ([720, 1280] if kind == "portrait" else [1280, 720])
    assert seen.ended["errors"] == []
