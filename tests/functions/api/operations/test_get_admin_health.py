"""GET /api/v1/admin/health."""

import pytest

from functions.api.operations.get_admin_health import handler
from tests.api import Answer, call
from tests.callers import service_token
from tests.functions.api.operations.conftest import Operated


def administrators(operated: Operated) -> Answer:
    token = service_token(operated.stage, "internal:health")
    return call(handler, "GET", "/api/v1/admin/health", token=token)


def test_administrators_learn_more(operated: Operated) -> None:
    for before, after in (("", "queued"), ("", "queued"), ("", "awaiting_upload"), ("queued", "processing")):
        operated.move(before, after)
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


def test_an_ffmpeg_that_does_not_run_is_found(operated: Operated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFMPEG_PATH", "/nowhere/ffmpeg")
    assert administrators(operated).json["services"]["ffmpeg"]["detail"] == "FFmpeg does not run: FileNotFoundError"


def test_the_queue_is_unknown_without_the_database(operated: Operated) -> None:
    operated.broken.add("BatchGetItem")
    body = administrators(operated).json
    assert (body["database"], body["queue_depth"], body["jobs"]) == ("unhealthy", None, None)
