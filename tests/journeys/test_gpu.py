"""A stage with GPUs whose machines have none: each of its jobs fails on the encoder, and the CPU makes the stream.

The fault is no pretence: FFmpeg's h264_nvenc looks for a driver that is not here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest

from infra.local.stack import LocalStack
from shared.base.running import EXIT_BAD_INPUT, EXIT_UNAVAILABLE
from tests.journeys.test_faults import setting
from tests.journeys.test_workers import many_segments, runs_of
from tests.journeys.traveller import Traveller, until
from tests.local_stack import keep_assembly, settings_for, use_known_assembly
from tests.shared.media.engine import counters
from tests.shared.media.making import ffmpeg
from tests.shared.media.sources import GOOD

__all__ = ["many_segments"]

DRIVER = Path("/dev/nvidiactl")


@pytest.fixture(scope="module")
def traveller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traveller]:
    """Somebody in a stage with GPUs, in which every source is for Batch."""
    assert not DRIVER.exists(), "on a machine with a GPU this file has nothing to show"
    folder = tmp_path_factory.mktemp("gpu-stack")
    use_known_assembly(folder, "gpu")
    options: dict[str, Any] = {"stage_settings": {"gpu": "g4dn"}, "log": folder / "emulator.log"}
    with LocalStack(settings_for(folder), **options) as stack, Traveller(stack) as somebody:
        keep_assembly(folder, "gpu")
        with setting(somebody, "plan_encode", "LAMBDA_CPU_SECONDS", "0"):
            yield somebody


def jobs_of(traveller: Traveller, video_id: str, queue: str) -> list[dict[str, Any]]:
    """The jobs of a video in a queue, array's children left out."""
    batch = traveller.aws("batch")
    found = [
        job["jobId"]
        for status in ("SUCCEEDED", "FAILED")
        for job in batch.list_jobs(jobQueue=f"showreel-dev-{queue}", jobStatus=status)["jobSummaryList"]
        if job["jobName"] == f"encode-{video_id}"
    ]
    return list(batch.describe_jobs(jobs=found)["jobs"]) if found else []


def plans_of(traveller: Traveller, video_id: str) -> dict[str, dict[str, Any]]:
    """The plans that were written for a video: lane -> plan."""
    s3 = traveller.aws("s3")
    names = [key for key in traveller.keys(f"work/{video_id}/") if key.endswith("/plan.json")]
    plans = [json.loads(s3.get_object(Bucket=traveller.bucket, Key=name)["Body"].read()) for name in names]
    return {plan["lane"]: plan for plan in plans}


def test_a_video_becomes_ready_from_a_plan_for_the_cpu(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["landscape"](sources))
    video_id = video["id"]
    assert traveller.entered(traveller.execution(video_id)) == [
        *("probe_source", "plan_encode", "encode_early", "Lane", "encode_gpu_job"),
        *("plan_on_cpu", "LaneOnCpu", "encode_run_job", "package_stream", "finish_video"),
    ]
    (failed,) = jobs_of(traveller, video_id, "gpu")
    assert failed["status"] == "FAILED"
    assert [attempt["container"]["exitCode"] for attempt in failed["attempts"]] == [EXIT_UNAVAILABLE]
    (made,) = jobs_of(traveller, video_id, "cpu")
    assert made["status"] == "SUCCEEDED"

    plans = plans_of(traveller, video_id)
    assert {lane: plan["encoder"] for lane, plan in plans.items()} == {"gpu": "h264_nvenc", "batch": "libx264"}
    assert plans["gpu"]["encoder_build"] == f"{plans['batch']['encoder_build']} on g4dn"
    of_gpu = traveller.keys(f"work/{video_id}/{plans['gpu']['hash']}/")
    assert not [key for key in of_gpu if "p/" in key], "no picture of it was kept"
    assert [rung["name"] for rung in plans["gpu"]["rungs"]] == [*video["quality_variants"]]
    files = [key for key in traveller.keys(f"v/{video_id}/") if key.endswith("p.mp4")]
    assert len(files) == len(video["quality_variants"])
    for key in files:
        head = traveller.aws("s3").get_object(Bucket=traveller.bucket, Key=key)["Body"].read()
        assert b"x264 - core" in head, "the encoder's own mark"
    assert counters(next(iter(video["quality_variants"].values()))) == list(range(plans["batch"]["frames"]))


def test_an_array_falls_back_as_a_whole(traveller: Traveller, many_segments: Path) -> None:
    """The sound's child needs no GPU and succeeds; of it too nothing is taken over."""
    with setting(traveller, "plan_encode", "JOB_CPU_SECONDS", "1"):
        video = traveller.ready(many_segments)
    video_id = video["id"]
    entered = traveller.entered(traveller.execution(video_id))
    assert [key for key in traveller.keys(f"early/{video_id}/") if key.endswith(".m4s")], "Lambda's part needs no GPU"
    assert entered[4:8] == ["encode_gpu_jobs", "plan_on_cpu", "LaneOnCpu", "encode_run_jobs"]
    (failed,) = jobs_of(traveller, video_id, "gpu")
    summary = failed["arrayProperties"]["statusSummary"]
    assert (summary["SUCCEEDED"], summary["FAILED"]) == (1, failed["arrayProperties"]["size"] - 1)
    plans = plans_of(traveller, video_id)
    assert runs_of(traveller, video_id) == len(plans["batch"]["runs"]) > 1
    assert traveller.row(video_id)["progress"] == "100"


def test_interlaced_sources_never_see_the_gpu(traveller: Traveller, sources: Path) -> None:
    video = traveller.ready(GOOD["interlaced"](sources))
    assert "encode_run_job" in traveller.entered(traveller.execution(video["id"]))
    assert jobs_of(traveller, video["id"], "gpu") == []
    assert plans_of(traveller, video["id"]).keys() == {"batch"}


@pytest.fixture
def deaf(sources: Path) -> Path:
    """A film whose sound is there and cannot be decoded: it passes the probe, which does not listen."""
    path = sources / "deaf.mp4"
    pattern = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=15:d=4", "-f", "lavfi", "-i", "sine=440:d=4")
    ffmpeg(*pattern, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", path)
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as film:
        for packet in film.demux(audio=0):
            if packet.size and packet.pos is not None:
                data[packet.pos : packet.pos + packet.size] = b"\xff" * packet.size
    path.write_bytes(data)
    return path


def test_a_bad_source_is_not_planned_for_again(traveller: Traveller, deaf: Path) -> None:
    """The worker finds it out before it needs a GPU, and says so on the video: no other try, no other plan."""
    video = traveller.ended(traveller.upload(deaf))
    assert video["processing_status"] == "error"
    assert video["processing_error"]["code"] == "INVALID_MEDIA"
    arn = traveller.execution(video["id"])
    until(lambda: traveller.entered(arn)[-1] == "Failed", "the end of the execution")
    assert traveller.entered(arn)[4:] == ["encode_gpu_job", "plan_on_cpu", "fail_video", "Failed"]
    (job,) = jobs_of(traveller, video["id"], "gpu")
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [EXIT_BAD_INPUT]
    assert jobs_of(traveller, video["id"], "cpu") == []
    assert plans_of(traveller, video["id"]).keys() == {"gpu"}
