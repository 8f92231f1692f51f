"""Readiness, detailed health and the health that administrators see."""

from typing import Any

import pytest

from functions.api.operations import get_admin_health, get_detailed_health, get_readiness
from shared.base import aws
from shared.base.ids import new_id
from shared.domains.operations.store.findings import READ_SECONDS, count_job
from tests.api import Answer, call
from tests.callers import service_token
from tests.clock import TurnedClock
from tests.functions.api.operations.conftest import Operated


def ready() -> Answer:
    return call(get_readiness.handler, "GET", "/health/ready")


def detailed() -> Answer:
    return call(get_detailed_health.handler, "GET", "/health/detailed")


def administrators(operated: Operated) -> Answer:
    token = service_token(operated.stage, "internal:health")
    return call(get_admin_health.handler, "GET", "/api/v1/admin/health", token=token)


def move(operated: Operated, before: str, after: str, *, job_id: str = "") -> None:
    with operated.stage.unrecorded():
        aws.client("dynamodb", READ_SECONDS).transact_write_items(
            TransactItems=[count_job(job_id or new_id(), before, after)]
        )


ALL_WELL = {
    "storage": "healthy",
    "ffmpeg": "healthy",
    "transcription": "not_configured",
    "database": "healthy",
    "queue": "not_configured",
}


def test_a_stage_with_a_database_is_ready(operated: Operated) -> None:
    answer = ready()
    assert (answer.status, answer.json) == (200, {"status": "ready", "services": {"database": "healthy"}})
    assert call(get_readiness.handler, "GET", "/ready").json == answer.json


def test_a_stage_without_its_database_is_not(operated: Operated, turned_clock: TurnedClock) -> None:
    operated.broken.add("BatchGetItem")
    answer = ready()
    assert (answer.status, answer.json) == (503, {"status": "not_ready", "services": {"database": "unhealthy"}})
    assert answer.headers["cache-control"] == "no-store"
    operated.broken.clear()
    turned_clock.advance(10)
    assert ready().status == 200


def test_findings_are_ten_seconds_old_at_most(operated: Operated, turned_clock: TurnedClock) -> None:
    assert operated.calls_of(ready) == ["BatchGetItem"]
    turned_clock.advance(9.9)
    assert operated.calls_of(ready) == []
    turned_clock.advance(0.1)
    assert operated.calls_of(ready) == ["BatchGetItem"]


def test_all_is_well(operated: Operated) -> None:
    answer = detailed()
    assert (answer.status, answer.json["status"], answer.json["services"]) == (200, "healthy", ALL_WELL)
    assert answer.json["system"] == answer.json["jobs"] == {"status": "healthy"}
    assert answer.json["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ("ListObjectsV2", {"storage": "unhealthy"}),
        ("Invoke", {"ffmpeg": "unhealthy"}),
        ("BatchGetItem", {"database": "unhealthy", "ffmpeg": "unknown"}),
    ],
)
def test_what_does_not_answer_degrades(operated: Operated, operation: str, changed: dict[str, str]) -> None:
    operated.broken.add(operation)
    answer = detailed()
    assert (answer.status, answer.json["status"], answer.json["services"]) == (200, "degraded", ALL_WELL | changed)


def test_ffmpeg_is_asked_once_a_minute_whoever_wants_to_know(operated: Operated, turned_clock: TurnedClock) -> None:
    assert "Invoke" in operated.calls_of(detailed)
    operated.stage.restart()
    assert "Invoke" not in operated.calls_of(detailed)
    turned_clock.advance(61)
    assert "Invoke" in operated.calls_of(detailed)


def test_an_ffmpeg_that_does_not_run_is_found(operated: Operated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG_PATH", "/nowhere/ffmpeg")
    assert detailed().json["services"]["ffmpeg"] == "unhealthy"
    assert administrators(operated).json["services"]["ffmpeg"]["detail"] == "FFmpeg does not run: FileNotFoundError"


def test_strangers_learn_names_and_states_only(operated: Operated) -> None:
    move(operated, "", "queued")
    operated.broken.add("ListObjectsV2")

    def leaves(value: Any) -> list[Any]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return [value] if inside is None else [leaf for one in inside for leaf in leaves(one)]

    body = detailed().json
    states = {"healthy", "degraded", "unhealthy", "not_configured"}
    assert set(leaves(body)) - states == {body["timestamp"]}


def test_administrators_learn_more(operated: Operated) -> None:
    for before, after in (("", "queued"), ("", "queued"), ("", "awaiting_upload"), ("queued", "processing")):
        move(operated, before, after)
    answer = administrators(operated)
    assert answer.status == 200
    assert "no-store" in answer.headers["cache-control"]
    body = answer.json
    assert body["status"] == body["database"] == "healthy"
    assert (body["cache"], body["queue_depth"]) == ("not used", 1)
    assert body["jobs"] == {"queued": 1, "awaiting_upload": 1, "processing": 1}
    assert body["services"]["ffmpeg"]["detail"].startswith("ffmpeg version")
    assert body["services"]["queue"] == {
        "status": "not_configured",
        "detail": "",
        "response_time": 0,
        "checked_at": None,
    }


def test_the_queue_is_unknown_without_the_database(operated: Operated) -> None:
    token = service_token(operated.stage, "internal:health")
    operated.broken.add("BatchGetItem")
    body = call(get_admin_health.handler, "GET", "/api/v1/admin/health", token=token).json
    assert (body["database"], body["queue_depth"], body["jobs"]) == ("unhealthy", None, None)


def test_a_move_that_is_none_is_a_defect(operated: Operated) -> None:
    for before, after in (("queued", "queued"), ("", "")):
        with pytest.raises(ValueError, match="no move"):
            count_job("1", before, after)


def test_a_media_function_that_fails_is_unhealthy(operated: Operated) -> None:
    operated.broken.add("PutItem")
    assert detailed().json["services"]["ffmpeg"] == "unhealthy"
