"""GET /ping."""

import pytest

from functions.api.operations.ping import handler
from tests.api import call
from tests.functions.api.operations.conftest import without_settings


def test_it_answers_without_any_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    without_settings(monkeypatch)
    answer = call(handler, "GET", "/ping")
    assert (answer.status, answer.json) == (200, {"message": "pong"})
