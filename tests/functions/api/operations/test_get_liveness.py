"""GET /health/live and GET /live."""

import pytest

from functions.api.operations.get_liveness import handler
from tests.api import call
from tests.functions.api.operations.conftest import without_settings


@pytest.mark.parametrize("path", ["/health/live", "/live"])
def test_case_117_it_answers_without_any_setting(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    without_settings(monkeypatch)
    answer = call(handler, "GET", path)
    assert (answer.status, answer.json) == (200, {"status": "alive"})
