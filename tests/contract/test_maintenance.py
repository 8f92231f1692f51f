"""What is closed while the stage is maintained: of every endpoint, all but what is named here."""

from collections.abc import Iterator

import pytest

from infra.parts.discovery import Room
from shared.contract.declare import Endpoint
from shared.contract.permissions import Identity
from shared.domains.operations.service.maintenance import MaintenanceService, forget
from tests.aws import Stage
from tests.callers import user_token
from tests.contract.test_every_endpoint import ENDPOINTS, ask, callers, check_form, is_documented, routes, token

__all__ = ["callers", "token"]

LETS_IN = {"get_csrf_token", "log_in", "log_in_creator", "refresh_tokens", "renew_session", "get_public_keys"}
LETS_IN |= {"begin_provider_login", "finish_provider_login"}
"""What an administrator needs to get in, and others to know their tokens by."""


@pytest.fixture
def maintained(lasting_stage: Stage, token: dict[Identity, str]) -> Iterator[Stage]:
    """The stage under maintenance."""
    MaintenanceService.open().set(enabled=True, message="", estimated_time=2)
    yield lasting_stage
    MaintenanceService.open().set(enabled=False, message="", estimated_time=None)
    forget()


def test_no_more_is_open_than_is_meant_to_be() -> None:
    opened = {room.name for room, endpoint in ENDPOINTS if endpoint.in_maintenance}
    health = {room.name for room, _ in ENDPOINTS if "/operations/" in room.file}
    assert opened == health | LETS_IN
    rest = [endpoint for room, endpoint in ENDPOINTS if room.name not in opened]
    assert {one.caller.identity for one in rest if not one.closes} == {Identity.SIGNATURE, Identity.ADMIN}


@routes(lambda endpoint, operation: endpoint.closes)
@pytest.mark.parametrize("is_known", [True, False])
def test_case_116_all_but_administrators_are_told_to_wait(
    maintained: Stage, room: Room, endpoint: Endpoint, method: str, path: str, is_known: bool
) -> None:
    shown = user_token(maintained, "creator") if is_known and endpoint.caller.identity is not Identity.PUBLIC else ""
    answer = ask(room, method, path, None if method == "GET" else {}, token=shown)
    check_form(answer)
    assert (answer.status, answer.error["code"]) == (503, "MAINTENANCE_MODE")
    assert 60 < int(answer.headers["retry-after"]) <= 120
    assert is_documented(answer, method, path)


@routes(lambda endpoint, operation: not endpoint.closes or endpoint.caller.identity is not Identity.PUBLIC)
def test_case_116_administrators_pass_and_so_does_what_stays_open(
    maintained: Stage,
    token: dict[Identity, str],
    room: Room,
    endpoint: Endpoint,
    method: str,
    path: str,
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {}, token=token.get(endpoint.caller.identity, ""))
    if endpoint.caller.identity is Identity.OPTIONAL:
        answer = ask(room, method, path, token=token[Identity.ADMIN])
    check_form(answer)
    assert answer.status < 400 or answer.error["code"] != "MAINTENANCE_MODE"
