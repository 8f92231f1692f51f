"""The stream in a real browser: hls.js plays and seeks it, and a rung's file is an ordinary film."""

import functools
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.demo.playback import QUIET, browser_path, play_in_browser, player_page
from tests.journeys.traveller import Traveller
from tests.shared.media.sources import GOOD

PROGRAM = browser_path()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine to play the stream in")


@pytest.fixture(scope="module")
def video(traveller: Traveller, sources: Path) -> dict[str, str]:
    """A video with two rungs and sound, longer than a segment."""
    return traveller.ready(GOOD["landscape"](sources))


def test_hls_js_plays_and_seeks_without_an_error(video: dict[str, str]) -> None:
    assert PROGRAM
    seen = play_in_browser(PROGRAM, video["video_url"])
    assert seen["errors"] == []
    assert sorted(seen["levels"]) == [480, 720]
    assert seen["duration"] == pytest.approx(float(video["duration"]), abs=0.1)
    assert seen["at"] > seen["duration"] * 0.6


def test_the_player_tells_faults_from_loads_that_it_gives_up_itself(video: dict[str, str]) -> None:
    from playwright.sync_api import Route, sync_playwright

    def slowly(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    with player_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        tab = browser.new_page()
        tab.goto(address)
        tab.route("**/*.mp4", slowly)
        moved = tab.evaluate(
            """async address => {
                const hls = new Hls(), given_up = [];
                watch(hls);
                hls.on(Hls.Events.ERROR, (_, told) => given_up.push(told.details));
                hls.loadSource(address);
                hls.attachMedia(film);
                hls.on(Hls.Events.FRAG_LOADING, (_, {frag}) => {
                    if (frag.type === 'main' && frag.level !== 0) { setTimeout(() => { hls.currentLevel = 0; }); }
                });
                hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.loadLevel = hls.levels.length - 1; });
                await until(() => given_up.length > 0, 'a load that is given up');
                return {given_up, errors};
            }""",
            video["video_url"],
        )
        assert set(moved["given_up"]) == {"aborted"}
        assert moved["errors"] == []
        tab.unroute("**/*.mp4")
        tab.route("**/*.mp4", lambda route: route.abort())
        failed = tab.evaluate(
            """async address => {
                const hls = new Hls();
                watch(hls);
                hls.loadSource(address);
                hls.attachMedia(film);
                await until(() => errors.length > 0, 'a fault');
                return errors;
            }""",
            video["video_url"],
        )
        assert {told[1] for told in failed} == {"fragLoadError"}
        browser.close()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """An empty page of an origin that may read media."""
    (tmp_path / "index.html").write_text("<!doctype html><title>film</title><body></body>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_rung_plays_as_a_plain_film(video: dict[str, str], page: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        tab = browser.new_page()
        tab.goto(page)
        seen = tab.evaluate(
            """async address => {
                const film = document.createElement('video');
                film.muted = true;
                film.src = address;
                document.body.append(film);
                await new Promise((done, failed) => {
                    film.oncanplay = done;
                    film.onerror = () => failed(film.error.message);
                });
                await film.play();
                film.currentTime = film.duration / 2;
                await new Promise(done => { film.onseeked = done; });
                await new Promise(done => setTimeout(done, 500));
                return {duration: film.duration, at: film.currentTime, height: film.videoHeight,
                        sound: film.webkitAudioDecodedByteCount};
            }""",
            video["quality_variants"]["480p"],  # type: ignore[index]
        )
        browser.close()
    assert seen["height"] == 480
    assert seen["duration"] == pytest.approx(float(video["duration"]), abs=0.1)
    assert seen["at"] >= seen["duration"] / 2
    assert seen["sound"] > 0
