"""Connections whose session or token has ended are closed."""

from typing import Any

import pytest

from functions.api.sessions.log_out import handler as log_out
from functions.events.on_session_ended import handler as on_session_ended
from functions.schedules.end_connections import handler as end_connections
from shared.contract.resources import CONNECTIONS, SESSIONS
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Someone
from tests.functions.realtime.conftest import Connect
from tests.live import OUT, Gateway


def changes(stage: Stage) -> dict[str, Any]:
    """What the stream of sessions tells of those that have ended."""
    ended = [row for row in stage.rows(SESSIONS) if "ended_at" in row]
    told = [{"Keys": row, "NewImage": row, "SequenceNumber": str(number)} for number, row in enumerate(ended)]
    return {"Records": [{"dynamodb": one} for one in told]}


def test_case_101_logout_closes_the_connections_of_the_session(
    connected: Connect, ada: Someone, bob: Someone, stage: Stage
) -> None:
    first, second, other, anybody = connected(ada), connected(ada), connected(bob), connected()
    assert ada.call(log_out, "POST", "/api/auth/logout", {}).status == 200
    for _ in range(2):
        assert on_session_ended(changes(stage), None) == {"batchItemFailures": []}
    assert [client.is_ended for client in (first, second, other, anybody)] == [True, True, False, False]
    assert len([row for row in stage.rows(CONNECTIONS) if "ends_at" in row]) == 2


def test_connection_that_cannot_be_closed_is_tried_again(
    connected: Connect, ada: Someone, stage: Stage, outside: Gateway
) -> None:
    clients = [connected(ada) for _ in range(3)]
    assert ada.call(log_out, "POST", "/api/auth/logout", {}).status == 200
    outside.fault = lambda connection, number: OUT if connection == clients[0].id and number == 0 else ""
    assert on_session_ended(changes(stage), None) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert outside.fired[OUT] == 1
    assert on_session_ended(changes(stage), None) == {"batchItemFailures": []}
    assert not [row for row in stage.rows(CONNECTIONS) if "ends_at" in row]


@pytest.mark.parametrize("late", [0, 30, 200])
def test_case_101_token_that_ends_closes_its_connections(
    connected: Connect, ada: Someone, turned_clock: TurnedClock, stage: Stage, late: int
) -> None:
    client, anybody = connected(ada), connected()
    turned_clock.advance(15 * 60 - 60)
    end_connections({}, None)
    assert not client.is_ended
    turned_clock.advance(56 + late)
    end_connections({}, None)
    assert (client.is_ended, anybody.is_ended) == (True, False)
    assert stage.calls_of(lambda: end_connections({}, None)).count("dynamodb:Query") <= 6
