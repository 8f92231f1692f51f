"""The stage for these tests, and somebody in it who makes keys."""

from collections.abc import Callable

import pytest

from functions.api.keys import create_api_key
from tests.api import Answer, call, call_in_a_thread
from tests.aws import Stage, stage
from tests.callers import Account, account
from tests.clock import turned_clock

__all__ = ["stage", "turned_clock"]

PATH = "/api/v1/api-keys"
Create = Callable[..., Answer]


@pytest.fixture
def somebody(stage: Stage) -> Account:
    """Somebody who is logged in."""
    return account(stage)


@pytest.fixture
def create(stage: Stage, somebody: Account) -> Create:
    """Makes a key over HTTP; fields as in the request, or headers; not `alone` in a thread of a pool."""

    def send(token: str = "", headers: dict[str, str] | None = None, *, alone: bool = True, **more: object) -> Answer:
        body = {"name": "Nightly upload", "scopes": ["videos:read"], **more}
        ask = call if alone else call_in_a_thread
        return ask(create_api_key.handler, "POST", PATH, body, token=token or somebody.token, headers=headers)

    return send
