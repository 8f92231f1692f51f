"""POST /api/v1/jobs/{job_id}/cancel and DELETE /api/render/{job_id}."""

import pytest

from functions.api.jobs.cancel_job import handler
from functions.api.jobs.cancel_render import handler as cancel_render
from functions.api.jobs.get_job_status import handler as get
from shared.base.ids import new_id
from shared.contract.resources import JOBS
from tests.api import Handler
from tests.aws import Stage
from tests.functions.api.jobs.conftest import Make, Someone

BOTH = [(handler, "POST", "/api/v1/jobs/{}/cancel"), (cancel_render, "DELETE", "/api/render/{}")]


@pytest.mark.parametrize(("asked", "method", "path"), BOTH)
def test_it_is_cancelled_for_everybody_and_twice_is_once(
    running: Make, ada: Someone, asked: Handler, method: str, path: str
) -> None:
    job = running()
    for _ in range(2):
        answer = ada.call(asked, method, path.format(job.id))
        assert answer.status == 200
        assert answer.json == {"job_id": job.id, "status": "cancelled"}
    assert ada.call(get, "GET", f"/api/v1/jobs/{job.id}/status").json["status"] == "cancelled"


@pytest.mark.parametrize(("asked", "method", "path"), BOTH)
def test_what_is_over_stays(
    completed: Make, ada: Someone, stage: Stage, asked: Handler, method: str, path: str
) -> None:
    job = completed()
    rows = stage.rows(JOBS)
    answer = ada.call(asked, method, path.format(job.id))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert stage.rows(JOBS) == rows


@pytest.mark.parametrize(("asked", "method", "path"), BOTH)
def test_nobody_else_cancels(
    running: Make, ada: Someone, bob: Someone, stage: Stage, asked: Handler, method: str, path: str
) -> None:
    job = running()
    rows = stage.rows(JOBS)
    assert bob.call(asked, method, path.format(job.id)).status == 404
    assert ada.call(asked, method, path.format(new_id())).status == 404
    assert ada.call(asked, method, path.format("1")).status == 400
    assert stage.rows(JOBS) == rows


def test_it_takes_two_calls(running: Make, ada: Someone, stage: Stage) -> None:
    job = running()
    calls = stage.calls_of(lambda: ada.call(handler, "POST", f"/api/v1/jobs/{job.id}/cancel"))
    assert calls[-2:] == ["dynamodb:GetItem", "dynamodb:TransactWriteItems"]
