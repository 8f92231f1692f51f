"""Where an administrator may act as somebody: of every endpoint, nothing is listed."""

import pytest

from infra.parts.discovery import Room
from shared.base import tokens
from shared.contract.declare import Endpoint
from shared.contract.derived import needs_of
from shared.contract.permissions import Identity
from shared.contract.resources import AUDIT
from tests.aws import Stage
from tests.callers import account
from tests.contract.test_every_endpoint import TOKENLESS, ask, callers, check_form, is_documented, routes, token

__all__ = ["callers", "token"]


@pytest.fixture
def acting(lasting_stage: Stage, token: dict[Identity, str]) -> tuple[str, str]:
    """An administrator's id, and the token with which they act as somebody."""
    with lasting_stage.unrecorded():
        head, user = account(lasting_stage, "admin"), account(lasting_stage, "creator")
        session = tokens.verify(head.token, "access").session_id
        person = tokens.Person(user.user_id, "alice", "alice@example.com", "Alice", "", "creator")
        return head.user_id, tokens.issue_impersonation_token(person, head.user_id, session)


def is_theirs_alone(endpoint: Endpoint) -> bool:
    proven = endpoint.caller.identity not in (*TOKENLESS, Identity.SERVICE)
    return proven and not endpoint.caller.takes_keys


@routes(lambda endpoint, operation: is_theirs_alone(endpoint))
def test_case_34_nobody_does_for_others_what_people_do_themselves(
    acting: tuple[str, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    answer = ask(room, method, path, None if method == "GET" else {}, token=acting[1])
    check_form(answer)
    assert answer.status == 403
    assert answer.headers["x-impersonated-by"] == acting[0]
    assert is_documented(answer, method, path)


@routes(lambda endpoint, operation: endpoint.caller.takes_keys)
def test_case_34_all_else_is_told_in_the_trail(
    acting: tuple[str, str], lasting_stage: Stage, room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    before = len(lasting_stage.rows(AUDIT))
    answer = ask(room, method, path, None if method == "GET" else {}, token=acting[1])
    check_form(answer)
    assert answer.status not in (401, 403, 500)
    assert answer.headers["x-impersonated-by"] == acting[0]
    entries = sorted(lasting_stage.rows(AUDIT), key=lambda row: row["entry_id"]["S"])[before:]
    told = [(one["actor"]["S"], one["result"]["S"]) for one in entries if one["action"]["S"] == "impersonation.call"]
    assert told == [(acting[0], "begun"), (acting[0], str(answer.status))]
    assert AUDIT.put in needs_of(endpoint)


@routes(lambda endpoint, operation: endpoint.caller.identity is Identity.SERVICE)
def test_case_6_services_alone_are_services(
    acting: tuple[str, str], room: Room, endpoint: Endpoint, method: str, path: str
) -> None:
    assert ask(room, method, path, token=acting[1]).status == 401
