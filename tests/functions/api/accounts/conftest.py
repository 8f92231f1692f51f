"""The stage for these tests, and somebody who is registered in it."""

from collections.abc import Callable

import pytest

from functions.api.accounts import register_account
from shared.domains.accounts.rules import passwords
from tests.api import Answer, call
from tests.aws import bare_stage, lasting_stage, stage
from tests.clock import turned_clock

__all__ = ["bare_stage", "lasting_stage", "stage", "turned_clock"]

PASSWORD = "Correct horse 1"

Register = Callable[..., Answer]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """bcrypt at its lowest cost: the domain's tests look at the real one."""
    monkeypatch.setattr(passwords, "BCRYPT_COST", 4)
    monkeypatch.setattr(passwords, "NOBODYS_HASH", "v1$none$" + passwords.hash_password("-", ["none"]).split("$", 2)[2])


@pytest.fixture
def register(stage: object) -> Register:
    """Registers somebody over HTTP by username; more fields as in the request."""

    def send(username: str = "alice", **more: object) -> Answer:
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD, **more}
        return call(register_account.handler, "POST", "/api/auth/register", body)

    return send
