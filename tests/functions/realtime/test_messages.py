"""What clients send, and what they are answered."""

from typing import Any

import pytest

from shared.base.ids import new_id
from shared.contract.resources import CHANNELS, CONNECTIONS
from shared.domains.connections.rules.limits import CHANNELS as MOST_CHANNELS
from shared.domains.connections.rules.limits import MESSAGE_BYTES, MESSAGES, WARNINGS
from shared.domains.connections.store import connections
from shared.domains.videos.service.catalogue import CatalogueService
from tests.aws import Stage
from tests.clock import TurnedClock
from tests.functions.api.videos.conftest import Make, Someone
from tests.functions.realtime.conftest import Connect
from tests.live import Gateway


@pytest.fixture
def video_id(ready: Make) -> str:
    return str(ready())


NONSENSE = (
    *("", "not JSON", "[]", '"text"', "null", "1e999", '{"type": "ping", "type": "ping"}', '{"type": NaN}'),
    *('{"type": "\\ud800"}', "[" * 2000, '{"type": "unknown"}', '{"type": 7}', "{}", "\x00"),
)


def test_case_51_what_means_nothing_is_answered(connected: Connect) -> None:
    client = connected()
    for text in NONSENSE:
        [answer] = client.send(text)
        assert (answer["type"], answer["code"], answer["request_id"]) == ("error", "BAD_REQUEST", "request"), text


def test_message_that_is_too_long_is_answered(connected: Connect) -> None:
    [answer] = connected().send({"type": "ping", "more": "x" * MESSAGE_BYTES})
    assert answer["code"] == "PAYLOAD_TOO_LARGE"


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "subscribe"}, "channel"),
    ({"type": "subscribe", "channel": 7}, "channel"),
    ({"type": "subscribe", "channel": "video:x"}, "channel"),
    ({"type": "subscribe", "channel": f"film:{new_id()}"}, "channel"),
    ({"type": "subscribe", "channel": f"video:{new_id()}", "events": ["price"]}, "events"),
    ({"type": "subscribe", "channel": f"video:{new_id()}", "events": [["view_count"]]}, "events"),
    ({"type": "subscribe", "channel": f"video:{new_id()}", "resume": -1}, "resume"),
    ({"type": "subscribe", "channel": f"video:{new_id()}", "is_owner": True}, "is_owner"),
    ({"type": "unsubscribe", "channel": f"video:{new_id()}", "seq": 1}, "seq"),
    ({"type": "resume", "channel": f"video:{new_id()}"}, "seq"),
    ({"type": "resume", "channel": f"video:{new_id()}", "seq": True}, "seq"),
    ({"type": "live_stream", "video_id": "mine", "status": "live"}, "video_id"),
    ({"type": "live_stream", "video_id": new_id(), "status": "on"}, "status"),
)


def test_field_that_is_wrong_is_named(connected: Connect, stage: Stage) -> None:
    client = connected()
    for message, field in WRONG:
        [answer] = client.send(message)
        assert answer["code"] == "VALIDATION_ERROR", message
        assert list(answer["field_errors"]) == [field]
    assert not stage.rows(CHANNELS)


def test_subscribing_tells_how_things_stand(connected: Connect, ada: Someone, video_id: str) -> None:
    channel = f"video:{video_id}"
    owner, anybody = connected(ada), connected()
    told = anybody.ask(type="subscribe", channel=channel, events=["like_count"])
    assert (told["type"], told["channel"]) == ("subscribed", channel)
    assert told["data"] == {"like_count": 0, "live": {"status": "offline", "viewer_count": 1}}
    owned = owner.ask(type="subscribe", channel=channel)["data"]
    assert (owned["processing_status"], owned["comment_count"]) == ("ready", 0)
    again = anybody.ask(type="subscribe", channel=channel)
    assert again["data"]["live"]["viewer_count"] == 1, "a repeat counts once"
    assert anybody.ask(type="unsubscribe", channel=channel) == {"type": "unsubscribed", "channel": channel}
    assert anybody.ask(type="unsubscribe", channel=channel)["type"] == "unsubscribed"
    assert anybody.ask(type="resume", channel=channel, seq=told["seq"])["code"] == "NOT_FOUND"


def test_case_33_what_somebody_may_not_see_is_not_there(
    connected: Connect, ada: Someone, bob: Someone, video_id: str, awaiting: Make, stage: Stage
) -> None:
    CatalogueService.open().edit(video_id, ada.user_id, {"visibility": "private"})
    others = [f"video:{video_id}", f"video:{awaiting()}", f"user:{ada.user_id}", f"job:{new_id()}", f"user:{new_id()}"]
    unknown = {"code": "NOT_FOUND", "type": "error", "request_id": "request"}
    for client in (connected(bob), connected()):
        for channel in others:
            told = client.ask(type="subscribe", channel=channel)
            assert told.pop("message")
            assert told == unknown
    assert connected(bob).ask(type="live_stream", video_id=video_id, status="live")["code"] == "NOT_FOUND"
    assert not stage.rows(CHANNELS)


def test_video_that_is_hidden_as_somebody_subscribes_is_not_told(
    connected: Connect, ada: Someone, bob: Someone, video_id: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock, hidden = connections.keep_channel, list[bool]()

    def hide_and_keep(*args: object) -> bool:
        with stage.unrecorded():
            CatalogueService.open().edit(video_id, ada.user_id, {"visibility": "private"})
        hidden.append(True)
        return stock(*args)  # type: ignore[arg-type]

    client = connected(bob)
    monkeypatch.setattr(connections, "keep_channel", hide_and_keep)
    assert client.ask(type="subscribe", channel=f"video:{video_id}")["code"] == "NOT_FOUND"
    assert hidden
    assert not [row for row in stage.rows(CHANNELS) if row["item"]["S"].startswith("to#")]


def test_connection_has_so_many_channels(
    connected: Connect, ada: Someone, ready: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.domains.connections.service.subscribing.CHANNELS", 2)
    assert MOST_CHANNELS == 50
    client = connected(ada)
    asked = [client.ask(type="subscribe", channel=f"video:{ready()}") for _ in range(3)]
    assert [told.get("code", told["type"]) for told in asked] == ["subscribed", "subscribed", "QUOTA_EXCEEDED"]


def test_author_says_that_a_video_is_live(connected: Connect, ada: Someone, video_id: str) -> None:
    viewer = connected()
    viewer.ask(type="subscribe", channel=f"video:{video_id}")
    told = connected(ada).ask(type="live_stream", video_id=video_id, status="live")
    assert told == {"type": "live_stream", "video_id": video_id, "status": "live", "viewer_count": 1}
    late = connected().ask(type="subscribe", channel=f"video:{video_id}")
    assert late["data"]["live"] == {"status": "live", "viewer_count": 2}


def test_who_sends_too_much_is_told_and_then_disconnected(
    connected: Connect, turned_clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATE_SCALE", "1")
    client = connected()
    assert [client.ask(type="ping")["type"] for _ in range(MESSAGES)] == ["pong"] * MESSAGES
    refused = client.ask(type="ping")
    assert (refused["code"], refused["retry_after"]) == ("RATE_LIMITED", 1)
    turned_clock.advance(1)
    assert client.ask(type="ping")["type"] == "pong", "in the long run two a second"
    for _ in range(WARNINGS + MESSAGES):
        client.send({"type": "ping"})
        if client.is_ended:
            break
    assert client.is_ended


def test_message_costs_one_call_and_its_answer(connected: Connect, stage: Stage) -> None:
    client = connected()
    assert stage.calls_of(lambda: client.ask(type="ping")) == ["dynamodb:UpdateItem"]


def test_case_101_token_that_ends_ends_the_connection(
    connected: Connect, ada: Someone, turned_clock: TurnedClock
) -> None:
    client = connected(ada)
    turned_clock.advance(15 * 60)
    assert client.ask(type="ping")["code"] == "UNAUTHORIZED"
    assert client.is_ended


def test_client_that_is_gone_is_forgotten(connected: Connect, ada: Someone, video_id: str, stage: Stage) -> None:
    client = connected(ada)
    client.ask(type="subscribe", channel=f"video:{video_id}")
    client.leave()
    client.leave()
    assert not [row for row in stage.rows(CHANNELS) if row["item"]["S"].startswith("to#")]
    assert not [row for row in stage.rows(CONNECTIONS) if "ends_at" in row or "open" in row]


def test_nobody_fails_when_the_client_is_gone_before_its_answer(connected: Connect, outside: Gateway) -> None:
    client = connected()
    outside.fault = lambda _connection, _number: "gone"
    assert client.send({"type": "ping"}) == []
    assert outside.fired["gone"] == 1
