"""Every kind of source through the real pipeline: what comes out right, and what is refused in words."""

import re
from pathlib import Path

import httpx
import pytest

from infra.local.demo.playback import decode_everything
from tests.journeys.traveller import Traveller
from tests.shared.media.bad_sources import BAD, EXPECTED_ERRORS
from tests.shared.media.making import X264, counted, ffmpeg
from tests.shared.media.sources import GOOD

RUNGS = {
    "landscape": ["720p", "480p"],
    "portrait": ["480p"],
    "anamorphic": ["480p"],
}


@pytest.mark.parametrize("name", sorted(GOOD))
def test_comes_out_right(name: str, traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD[name](sources))

    master = httpx.get(video["video_url"]).text
    assert "#EXT-X-STREAM-INF" in master
    decoded = decode_everything(video["video_url"])
    frames = {count for level, count in decoded["frames"].items() if level != "audio.m3u8"}
    assert len(frames) == 1, "all renditions have the same frames"
    assert min(frames) >= 1
    assert ("audio.m3u8" in decoded["frames"]) == ("TYPE=AUDIO" in master)
    assert list(video["quality_variants"]) == [
        row.removesuffix(".m3u8") for row in re.findall(r"^\w+\.m3u8$", master, re.MULTILINE)
    ]
    for address in [*video["quality_variants"].values(), video["thumbnail_url"]]:
        part = httpx.get(address, headers={"range": "bytes=0-15"})
        assert part.status_code == 206
        assert part.content[4:8] == b"ftyp" or part.content[:2] == b"\xff\xd8"
    if expected := RUNGS.get(name):
        assert list(video["quality_variants"]) == expected


@pytest.mark.parametrize("name", sorted(set(BAD) - {"empty"}))
def test_is_refused(name: str, traveller: Traveller, sources: Path) -> None:
    video = traveller.ended(traveller.upload(BAD[name](sources)))

    assert video["processing_status"] == "error"
    assert video["processing_error"]["code"] == EXPECTED_ERRORS[name]
    assert video["processing_error"]["message"].endswith(".")
    assert video["quality_variants"] == {}
    assert traveller.keys(f"v/{video['id']}/") == []


def test_a_film_whose_end_is_damaged_is_refused_while_it_is_encoded(traveller: Traveller, tmp_path: Path) -> None:
    """Its tables are whole, so that nobody sees it before."""
    film = tmp_path / "film.mp4"
    ffmpeg(*counted(seconds=10, rate="10"), *X264, "-movflags", "+faststart", film)
    whole = film.read_bytes()
    half = len(whole) // 2
    film.write_bytes(whole[:half] + bytes(len(whole) - half))

    video = traveller.ended(traveller.upload(film))
    assert video["processing_error"]["code"] == "TRUNCATED_MEDIA"
    states = traveller.entered(traveller.execution(video["id"]))
    assert "encode_runs" in states
    assert "package_stream" not in states


def test_nothing_at_all_is_refused(traveller: Traveller) -> None:
    """An empty file cannot be announced; one that arrives all the same is not what was announced."""
    asked = {"filename": "film.mp4", "file_size": 0, "content_type": "video/mp4"}
    assert traveller.request("POST", "/api/upload/video/request", json=asked).status_code == 422

    video_id = traveller.client.call("POST", "/api/upload/video/request", {**asked, "file_size": 1})["video_id"]
    traveller.aws("s3").put_object(Bucket=traveller.bucket, Key=f"uploads/{video_id}/source", Body=b"")

    video = traveller.ended(video_id)
    assert video["processing_status"] == "error"
    assert video["processing_error"]["code"] == "SIZE_MISMATCH"
    assert traveller.executions(video_id) == []
