"""GET /api/v1/jobs and GET /api/render/jobs."""

from functions.api.jobs.list_jobs import handler
from functions.api.jobs.list_renders import handler as list_renders
from tests.aws import Stage
from tests.functions.api.jobs.conftest import Make, Someone


def test_jobs_and_what_they_amount_to(
    pending: Make, running: Make, completed: Make, ada: Someone, bob: Someone
) -> None:
    made = [completed().id, running().id, pending().id]
    told = ada.call(handler, "GET", "/api/v1/jobs").json
    assert {job["job_id"] for job in told["jobs"]} == set(made)
    assert told["total_count"] == 3
    assert {name: told["statistics"][name] for name in ("total", "pending", "processing", "completed", "failed")} == {
        "total": 3,
        "pending": 1,
        "processing": 1,
        "completed": 1,
        "failed": 0,
    }
    assert bob.call(handler, "GET", "/api/v1/jobs").json["jobs"] == []
    only = ada.call(handler, "GET", "/api/v1/jobs", query="status=completed").json
    assert [job["job_id"] for job in only["jobs"]] == made[:1]
    assert (only["total_count"], only["statistics"]["total"]) == (1, 3)


def test_a_cursor_goes_on(pending: Make, ada: Someone, bob: Someone) -> None:
    made = {pending().id for _ in range(3)}
    first = ada.call(list_renders, "GET", "/api/render/jobs", query="limit=2").json
    assert first["pagination"] == {
        "current_page": 1,
        "total_pages": 2,
        "total_items": 3,
        "total_is_capped": False,
        "has_next": True,
        "has_prev": False,
        "next_cursor": first["pagination"]["next_cursor"],
    }
    query = f"limit=2&cursor={first['pagination']['next_cursor']}"
    second = ada.call(list_renders, "GET", "/api/render/jobs", query=query).json
    assert {job["job_id"] for job in first["jobs"] + second["jobs"]} == made
    assert second["pagination"]["next_cursor"] is None
    stolen = bob.call(list_renders, "GET", "/api/render/jobs", query=query)
    assert (stolen.status, stolen.error["code"]) == (400, "INVALID_CURSOR")
    deep = ada.call(list_renders, "GET", "/api/render/jobs", query="limit=100&page=11")
    assert (deep.status, deep.error["code"]) == (400, "INVALID_PAGE")
    assert "cursor" in deep.error["message"]


def test_a_status_that_is_none_is_a_mistake(ada: Someone) -> None:
    answer = ada.call(handler, "GET", "/api/v1/jobs", query="status=lost")
    assert (answer.status, answer.error["code"]) == (400, "VALIDATION_ERROR")
    assert "status" in answer.error["field_errors"]
    assert ada.call(list_renders, "GET", "/api/render/jobs", query="status=lost").status == 422
    assert ada.call(handler, "GET", "/api/v1/jobs", query="limit=101").status == 400


def test_it_is_two_reads(pending: Make, ada: Someone, stage: Stage) -> None:
    pending()
    ada.call(handler, "GET", "/api/v1/jobs")
    calls = stage.calls_of(lambda: ada.call(handler, "GET", "/api/v1/jobs"))
    assert [call for call in calls if call != "dynamodb:UpdateItem"] == ["dynamodb:Query", "dynamodb:GetItem"]
