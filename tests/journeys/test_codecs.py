"""A stage with more codecs: the same workflow makes their rungs, and each player takes what it can decode."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from infra.local.demo.playback import QUIET, browser_path, decode_everything, play_in_browser, player_page
from tests.journeys.test_faults import setting
from tests.journeys.traveller import Traveller
from tests.shared.media.sources import GOOD

PROGRAM = browser_path()
needs_browser = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium on this machine to play the stream in")


@pytest.fixture(scope="module")
def video(traveller: Traveller, sources: Path) -> dict[str, Any]:
    """Two rungs in each of three codecs, sound, two segments; how the rungs look is measured."""
    codecs, vmaf = ("EXTRA_CODECS", "hevc,av1"), ("VMAF", "on")
    with setting(traveller, "plan_encode", *codecs), setting(traveller, "plan_encode", *vmaf):
        return traveller.ready(GOOD["landscape"](sources))


def test_all_of_it_can_be_decoded(video: dict[str, Any]) -> None:
    seen = decode_everything(video["video_url"])
    pictures = ["720p", "480p", "720p-hevc", "480p-hevc", "720p-av1", "480p-av1"]
    assert seen["levels"] == [*(f"{name}.m3u8" for name in pictures), "audio.m3u8"]
    assert {seen["frames"][f"{name}.m3u8"] for name in pictures} == {135}


def test_no_state_is_added_and_downloads_stay_what_they_are(traveller: Traveller, video: dict[str, Any]) -> None:
    assert len(traveller.entered(traveller.execution(video["id"]))) == 7
    assert list(video["quality_variants"]) == ["720p", "480p"]
    assert len(traveller.keys(f"v/{video['id']}/")) == 3 * 6 + 8
    names = [variant["name"] for variant in _variants(traveller, video["id"])]
    assert names[:2] == ["720p", "480p"]
    assert sorted(names[2:]) == ["480p-av1", "480p-hevc", "720p-av1", "720p-hevc"]


def test_the_manifest_tells_how_each_rung_looks(traveller: Traveller, video: dict[str, Any]) -> None:
    key = f"v/{video['id']}/1/manifest.json"
    manifest = json.loads(traveller.aws("s3").get_object(Bucket=traveller.bucket, Key=key)["Body"].read())
    told = {variant["name"]: variant["vmaf"] for variant in manifest["variants"]}
    assert len(told) == 6
    for vmaf in told.values():
        assert (vmaf["model"], vmaf["seconds"], vmaf["pictures"]) == ("vmaf_v0.6.1", 9.0, 27)
        assert 80 < vmaf["harmonic_mean"] <= vmaf["mean"] <= 100


def _variants(traveller: Traveller, video_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(traveller.row(video_id)["variants"])
    return found


@contextmanager
def player() -> Iterator[Any]:
    """A tab with hls.js and nothing loaded."""
    from playwright.sync_api import sync_playwright

    with player_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=QUIET.split())
        tab = browser.new_page()
        tab.set_default_timeout(60_000)
        tab.goto(address)
        yield tab
        browser.close()


PLAY = """async ([address, wanted]) => {
    const film = document.getElementById('film'), errors = [], codecs = new Set();
    const hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, told) => errors.push([told.type, told.details, told.fatal]));
    hls.on(Hls.Events.FRAG_BUFFERED, (_, told) => {
        if (told.frag.type === 'main') { codecs.add(hls.levels[told.frag.level].videoCodec.slice(0, 4)); }
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
        for (let i = hls.levels.length - 1; i >= 0; i--) {
            if (!hls.levels[i].videoCodec.startsWith(wanted)) { hls.removeLevel(i); }
        }
    });
    hls.loadSource(address);
    hls.attachMedia(film);
    const until = async (test, what) => {
        for (let i = 0; i < 600; i++) { if (test()) { return; } await new Promise(done => setTimeout(done, 50)); }
        throw new Error(what + ' at ' + film.currentTime + ' ' + JSON.stringify(errors));
    };
    await until(() => film.readyState >= 2, 'first frame');
    await film.play();
    await until(() => film.currentTime > 1, 'playing');
    film.currentTime = 6.5;
    await until(() => film.ended || film.currentTime > 7.5, 'playing on in the second segment');
    return {errors, codecs: [...codecs], duration: film.duration,
            shown: film.getVideoPlaybackQuality().totalVideoFrames};
}"""


@needs_browser
@pytest.mark.parametrize("kind", ["av01", "avc1"])
def test_chromium_plays_and_seeks_av1_and_h264(video: dict[str, Any], kind: str) -> None:
    with player() as tab:
        seen = tab.evaluate(PLAY, [video["video_url"], kind])
    assert seen["errors"] == []
    assert seen["codecs"] == [kind]
    assert seen["duration"] == pytest.approx(9, abs=0.1)
    assert seen["shown"] > 15


@needs_browser
def test_a_player_without_the_codecs_falls_back_to_h264(video: dict[str, Any]) -> None:
    deny = """() => {
        const real = MediaSource.isTypeSupported.bind(MediaSource);
        const known = type => !/av01|hvc1/.test(type) && real(type);
        MediaSource.isTypeSupported = known;
        if (window.ManagedMediaSource) { ManagedMediaSource.isTypeSupported = known; }
    }"""
    with player() as tab:
        tab.evaluate(deny)
        seen = tab.evaluate("address => window.play(address)", video["video_url"])
    assert seen["errors"] == []
    assert sorted(seen["levels"]) == [480, 720], "those of H.264 alone"


@needs_browser
def test_a_player_left_to_itself_plays(video: dict[str, Any]) -> None:
    assert PROGRAM
    seen = play_in_browser(PROGRAM, video["video_url"])
    assert seen["errors"] == []
    assert seen["duration"] == pytest.approx(9, abs=0.1)


def test_the_early_stream_is_in_h264_alone(traveller: Traveller, video: dict[str, Any]) -> None:
    early = [key for key in traveller.keys(f"early/{video['id']}/") if key.endswith(".m3u8")]
    names = {key.rpartition("/")[2] for key in early}
    assert names == {"master.m3u8", "audio.m3u8", "720p.m3u8", "480p.m3u8"}
    address = video["video_url"].replace("/v/", "/early/")
    assert set(re.findall(r'CODECS="(\w{4})', httpx.get(address).text)) == {"avc1"}
    for name in ("720p", "480p"):
        text = httpx.get(urljoin(address, f"{name}.m3u8")).text
        assert f"/1/{name}.mp4" in text
        assert text.endswith("#EXT-X-ENDLIST\n"), "a session that began early goes on to the end"
