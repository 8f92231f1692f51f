"""POST /api/ws/ticket."""

import hashlib

import pytest

from functions.api.connections.issue_ticket import handler
from shared.base import clock
from shared.contract.limits import TICKETS
from shared.contract.resources import CONNECTIONS
from tests.api import call
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Someone, ada, someone, stage, turned_clock

__all__ = ["ada", "someone", "stage", "turned_clock"]

PATH = "/api/ws/ticket"


def test_ticket_for_whoever_is_logged_in(ada: Someone, stage: Stage, turned_clock: TurnedClock) -> None:
    answer = ada.call(handler, "POST", PATH)
    assert answer.status == 201
    assert answer.json["url"] == "wss://sockets.showreel.example/ws"
    assert clock.seconds(answer.json["expires_at"]) == int(turned_clock.seconds) + 30
    assert len(answer.json["ticket"]) >= 43
    assert answer.headers["cache-control"] == "no-store"
    assert stage.calls_of(lambda: ada.call(handler, "POST", PATH)).count("dynamodb:PutItem") == 1
    assert call(handler, "POST", PATH).status == 401


def test_edge_leads_there_by_its_own_name(ada: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_DIGESTS", hashlib.sha256(b"secret").hexdigest())
    shown = {"x-origin-secret": "secret", "x-viewer-host": "api.example.org", "x-viewer-address": "203.0.113.7"}
    assert ada.call(handler, "POST", PATH, headers=shown).json["url"] == "wss://api.example.org/ws"


def test_so_many_a_minute(ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_SCALE", str(2 / TICKETS.amount))
    monkeypatch.setattr("shared.base.limiter.PER_MINUTE", 1000 * TICKETS.amount)
    monkeypatch.setattr("shared.base.limiter.PER_HOUR", 1000 * TICKETS.amount)
    assert [ada.call(handler, "POST", PATH).status for _ in range(3)] == [201, 201, 429]
    assert len(stage.rows(CONNECTIONS)) == 2
