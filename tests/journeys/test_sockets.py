"""Clients connect to the WebSocket API, are heard, subscribe to what they may see, and are disconnected in time."""

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journeys.traveller import Traveller

SECONDS = 15


def connected(who: Traveller, query: str = "", **headers: str) -> ClientConnection:
    return connect(who.stack.outputs["WebSocketUrl"] + query, additional_headers=headers, open_timeout=SECONDS)


def as_user(who: Traveller) -> ClientConnection:
    return connected(who, Authorization=who.client.authorization)


def asked(client: ClientConnection, message: Any) -> dict[str, Any]:
    client.send(message if isinstance(message, str) else json.dumps(message))
    return dict(json.loads(client.recv(SECONDS)))


def refusal(who: Traveller, query: str = "", **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refused:
        connected(who, query, **headers)
    return int(refused.value.response.status_code)


def test_case_101_only_good_credentials_connect(traveller: Traveller) -> None:
    with connected(traveller) as client:
        assert asked(client, {"type": "ping"}) == {"type": "pong"}
        assert asked(client, {"type": "nothing"})["code"] == "BAD_REQUEST"
        assert asked(client, "not even JSON")["type"] == "error"
        assert asked(client, {"type": "subscribe", "channel": "user:me"})["code"] == "VALIDATION_ERROR"
    assert refusal(traveller, Authorization="Bearer nonsense") == 401
    assert refusal(traveller, "?ticket=nonsense") == 401
    assert refusal(traveller, Origin="https://evil.example") == 403


def test_ticket_connects_once(traveller: Traveller) -> None:
    told = traveller.client.call("POST", "/api/ws/ticket")
    assert told["url"] == traveller.stack.outputs["WebSocketUrl"]
    query = f"?ticket={told['ticket']}"
    me = traveller.client.call("GET", "/api/auth/me")["user"]["id"]
    with connected(traveller, query) as client:
        assert asked(client, {"type": "subscribe", "channel": f"user:{me}"})["type"] == "subscribed"
    assert refusal(traveller, query) == 401


def test_what_somebody_may_not_see_is_not_there(newcomer: Traveller, stranger: Traveller) -> None:
    asked_for = {"filename": "film.mp4", "file_size": 1000, "content_type": "video/mp4"}
    video_id = newcomer.client.call("POST", "/api/upload/video/request", asked_for)["video_id"]
    channel = {"channel": f"video:{video_id}"}
    with as_user(newcomer) as owner, as_user(stranger) as other, connected(stranger) as nobody:
        joined = asked(owner, {"type": "subscribe", **channel, "events": ["like_count"]})
        assert joined["data"]["like_count"] == 0
        assert joined["data"]["processing_status"] == "uploaded"
        for client in (other, nobody):
            assert asked(client, {"type": "subscribe", **channel})["code"] == "NOT_FOUND"
            assert asked(client, {"type": "resume", **channel, "seq": 0})["code"] == "NOT_FOUND"
        assert asked(owner, {"type": "resume", **channel, "seq": joined["seq"]}) == {"type": "resumed", **channel}
        assert asked(owner, {"type": "unsubscribe", **channel}) == {"type": "unsubscribed", **channel}


def test_case_101_logout_ends_connections(newcomer: Traveller) -> None:
    with as_user(newcomer) as client:
        assert asked(client, {"type": "ping"}) == {"type": "pong"}
        newcomer.client.call("POST", "/api/auth/logout")
        with pytest.raises(ConnectionClosed):
            client.recv(SECONDS)
    assert refusal(newcomer, Authorization=newcomer.client.authorization) == 401
