"""The endpoints that answer without asking anybody."""

import re

import pytest

from functions.api.operations import get_api_health, get_health, get_liveness, get_root, ping
from tests.api import call


@pytest.mark.parametrize(
    ("endpoint", "path", "body"),
    [
        (get_root, "/api/", {"message": "Showreel API"}),
        (get_api_health, "/api/health", {"status": "ok"}),
        (get_liveness, "/health/live", {"status": "alive"}),
        (get_liveness, "/live", {"status": "alive"}),
        (ping, "/ping", {"message": "pong"}),
    ],
)
def test_it_answers_without_any_setting(
    monkeypatch: pytest.MonkeyPatch, endpoint: object, path: str, body: dict[str, str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "STAGE"):
        monkeypatch.delenv(name, raising=False)
    answer = call(endpoint.handler, "GET", path)  # type: ignore[attr-defined]
    assert (answer.status, answer.json) == (200, body)


def test_health_tells_the_time() -> None:
    answer = call(get_health.handler, "GET", "/health")
    assert answer.json["status"] == "healthy"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["timestamp"])
