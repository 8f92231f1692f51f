"""GET /api/health."""

import pytest

from functions.api.operations.get_api_health import handler
from tests.api import call
from tests.functions.api.operations.conftest import without_settings


def test_it_answers_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)
    answer = call(handler, "GET", "/api/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
