"""Endpoints that check in their own transaction that the session lives: one that has just ended does nothing."""

from typing import Any

import pytest

from bench.calls import REQUESTS
from bench.capacity import put, rows
from bench.world import world
from infra.parts.discovery import endpoints
from shared.base import provisos
from shared.contract.resources import LIMITS, SESSIONS, TABLES

JOINED = sorted(room.name for room, endpoint in endpoints() if endpoint.caller.joined)
KEPT = [one for one in TABLES if one not in (LIMITS, SESSIONS)]


def test_some_endpoints_do_and_read_whatever_else_proves_a_caller() -> None:
    assert {"delete_comment", "delete_video", "export_own_data", "rotate_api_key"} <= set(JOINED)
    assert all(endpoint.caller.fresh for _, endpoint in endpoints() if endpoint.caller.joined), "as keys and Clerk's do"


@pytest.mark.parametrize("name", JOINED)
def test_one_whose_session_has_just_ended_elsewhere_changes_nothing(name: str) -> None:
    with world() as here:
        REQUESTS[name](here)()  # from now on it is known that the session lives, for a minute
        request = REQUESTS[name](here)
        for session in rows(SESSIONS):
            put(SESSIONS, {**session, "ended_at": {"S": "2026-01-31T12:00:00.000Z"}})
        before = _kept()
        with pytest.raises(AssertionError, match=r"401 .*This session has ended"):
            request()
        assert _kept() == before
        assert provisos.due() is None, "it is of that request alone"


def _kept() -> list[Any]:
    return [rows(one) for one in KEPT]
