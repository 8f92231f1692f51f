"""GET /health."""

import re

import pytest

from functions.api.operations.get_health import handler
from tests.api import call
from tests.functions.api.operations.conftest import without_settings


def test_it_answers_without_any_setting_and_tells_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)
    answer = call(handler, "GET", "/health")
    assert (answer.status, answer.json["status"]) == (200, "healthy")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["timestamp"])
