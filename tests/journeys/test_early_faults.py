"""Early play goes wrong: a worker is killed, a video fails, is hidden or deleted before it is ready."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests.journeys.test_early_play import EARLY_SECONDS, RATE, SECONDS, begun, fetched, film, frames, playable
from tests.journeys.test_faults import ancestors, processes_with
from tests.journeys.traveller import Traveller, until

__all__ = ["film"]


def early_encoders(traveller: Traveller) -> set[int]:
    """FFmpeg processes of this stack that make pictures of one rung."""
    several = set(processes_with("[v1]"))
    return {pid for pid in set(processes_with("[v0]")) - several if traveller.stack.pid in ancestors(pid)}


def signalled(encoders: set[int], number: int) -> None:
    """Send a signal to encoders, of which some may have ended."""
    for pid in encoders:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def halted(traveller: Traveller, file: Path) -> tuple[dict[str, Any], set[int]]:
    """A video whose first piece can be played, and the encoders of the rest, halted, however fast they are."""
    others = early_encoders(traveller)
    video_id = traveller.upload(file)
    encoders = until(lambda: early_encoders(traveller) - others, "the early encoder")

    def stepped() -> dict[str, Any] | None:
        signalled(encoders, signal.SIGCONT)
        time.sleep(0.05)
        signalled(encoders, signal.SIGSTOP)
        return playable(traveller, video_id)

    return until(stepped, "something to play"), encoders


def test_a_killed_worker_is_followed_by_one_that_goes_on(traveller: Traveller, film: Path, tmp_path: Path) -> None:
    others = early_encoders(traveller)
    video, killed = halted(traveller, film)
    address = urljoin(video["video_url"], "480p.m3u8")
    for worker in {ancestors(pid)[0] for pid in killed}:
        os.kill(worker, signal.SIGKILL)
    signalled(killed, signal.SIGCONT)
    before = fetched(address)
    assert 1 <= before.count("#EXTINF:") < EARLY_SECONDS // 2, "it was killed halfway"
    until(lambda: early_encoders(traveller) - others - killed, "the encoder of a second try")
    assert traveller.ended(video["id"])["processing_status"] == "ready"
    assert fetched(address).startswith(before)
    assert frames(address, tmp_path) == list(range(SECONDS * RATE))


@pytest.mark.parametrize("net", ["fail_video", "on_execution_ended"])
def test_a_video_that_fails_leaves_nothing_to_play(traveller: Traveller, film: Path, net: str) -> None:
    video = begun(traveller, film)
    arn = traveller.execution(video["id"])
    assert httpx.get(video["video_url"]).status_code == 200
    if net == "fail_video":
        told = {"video_id": video["id"], "upload_version": traveller.row(video["id"])["upload_version"], "size": 1}
        traveller.invoke(net, {"video": told, "execution": arn, "error": {"Error": "States.Timeout"}})
    else:
        traveller.aws("stepfunctions").stop_execution(executionArn=arn)
    failed = traveller.ended(video["id"])
    code = {"fail_video": "PROCESSING_TIMEOUT", "on_execution_ended": "PROCESSING_STOPPED"}[net]
    assert failed["processing_error"]["code"] == code
    assert failed["video_url"] is None
    for name in ("master.m3u8", "480p.m3u8"):
        address = urljoin(video["video_url"], name)
        until(lambda address=address: httpx.get(address).status_code == 403, f"the end of {name}")


def test_one_made_private_meanwhile_moves_once_it_is_ready_and_leaves_nothing_when_deleted(
    traveller: Traveller, stranger: Traveller, film: Path
) -> None:
    video = begun(traveller, film)
    path = f"/api/videos/{video['id']}"
    assert "/early/" in stranger.client.video(video["id"])["video_url"]
    assert traveller.request("PATCH", path, json={"visibility": "private"}).status_code == 200
    assert stranger.request("GET", path).status_code == 404
    assert traveller.ended(video["id"])["processing_status"] == "ready"
    traveller.invoke("tidy_media")
    assert "/2/master.m3u8" in traveller.client.video(video["id"])["video_url"]
    assert httpx.get(video["video_url"]).status_code == 403
    assert httpx.get(video["video_url"].replace("/early/", "/v/")).status_code == 403
    assert traveller.keys(f"early/{video['id']}/") == []

    late = f"early/{video['id']}/1/480p-late.m4s"
    traveller.aws("s3").put_object(Bucket=traveller.bucket, Key=late, Body=b"late")
    assert traveller.request("DELETE", path).status_code == 200
    traveller.invoke("tidy_media")
    assert traveller.keys(f"early/{video['id']}/") == []
    assert traveller.row(video["id"])["status"] == "deleted", "the early worker may still write for a while"
