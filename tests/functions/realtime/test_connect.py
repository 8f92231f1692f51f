"""Who connects to the WebSocket API, and who does not."""

import pytest

from functions.api.connections.issue_ticket import handler as issue_ticket
from functions.api.sessions.log_out import handler as log_out
from shared.base import aws
from shared.contract.declare import CONNECT, DISCONNECT
from shared.contract.limits import CONNECTING
from shared.contract.resources import CONNECTIONS
from shared.domains.connections.rules.limits import LIFE_SECONDS, OPEN_OF_ADDRESS, OPEN_OF_USER
from shared.domains.operations.service.maintenance import MaintenanceService
from tests.aws import Stage, real_name
from tests.callers import api_key
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Someone
from tests.functions.realtime.conftest import HANDLERS, Connect


def ticket_of(who: Someone) -> str:
    return str(who.call(issue_ticket, "POST", "/api/ws/ticket").json["ticket"])


def rows(stage: Stage, kind: str = "connection") -> list[str]:
    return [row["connection_id"]["S"] for row in stage.rows(CONNECTIONS) if row["connection_id"]["S"].startswith(kind)]


def test_case_101_credentials_that_are_no_good_are_refused(clients: Connect, ada: Someone, stage: Stage) -> None:
    for text in ("nonsense", "", "a.b.c", ada.token[:-4]):
        assert clients(Authorization=f"Bearer {text}").connect() == 401
    for ticket in ("", "nonsense", "x" * 5000):
        assert clients().connect(ticket=ticket) == 401
    assert clients(Authorization=f"Basic {ada.token}").connect() == 401
    assert clients(ada).connect(ticket=ticket_of(ada)) == 401
    assert not rows(stage)


def test_case_101_expired_token_is_refused(clients: Connect, ada: Someone, turned_clock: TurnedClock) -> None:
    assert clients(ada).connect() == 200
    turned_clock.advance(15 * 60 + 1)
    assert clients(ada).connect() == 401


def test_case_101_who_has_logged_out_is_refused_at_once(clients: Connect, ada: Someone, stage: Stage) -> None:
    ticket = ticket_of(ada)
    assert clients(ada).connect() == 200
    assert ada.call(log_out, "POST", "/api/auth/logout", {}).status == 200
    stage.restart()
    assert clients(ada).connect() == 401
    assert clients().connect(ticket=ticket) == 401
    assert len(rows(stage)) == 1


def test_anybody_connects(connected: Connect) -> None:
    assert connected().ask(type="ping") == {"type": "pong"}


def test_ticket_is_good_once_and_for_half_a_minute(clients: Connect, ada: Someone, turned_clock: TurnedClock) -> None:
    ticket, late = ticket_of(ada), ticket_of(ada)
    client = clients()
    assert client.connect(ticket=ticket) == 200
    assert client.ask(type="subscribe", channel=f"user:{ada.user_id}")["type"] == "subscribed"
    assert clients().connect(ticket=ticket) == 401
    turned_clock.advance(31)
    assert clients().connect(ticket=late) == 401


def test_ticket_lies_nowhere_as_it_is(ada: Someone, stage: Stage) -> None:
    ticket = ticket_of(ada)
    [kept] = stage.rows(CONNECTIONS)
    assert ticket not in str(kept)


def test_key_does_not_connect(clients: Connect, ada: Someone, stage: Stage) -> None:
    key = api_key(stage, ada.user_id, "videos:read")
    assert clients(**{"X-API-Key": key}).connect() == 403


def test_pages_of_others_do_not_connect(clients: Connect, ada: Someone) -> None:
    assert clients(ada, Origin="https://showreel.example").connect() == 200
    for page in ("https://evil.example", "null", "https://showreel.example.evil.example"):
        assert clients(ada, Origin=page).connect() == 403


def test_behind_an_edge_nobody_goes_past_it(clients: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORIGIN_DIGESTS", "0" * 64)
    assert clients().connect() == 403


def test_nobody_connects_while_the_stage_is_maintained(clients: Connect, ada: Someone) -> None:
    MaintenanceService.open().set(enabled=True, message="", estimated_time=None)
    assert clients(ada).connect() == 503


def test_address_begins_so_many_connections_a_minute(
    clients: Connect, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", str(2 / CONNECTING.amount))
    assert [clients().connect() for _ in range(3)] == [200, 200, 429]


def test_connecting_goes_on_while_it_cannot_be_counted(clients: Connect, stage: Stage) -> None:
    with stage.refusing("dynamodb", "UpdateItem", "InternalServerError") as fired:
        assert clients().connect() == 200
    assert fired


@pytest.mark.parametrize("is_known", [True, False])
def test_as_many_are_open_as_may_be(
    clients: Connect, ada: Someone, monkeypatch: pytest.MonkeyPatch, *, is_known: bool
) -> None:
    monkeypatch.setattr("shared.domains.connections.rules.limits.OPEN_OF_USER", 3)
    monkeypatch.setattr("shared.domains.connections.rules.limits.OPEN_OF_ADDRESS", 3)
    assert OPEN_OF_USER < OPEN_OF_ADDRESS <= 100, "all of them are read in one call"
    opened = [clients(ada if is_known else None) for _ in range(4)]
    assert [client.connect() for client in opened] == [200, 200, 200, 429]
    opened[0].leave()
    assert opened[3].connect() == 200


def test_what_ended_unnoticed_is_not_counted(
    clients: Connect, ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB removes rows whose time is over; the set of the open ones still has them."""
    monkeypatch.setattr("shared.domains.connections.rules.limits.OPEN_OF_USER", 1)
    first = clients(ada)
    assert first.connect() == 200
    with stage.unrecorded():
        aws.client("dynamodb").delete_item(TableName=real_name(CONNECTIONS), Key={"connection_id": {"S": first.id}})
    assert clients(ada).connect() == 200


def test_whose_time_has_come_is_not_counted_though_nobody_has_closed_it(
    clients: Connect, ada: Someone, stage: Stage, monkeypatch: pytest.MonkeyPatch, turned_clock: TurnedClock
) -> None:
    monkeypatch.setattr("shared.domains.connections.rules.limits.OPEN_OF_ADDRESS", 1)
    assert clients().connect() == 200
    turned_clock.advance(LIFE_SECONDS - 60)
    assert clients().connect() == 429
    turned_clock.advance(60)
    assert clients().connect() == 200
    assert len(rows(stage)) == 2, "it is for others to forget it"


def test_reply_that_was_lost_makes_one_connection(clients: Connect, ada: Someone, stage: Stage) -> None:
    with stage.cut_off("dynamodb", "TransactWriteItems", times=1, after=True) as fired:
        assert clients(ada).connect() == 200
    assert fired
    assert len(rows(stage)) == 1


def test_message_is_no_handshake_and_no_farewell_whatever_its_type(
    connected: Connect, ada: Someone, stage: Stage
) -> None:
    client = connected(ada)
    before = stage.rows(CONNECTIONS)
    for route, status in ((CONNECT, 403), (DISCONNECT, None)):
        answer = HANDLERS[route]({"requestContext": client.context(route, "MESSAGE"), "body": "{}"}, None)
        assert (answer or {}).get("statusCode") == status
    assert stage.rows(CONNECTIONS) == before
