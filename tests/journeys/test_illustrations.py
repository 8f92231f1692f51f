"""Storyboard and preview of an uploaded video: for callers, in the manifest, and in a browser."""

import functools
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from infra.local.demo.playback import QUIET, browser_path
from tests.journeys.traveller import Traveller
from tests.shared.media.engine import counters
from tests.shared.media.sources import GOOD
from tests.shared.media.test_illustrating import cues_of

PROGRAM = browser_path()
TYPES = {"storyboard.jpg": "image/jpeg", "storyboard.vtt": "text/vtt", "preview.mp4": "video/mp4"}


@pytest.fixture(scope="module")
def video(traveller: Traveller, sources: Path) -> dict[str, Any]:
    """Nine seconds at 15 frames a second, every frame with its number."""
    return traveller.ready(GOOD["landscape"](sources))


def test_both_editions_lead_to_the_same_files(traveller: Traveller, video: dict[str, Any]) -> None:
    studio = traveller.client.call("GET", f"/api/v1/videos/{video['id']}")["video"]
    for name in ("storyboard_url", "preview_url"):
        assert video[name] == studio[name]
        assert httpx.get(video[name]).status_code == 200
        assert httpx.get(video[name].replace("/v/", "/early/")).status_code == 403


def test_the_manifest_names_them_with_size_and_hash(traveller: Traveller, video: dict[str, Any]) -> None:
    key = f"v/{video['id']}/1/manifest.json"
    manifest = json.loads(traveller.aws("s3").get_object(Bucket=traveller.bucket, Key=key)["Body"].read())
    named = {one["name"]: one for one in manifest["objects"]}
    for name, content_type in TYPES.items():
        answer = httpx.get(urljoin(video["storyboard_url"], name))
        assert answer.headers["content-type"] == content_type == named[name]["content_type"]
        assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (
            named[name]["size"],
            named[name]["sha256"],
        )


def test_the_pictures_are_those_of_their_times(video: dict[str, Any], tmp_path: Path) -> None:
    cues = cues_of(httpx.get(video["storyboard_url"]).text)
    assert [(cue.start, cue.end) for cue in cues] == [(0, 2), (2, 4), (4, 6), (6, 8), (8, 9)]
    sheet = tmp_path / "sheet.jpg"
    sheet.write_bytes(httpx.get(urljoin(video["storyboard_url"], "storyboard.jpg")).content)
    seen = [counters(sheet, f"crop={cue.width}:{cue.height}:{cue.x}:{cue.y}") for cue in cues]
    assert seen == [[0], [30], [60], [90], [120]]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """An empty page of an origin that may read media."""
    (tmp_path / "index.html").write_text("<!doctype html><title>film</title><body></body>")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


LOOK = """async ([preview, storyboard, film]) => {
    const clip = document.createElement('video');
    Object.assign(clip, {muted: true, loop: true, playsInline: true, src: preview});
    document.body.append(clip);
    await clip.play();
    const at = await new Promise(done => { clip.ontimeupdate = () => clip.currentTime > 1 && done(clip.currentTime); });

    const main = document.createElement('video');
    main.crossOrigin = 'anonymous';
    main.src = film;
    const track = document.createElement('track');
    Object.assign(track, {kind: 'metadata', src: storyboard});
    main.append(track);
    document.body.append(main);
    track.track.mode = 'hidden';
    await new Promise((done, failed) => { track.onload = done; track.onerror = () => failed('no cues'); });
    const cues = [...track.track.cues].map(cue => [cue.startTime, cue.endTime, cue.text]);

    const sheet = new Image();
    sheet.src = new URL(cues[0][2], storyboard);
    await sheet.decode();
    const shown = clip.getVideoPlaybackQuality().totalVideoFrames;
    return {at, shown, seconds: clip.duration, size: [clip.videoWidth, clip.videoHeight],
            sound: clip.webkitAudioDecodedByteCount, cues, sheet: [sheet.naturalWidth, sheet.naturalHeight]};
}"""


@pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine to look with")
def test_a_browser_shows_them(video: dict[str, Any], page: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        tab = browser.new_page()
        tab.goto(page)
        addresses = [video["preview_url"], video["storyboard_url"], video["quality_variants"]["480p"]]
        seen = tab.evaluate(LOOK, addresses)
        browser.close()
    assert 1 < seen["at"] <= 3
    assert seen["shown"] > 10
    assert seen["seconds"] == pytest.approx(3, abs=0.1)
    assert (seen["size"], seen["sound"]) == ([480, 270], 0)
    assert seen["sheet"] == [800, 90]
    assert seen["cues"][1] == [2, 4, "storyboard.jpg#xywh=160,0,160,90"]
