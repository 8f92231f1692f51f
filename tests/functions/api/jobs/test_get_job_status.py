"""GET /api/v1/jobs/{job_id}/status, and the two others that tell the same of a job."""

import pytest

from functions.api.jobs.get_job import handler as get_job
from functions.api.jobs.get_job_status import handler
from functions.api.jobs.get_render import handler as get_render
from shared.base.ids import new_id
from shared.domains.jobs.service.working import WorkService
from tests.api import Handler
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.examples import differences
from tests.functions.api.jobs.conftest import Make, Someone

EXAMPLE = {
    "job_id": "uuid",
    "video_id": "uuid",
    "status": "processing",
    "progress": 75,
    "current_step": "Generating video with FFmpeg",
    "created_at": "moment",
    "updated_at": "moment",
    "duration_seconds": "number",
}
ALL = [
    (handler, "/api/v1/jobs/{}/status"),
    (get_job, "/api/v1/jobs/{}"),
    (get_render, "/api/render/{}"),
]


@pytest.mark.parametrize(("asked", "path"), ALL)
def test_a_job_that_is_worked_on(
    running: Make, ada: Someone, turned_clock: TurnedClock, asked: Handler, path: str
) -> None:
    job = running()
    turned_clock.advance(150.5)
    assert WorkService.open().report(job, 75, "Generating video with FFmpeg")
    answer = ada.call(asked, "GET", path.format(job.id))
    assert answer.status == 200
    assert differences(EXAMPLE, answer.json) == []
    assert answer.json["duration_seconds"] == 150.5
    assert answer.json["download_url"] is None
    assert answer.json["estimated_completion"]


def test_a_job_that_is_done_says_where_its_video_is(completed: Make, ada: Someone) -> None:
    job = completed()
    told = ada.call(handler, "GET", f"/api/v1/jobs/{job.id}/status").json
    assert (told["status"], told["progress"]) == ("completed", 100)
    assert told["completed_at"]
    assert told["download_url"] == f"/api/v1/videos/{job.video_id}/download"
    watched = ada.call(get_render, "GET", f"/api/render/{job.id}").json
    assert watched["download_url"] == f"/api/download/{job.id}"


def test_a_job_that_failed_says_why(running: Make, ada: Someone) -> None:
    job = running()
    WorkService.open().fail(job, "BROKEN", "It broke.")
    told = ada.call(handler, "GET", f"/api/v1/jobs/{job.id}/status").json
    assert (told["status"], told["error"], told["error_code"]) == ("failed", "It broke.", "BROKEN")


@pytest.mark.parametrize(("asked", "path"), ALL)
def test_what_is_not_theirs_is_not_there(running: Make, ada: Someone, bob: Someone, asked: Handler, path: str) -> None:
    job = running()
    assert bob.call(asked, "GET", path.format(job.id)).status == 404
    assert ada.call(asked, "GET", path.format(new_id())).error["code"] == "NOT_FOUND"
    answer = ada.call(asked, "GET", path.format("not-a-uuid"))
    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")


def test_it_is_one_read(running: Make, ada: Someone, stage: Stage) -> None:
    path = f"/api/v1/jobs/{running().id}/status"
    ada.call(handler, "GET", path)
    calls = stage.calls_of(lambda: ada.call(handler, "GET", path))
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ["dynamodb:GetItem"]
