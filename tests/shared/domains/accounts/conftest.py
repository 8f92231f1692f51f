"""The stage for these tests, and accounts in it."""

from collections.abc import Callable

import pytest

from shared.domains.accounts.model import LoggedIn, Registration
from shared.domains.accounts.rules import passwords
from shared.domains.accounts.service.entering import AccountService
from tests.aws import Stage, bare_stage, lasting_stage, stage
from tests.clock import turned_clock
from tests.mailbox import mailbox

__all__ = ["bare_stage", "lasting_stage", "mailbox", "stage", "turned_clock"]

PASSWORD = "Correct horse 1"

Register = Callable[..., LoggedIn]


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """bcrypt at its lowest cost, for tests of something else."""
    monkeypatch.setattr(passwords, "BCRYPT_COST", 4)


@pytest.fixture
def accounts(stage: Stage) -> AccountService:
    """The accounts of the stage."""
    return AccountService.open()


@pytest.fixture
def register(accounts: AccountService, quick_hashes: None) -> Register:
    """Registers somebody by username; more fields as for Registration."""

    def call(username: str = "alice", **more: str) -> LoggedIn:
        wish = {"email": f"{username}@example.com", "password": PASSWORD, **more}
        return accounts.register(Registration(username=username, **wish))

    return call
