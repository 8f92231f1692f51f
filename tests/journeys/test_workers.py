"""Workers share the work on a source, on Lambda and on Batch."""

from pathlib import Path

import pytest

from tests.journeys.test_faults import job_of, setting
from tests.journeys.traveller import Traveller
from tests.shared.media.making import ffmpeg


@pytest.fixture(scope="module")
def many_segments(sources: Path) -> Path:
    """Half a minute of small pictures, with sound."""
    path = sources / "many.mp4"
    if not path.exists():
        pattern = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=15:d=30", "-f", "lavfi", "-i", "sine=440:d=30")
        ffmpeg(*pattern, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", path)
    return path


def test_workers_of_either_lane_share_the_work(traveller: Traveller, many_segments: Path) -> None:
    """Each worker wrote a run of its own, or the sound, and what they made is one stream."""
    on_lambda = traveller.ready(many_segments)
    with (
        setting(traveller, "plan_encode", "LAMBDA_CPU_SECONDS", "0"),
        setting(traveller, "plan_encode", "JOB_CPU_SECONDS", "1"),
    ):
        on_batch = traveller.ready(many_segments)
    states = traveller.aws("stepfunctions")
    (mapped,) = states.list_map_runs(executionArn=traveller.execution(on_lambda["id"]))["mapRuns"]
    workers = states.list_executions(mapRunArn=mapped["mapRunArn"])["executions"]
    assert [worker["status"] for worker in workers] == ["SUCCEEDED"] * 3
    assert runs_of(traveller, on_lambda["id"]) == 2

    assert "encode_run_jobs" in traveller.entered(traveller.execution(on_batch["id"]))
    array = job_of(traveller, on_batch["id"])["arrayProperties"]
    assert array["size"] == runs_of(traveller, on_batch["id"]) + 1 == 4
    assert array["statusSummary"]["SUCCEEDED"] == 4
    assert on_batch["duration"] == on_lambda["duration"] == 30
    row = traveller.row(on_batch["id"])
    assert row["progress"] == "100"
    assert "marks" not in row


def runs_of(traveller: Traveller, video_id: str) -> int:
    """How many runs were written for the only rung of a video."""
    return sum("/240p/" in key and key.endswith(".m4s") for key in traveller.keys(f"work/{video_id}/"))
