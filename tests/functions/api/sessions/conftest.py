"""The stage for these tests, and creators who are registered or logged in."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.sessions import log_in_creator, register_creator
from tests.api import Answer, call
from tests.aws import bare_stage, lasting_stage, stage
from tests.clock import turned_clock
from tests.functions.api.accounts.conftest import quick_hashes
from tests.mailbox import mailbox
from tests.provider import provider

__all__ = ["bare_stage", "lasting_stage", "mailbox", "provider", "quick_hashes", "stage", "turned_clock"]

PASSWORD = "Correct horse battery 1"

Register = Callable[..., Answer]
LogIn = Callable[..., dict[str, Any]]


@pytest.fixture
def register(stage: object) -> Register:
    """Registers a creator over HTTP; more fields as in the request."""

    def send(name: str = "ada", **more: object) -> Answer:
        body = {"email": f"{name}@example.com", "password": PASSWORD, "full_name": "Ada Lovelace", **more}
        return call(register_creator.handler, "POST", "/api/v1/auth/register", body)

    return send


@pytest.fixture
def log_in(register: Register) -> LogIn:
    """Logs a creator in, who is registered the first time; more as for `call`."""

    def send(name: str = "ada", **more: Any) -> dict[str, Any]:
        register(name)
        body = {"email": f"{name}@example.com", "password": PASSWORD}
        found: dict[str, Any] = call(log_in_creator.handler, "POST", "/api/v1/auth/login", body, **more).json
        return found

    return send


@pytest.fixture
def quick_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are out of the way."""
    monkeypatch.setenv("RATE_SCALE", "1000")
