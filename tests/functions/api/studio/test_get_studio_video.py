"""GET /api/v1/videos/{video_id}, its status, its cost, its file, and deleting it."""

import pytest

from functions.api.studio.delete_studio_video import handler as delete
from functions.api.studio.download_studio_video import handler as download
from functions.api.studio.get_studio_video import handler
from functions.api.studio.get_studio_video_cost import handler as get_cost
from functions.api.studio.get_studio_video_status import handler as get_status
from shared.base.ids import new_id
from shared.domains.jobs.model import Usage
from shared.domains.jobs.rules.prices import PRICES, cost_of, dollars
from shared.domains.jobs.service.working import WorkService
from tests.api import Handler
from tests.aws import Stage
from tests.examples import differences
from tests.functions.api.jobs.conftest import Make, Someone
from tests.functions.api.studio.conftest import Upload

EXAMPLE = {
    "id": "uuid",
    "job_id": "uuid",
    "title": "string",
    "description": "string",
    "status": "completed",
    "duration": "number",
    "total_cost": "number",
    "created_at": "moment",
    "published_at": "moment",
}
USAGE = Usage(lambda_gb_seconds=10, lambda_requests=1, s3_writes=3, transitions=2)


def test_a_video_with_what_its_job_did(completed: Make, ada: Someone, stage: Stage) -> None:
    job = completed()
    work = WorkService.open()
    for step in ("prepare", "render"):
        work.charge(job, work.begin_try(job, step, 0, USAGE, 900), USAGE)
    work.begin_try(job, "render", 1, USAGE, 900)
    path = f"/api/v1/videos/{job.video_id}"
    told = ada.call(handler, "GET", path).json
    assert differences(EXAMPLE, told["video"]) == []
    assert [(log["step"], log["attempt"]) for log in told["processing_logs"]] == [("prepare", 1), ("render", 1)]
    total = dollars(2 * cost_of(USAGE, PRICES))
    assert told["costs"]["total_cost"] == told["video"]["total_cost"] == total
    assert {part["category"] for part in told["costs"]["breakdown"]} == {"lambda", "s3", "step_functions"}
    assert sum(part["amount"] for part in told["costs"]["breakdown"]) == pytest.approx(total)
    assert ada.call(get_cost, "GET", path + "/cost").json == told["costs"]
    calls = stage.calls_of(lambda: ada.call(handler, "GET", path))
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ["dynamodb:GetItem", "dynamodb:Query"]


def test_a_video_that_was_uploaded_costs_nothing_here(ready: Upload, ada: Someone) -> None:
    told = ada.call(handler, "GET", f"/api/v1/videos/{ready()}").json
    assert (told["video"]["status"], told["video"]["job_id"], told["costs"]["total_cost"]) == ("completed", None, 0)


def test_how_far_it_is(running: Make, transcoding: Upload, ada: Someone) -> None:
    job = running()
    WorkService.open().report(job, 40, "Rendering")
    told = ada.call(get_status, "GET", f"/api/v1/videos/{job.video_id}/status").json
    assert told == {"status": "processing", "progress": 40, "current_step": "Rendering", "errors": []}
    WorkService.open().fail(job, "BROKEN", "It broke.")
    told = ada.call(get_status, "GET", f"/api/v1/videos/{job.video_id}/status").json
    assert (told["status"], told["errors"]) == ("failed", [{"code": "BROKEN", "message": "It broke."}])
    assert ada.call(get_status, "GET", f"/api/v1/videos/{transcoding()}/status").json["status"] == "processing"


def test_its_file(completed: Make, running: Make, ada: Someone) -> None:
    job = completed("Holiday")
    answer = ada.call(download, "GET", f"/api/v1/videos/{job.video_id}/download")
    assert answer.status == 302
    assert "Holiday.mp4" in answer.headers["location"]
    early = ada.call(download, "GET", f"/api/v1/videos/{running().video_id}/download")
    assert (early.status, early.error["code"]) == (409, "CONFLICT")


def test_deleting_it_ends_its_job(running: Make, ada: Someone) -> None:
    job = running()
    for _ in range(2):
        assert ada.call(delete, "DELETE", f"/api/v1/videos/{job.video_id}").status == 200
    assert ada.call(handler, "GET", f"/api/v1/videos/{job.video_id}").status == 404
    assert not WorkService.open().fail(job, "STOPPED", "It was stopped.")
    found = WorkService.open().get(job.id)
    assert found is not None
    assert found.status == "cancelled"


@pytest.mark.parametrize(
    ("asked", "method", "rest"),
    [
        (handler, "GET", ""),
        (get_status, "GET", "/status"),
        (get_cost, "GET", "/cost"),
        (download, "GET", "/download"),
        (delete, "DELETE", ""),
    ],
)
def test_nobody_else_learns_of_it(
    completed: Make, ada: Someone, bob: Someone, asked: Handler, method: str, rest: str
) -> None:
    job = completed()
    assert bob.call(asked, method, f"/api/v1/videos/{job.video_id}{rest}").status == 404
    assert ada.call(asked, method, f"/api/v1/videos/{new_id()}{rest}").status == 404
