"""POST /api/v1/jobs/{job_id}/retry."""

from functions.api.jobs.get_job_status import handler as get
from functions.api.jobs.retry_job import handler
from shared.base.ids import new_id
from shared.contract.resources import JOBS
from shared.domains.jobs.rules.status import MOST_ATTEMPTS
from shared.domains.jobs.service.working import WorkService
from tests.aws import Stage
from tests.functions.api.jobs.conftest import Make, Someone


def fail(job_id: str, stage: Stage) -> None:
    with stage.unrecorded():
        work = WorkService.open()
        job = work.get(job_id)
        assert job is not None
        assert work.fail(job, "PROCESSING_FAILED", "For some reason.")


def test_a_failed_job_waits_again_as_its_next_attempt(running: Make, ada: Someone, stage: Stage) -> None:
    job = running()
    fail(job.id, stage)
    answer = ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry")
    told = {"job_id": job.id, "video_id": job.video_id, "status": "pending", "attempt": 2}
    assert (answer.status, answer.json) == (202, told)
    found = ada.call(get, "GET", f"/api/v1/jobs/{job.id}/status").json
    assert (found["status"], found.get("error")) == ("pending", None)


def test_only_a_failed_job_can_be_retried_and_once(running: Make, completed: Make, ada: Someone, stage: Stage) -> None:
    failed = running()
    fail(failed.id, stage)
    assert ada.call(handler, "POST", f"/api/v1/jobs/{failed.id}/retry").status == 202
    for job in (failed, running(), completed()):
        rows = stage.rows(JOBS)
        answer = ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry")
        assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
        assert stage.rows(JOBS) == rows


def test_a_job_is_given_up_in_the_end(running: Make, ada: Someone, stage: Stage) -> None:
    job = running()
    for attempt in range(2, MOST_ATTEMPTS + 1):
        fail(job.id, stage)
        assert ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry").json["attempt"] == attempt
    fail(job.id, stage)
    answer = ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry")
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert "order it anew" in answer.error["message"]


def test_nobody_else_retries(running: Make, ada: Someone, bob: Someone, stage: Stage) -> None:
    job = running()
    fail(job.id, stage)
    rows = stage.rows(JOBS)
    assert bob.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry").status == 404
    assert ada.call(handler, "POST", f"/api/v1/jobs/{new_id()}/retry").status == 404
    assert ada.call(handler, "POST", "/api/v1/jobs/1/retry").status == 400
    assert stage.rows(JOBS) == rows


def test_it_takes_two_calls(running: Make, ada: Someone, stage: Stage) -> None:
    job = running()
    fail(job.id, stage)
    calls = stage.calls_of(lambda: ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/retry"))
    assert calls[-2:] == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
    assert not [call for call in calls if call.startswith("stepfunctions")]
